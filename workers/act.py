"""Starts jobs again: claim, begin in the database, call the handler, settle what became of it.

Begin is committed before the first byte leaves, and names the attempt. A receipt that the
database does not take now is kept and handed in again. Where nobody knows whether a call arrived
it is made again with the same `job_id`, which a handler starts once.
"""

import asyncio
import logging
from collections import Counter
from typing import Any

from workers.errors import Refused, Unavailable
from workers.handlers import HandlerClient
from workers.job_model import JobLease, JobReceipt, JobRun
from workers.rpc import Rpc

log = logging.getLogger(__name__)

SLOTS = 16  # calls under way at once, each of another company or type
DRAIN_S = 12.0


class Act:
    """The worker; see the module. `client` null: no secret is configured, jobs wait."""

    name = "act"

    def __init__(
        self, rpc: Rpc, client: HandlerClient | None, owner: str, slots: int = SLOTS
    ) -> None:
        self._rpc = rpc
        self._client = client
        self._owner = owner
        self._slots = slots
        self._running: set[asyncio.Task[None]] = set()
        self._unsettled: list[tuple[JobLease, JobReceipt]] = []
        self._counts: Counter[str] = Counter()
        if client is None:
            log.warning("no handler's secret is configured: jobs wait (NOC_JOB_SECRET_…)")

    async def step(self) -> int:
        """Hand in what waits and start what is due; the calls themselves run beside the step."""
        settled = await self._hand_in()
        if self._client is None:
            return settled
        free = self._slots - len(self._running)
        if free <= 0:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED, timeout=1.0)
            return 1
        leases = await self._rpc.claim_job_runs(self._owner, free)
        for lease in leases:
            task = asyncio.create_task(self._handle(self._client, lease))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return settled + len(leases)

    def status(self) -> dict[str, Any]:
        """Numbers for the heartbeat; `secrets`: how many handlers' secrets are known."""
        return {
            "secrets": len(self._client.secrets) if self._client else 0,
            "running": len(self._running),
            "unsettled": len(self._unsettled),
            **self._counts,
        }

    async def drain(self) -> None:
        """Let the calls in flight end, then hand in what became of them."""
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN_S)
        await self._hand_in()

    async def _handle(self, client: HandlerClient, lease: JobLease) -> None:
        try:
            run = await self._rpc.begin_job_run(lease)
        except (Unavailable, Refused) as error:
            # Perhaps begun: its lease runs out, and the attempt is called by whoever is next.
            log.warning("a job was not begun: %s", error)
            return
        if isinstance(run, str):
            self._counts[run] += 1
            return
        receipt = await self._start(client, run)
        self._counts[receipt.outcome] += 1
        log.info(
            "a handler was called",
            extra={
                "job_id": run.job_id,
                "job_type": run.job_type,
                "attempt": run.attempt,
                "outcome": receipt.outcome,
                "reason": receipt.reason,
            },
        )
        self._unsettled.append((lease, receipt))
        await self._hand_in()

    async def _start(self, client: HandlerClient, run: JobRun) -> JobReceipt:
        """A bug must not leave the job on its way: it is called again, and logged."""
        try:
            return await client.start(run)
        except Exception as error:
            log.error("the client has a bug: %s", type(error).__name__)
            return JobReceipt("retry", "caller_bug")

    async def _hand_in(self) -> int:
        waiting, self._unsettled = self._unsettled, []
        outcomes = await asyncio.gather(*(self._settle(*one) for one in waiting))
        self._unsettled += [one for one, done in zip(waiting, outcomes, strict=True) if not done]
        return sum(outcomes)

    async def _settle(self, lease: JobLease, receipt: JobReceipt) -> bool:
        """False when it has to be handed in again."""
        try:
            accepted = await self._rpc.settle_job_run(lease, receipt)
        except Unavailable as error:
            log.warning("a receipt waits: %s", error)
            return False
        except Refused as error:
            log.error("a receipt was refused: %s", error)
            return True
        if not accepted:
            log.info("a job had passed on", extra={"item": lease.item_id})
        return True

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("handling a job has a bug: %s", type(error).__name__)
