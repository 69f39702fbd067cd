"""Starts jobs again: calls their handlers.

Where nobody knows whether a call arrived it is made again with the same `job_id`, which a handler
starts once.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from workers.clock import SYSTEM_CLOCK, Clock
from workers.handlers import HandlerClient
from workers.job_model import JobReceipt, JobRun
from workers.lease import Terms
from workers.model import Lease
from workers.rpc import Rpc
from workers.sending import Sending

log = logging.getLogger(__name__)

SLOTS = 16  # calls under way at once, each of another company or type


class Act(Sending[JobRun, JobReceipt]):
    """The worker; see the module. `client` null: no secret is configured, jobs wait."""

    name = "act"
    kind = "job"
    terms = Terms(lease_s=60.0)
    ended = "a handler was called"
    outcomes = ("accepted", "refused", "retry")

    def __init__(
        self,
        rpc: Rpc,
        client: HandlerClient | None,
        owner: str,
        slots: int = SLOTS,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        super().__init__(rpc, owner, slots, clock)
        self._client = client
        if client is None:
            log.warning("no handler's secret is configured: jobs wait (NOC_JOB_SECRET_…)")

    def status(self) -> dict[str, Any]:
        """Numbers; `secrets`: how many handlers' secrets are known."""
        return {"secrets": len(self._client.secrets) if self._client else 0, **super().status()}

    async def claim(self, most: int) -> Sequence[Lease]:
        """One per company and type."""
        return [] if self._client is None else await self.rpc.claim_job_runs(self.owner, most)

    async def begin(self, lease: Lease) -> JobRun | str:
        """Whom to call about which attempt, when it may be started now."""
        return await self.rpc.begin_job_run(lease)

    async def send(self, work: JobRun) -> JobReceipt:
        """Call its handler."""
        assert self._client is not None, "nothing is claimed without one"
        return await self._client.start(work)

    async def settle(self, lease: Lease, became: JobReceipt) -> bool:
        """Say what became of it."""
        return await self.rpc.settle_job_run(lease, became)

    def unknown(self, reason: str) -> JobReceipt:
        """Called again."""
        return JobReceipt("retry", reason)

    def told(self, lease: Lease, work: JobRun, became: JobReceipt) -> Mapping[str, Any]:
        """Which job."""
        return {"job_id": work.job_id, "job_type": work.job_type, "attempt": work.attempt}
