"""A collector as the documentation wants it: a batch keeps its id until it is taken."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.live.instance import Live

Event = dict[str, Any]
PAUSE_S: Final = 0.2
GIVE_UP_S: Final = 60.0


def key_of(live: Live, cnpj: str, label: str = "live") -> str:
    """A new ingest key of the company."""
    return str(live.value("select noc.create_demo_ingest_key(%s, %s)", cnpj, label))


def calls(service: str, count: int, latency_ms: int, route: str = "/titulos") -> list[Event]:
    """That many calls of this moment."""
    event = {
        "timestamp": datetime.now(UTC).isoformat(),
        "service": service,
        "endpoint": route,
        "method": "POST",
        "status": 200,
        "latency_ms": latency_ms,
    }
    return [event] * count


def send(
    live: Live, key: str, events: Sequence[Event], batch_id: str | None = None
) -> httpx.Response:
    """One attempt at the ingest edge function, through the gateway."""
    return httpx.post(
        f"{live.instance.api_url}/functions/v1/ingest",
        headers={"authorization": f"Bearer {key}"},
        json={"batch_id": batch_id or str(uuid4()), "kind": "api_usage", "events": list(events)},
        timeout=15,
    )


class Sender:
    """Sends batches without a pause until stopped; counts what was acknowledged."""

    def __init__(self, live: Live, key: str, size: int) -> None:
        self._live = live
        self._key = key
        self._size = size
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.acknowledged = 0
        self.attempts = 0
        self.failures = 0

    def __enter__(self) -> Sender:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._deliver(str(uuid4()), calls("omie", self._size, 300))
            time.sleep(PAUSE_S / 4)

    def _deliver(self, batch_id: str, events: list[Event]) -> None:
        """The stop waits too, but not for ever: a batch that was begun is brought to its end."""
        give_up = time.monotonic() + GIVE_UP_S
        while time.monotonic() < give_up or not self._stop.is_set():
            self.attempts += 1
            try:
                answer = send(self._live, self._key, events, batch_id)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code == 202:
                assert answer.json()["rejected"] == []
                self.acknowledged += len(events)
                return
            self.failures += 1
            time.sleep(PAUSE_S)
