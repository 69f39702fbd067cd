"""Sends batches of events to the ingest edge function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from workers.clock import SYSTEM_CLOCK
from workers.retry import retry_after

Fate = Literal["taken", "refused", "later"]

# What a key, a limit or a missing deployment causes: the batch itself is fine, so it waits.
_LATER = frozenset({401, 403, 404, 408, 425, 429})


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch. `code` says why not, `retry_after_s` is the server's wish."""

    fate: Fate
    code: str
    accepted: int = 0
    duplicate: int = 0
    rejected: tuple[Mapping[str, Any], ...] = ()
    retry_after_s: float = 0.0


class IngestClient:
    """Posts as the platform's own ingest key; `http` stays the caller's to close."""

    def __init__(self, http: httpx.AsyncClient, url: str, key: str) -> None:
        self._http = http
        self._url = f"{url}/functions/v1/ingest"
        self._key = key

    async def send(self, batch_id: str, events: Sequence[Mapping[str, Any]]) -> Receipt:
        """Send one batch of API calls; the same id counts once, however often it is sent."""
        try:
            response = await self._http.post(
                self._url,
                headers={"Authorization": f"Bearer {self._key}", "X-NOC-Batch": batch_id},
                json={"batch_id": batch_id, "kind": "api_usage", "events": list(events)},
            )
        except httpx.HTTPError as error:
            return Receipt("later", type(error).__name__)
        if response.status_code == 202:
            return _accepted(response)
        code = f"http_{response.status_code}"
        if response.status_code in _LATER or not response.is_client_error:
            return Receipt("later", code, retry_after_s=_retry_after(response))
        return Receipt("refused", code)


def _accepted(response: httpx.Response) -> Receipt:
    """202 is the promise that the batch is kept; its counts are only for the log."""
    try:
        answer = response.json()
        return Receipt(
            "taken",
            "ok",
            accepted=int(answer["accepted"]),
            duplicate=int(answer["duplicate"]),
            rejected=tuple(answer["rejected"]),
        )
    except (ValueError, KeyError, TypeError):
        return Receipt("later", "wrong_answer")


def _retry_after(response: httpx.Response) -> float:
    """Seconds, at most ten minutes; 0 when none are asked for."""
    asked = retry_after(response.headers.get("Retry-After"), SYSTEM_CLOCK.now())
    return min(600.0, asked or 0.0)
