"""The collector: the gateway's access log becomes `api_usage`, each line counted once.

A batch is written down whole (`Journal`) before it is first sent, and the position in the log
moves only with its acknowledgement, in one atomic write. A crash at any point therefore repeats
the very same batch under the very same id, which `noc_ingest` counts once.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workers.clock import SYSTEM_CLOCK, Clock
from workers.gateway import read_line
from workers.ingest import IngestClient, Receipt
from workers.journal import Batch, Journal, Progress
from workers.position import Chunk
from workers.retry import backoff
from workers.routes import Routes
from workers.tail import Tail

log = logging.getLogger(__name__)

MAX_EVENTS = 1000
GATHER_S = 1.0
BACKOFF_MIN_S, BACKOFF_MAX_S = 0.5, 60.0


class Collect:
    """The worker; see the module."""

    name = "collect"

    def __init__(
        self, tail: Tail, journal: Journal, ingest: IngestClient, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._tail = tail
        self._journal = journal
        self._ingest = ingest
        self._clock = clock
        self._routes = Routes()
        self._progress = journal.load()
        self._seen_at: float | None = None
        self._not_before = 0.0
        self._failures = 0
        self._ingest_code = "ok"
        self._counts: Counter[str] = Counter()

    async def step(self) -> int:
        """Send the batch on its way, or gather the next one; how many lines were dealt with."""
        if self._clock.elapsed() < self._not_before:
            return 0
        if self._progress.batch is None and not self._gather():
            return 0
        batch = self._progress.batch
        return 1 if batch is None else await self._send(batch)

    def status(self) -> dict[str, Any]:
        """Numbers since the start; `left_out` are the NOC's own calls, never sent."""
        skipped = ("websocket", "preflight", "foreign", "unreadable")
        counted = ("accepted", "duplicate", "rejected", "refused")
        position = self._progress.position
        return {
            "left_out": self._counts["own"],
            "skipped": {name: self._counts[name] for name in skipped},
            **{name: self._counts[name] for name in counted},
            "gaps": self._tail.gaps,
            "behind_bytes": self._tail.behind(position) if position else 0,
            "ingest": self._ingest_code,
        }

    async def drain(self) -> None:
        """Nothing to save: what is on its way is on disk, what is not was not read."""
        self._tail.close()

    def _gather(self) -> bool:
        """Read on; false while there is nothing, or too little for a batch yet."""
        position = self._progress.position or self._tail.start()
        if position is None:
            return False
        now = self._clock.elapsed()
        chunk = self._tail.read(position, MAX_EVENTS, now)
        if chunk is None:
            return False
        if self._seen_at is None:
            self._seen_at = now
        if len(chunk.lines) < MAX_EVENTS and now - self._seen_at < GATHER_S:
            return False
        self._seen_at = None
        events = self._events_of(chunk)
        if events:
            batch = Batch(chunk.batch_id, events, chunk.end)
            self._keep(replace(self._progress, batch=batch))
        else:
            self._keep(Progress(position=chunk.end))
        return True

    def _events_of(self, chunk: Chunk) -> tuple[Mapping[str, Any], ...]:
        events = []
        for line in chunk.lines:
            event = read_line(line, self._routes)
            if isinstance(event, str):
                self._counts[event] += 1
            else:
                events.append(event)
        return tuple(events)

    async def _send(self, batch: Batch) -> int:
        receipt = await self._ingest.send(batch.batch_id, batch.events)
        if receipt.fate == "later":
            self._wait(receipt)
            return 0
        self._failures = 0
        self._keep(Progress(position=batch.end))
        self._count(batch, receipt)
        return len(batch.events)

    def _wait(self, receipt: Receipt) -> None:
        """Back off with full jitter, never sooner than the server asked."""
        if receipt.code != self._ingest_code:
            log.warning("ingest does not take batches", extra={"code": receipt.code})
        self._ingest_code = receipt.code
        self._failures += 1
        delay = backoff(self._failures, BACKOFF_MIN_S, BACKOFF_MAX_S)
        self._not_before = self._clock.elapsed() + max(receipt.retry_after_s, delay)

    def _count(self, batch: Batch, receipt: Receipt) -> None:
        if self._ingest_code != "ok" and receipt.fate == "taken":
            log.info("ingest takes batches again")
        self._ingest_code = receipt.code
        self._counts["accepted"] += receipt.accepted
        self._counts["duplicate"] += receipt.duplicate
        self._counts["rejected"] += len(receipt.rejected)
        if receipt.rejected:
            log.warning(
                "ingest rejected events",
                extra={"batch": batch.batch_id, "rejected": list(receipt.rejected[:5])},
            )
        if receipt.fate == "refused":
            self._counts["refused"] += len(batch.events)
            log.error(
                "ingest refused a batch", extra={"batch": batch.batch_id, "code": receipt.code}
            )

    def _keep(self, progress: Progress) -> None:
        self._journal.save(progress)
        self._progress = progress
