"""What a job tells the NOC: that it runs, that it still runs, how it ended."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

import httpx

from dev.jobs_example.store import Job

TRIES: Final = 30
PAUSE_S: Final = 1.0
TIMEOUT_S: Final = 10.0


# Tells the NOC a job's state and error; false when it could not be told.
Tell = Callable[[Job, str, str | None], Awaitable[bool]]


class Reports:
    """Through the ingest function, with the company's own key; again until it is taken."""

    def __init__(
        self, http: httpx.AsyncClient, supabase_url: str, new_key: Callable[[str], str]
    ) -> None:
        """`new_key` makes a company's key; it may block."""
        self._http = http
        self._url = f"{supabase_url}/functions/v1/ingest"
        self._new_key = new_key
        self._keys: dict[str, str] = {}

    async def __call__(self, job: Job, status: str, error: str | None) -> bool:
        """See `Tell`."""
        ended = None if status == "running" else datetime.now(UTC).isoformat()
        event = {
            "job_id": job.job_id,
            "job_type": job.job_type,
            "status": status,
            "started_at": job.started_at.isoformat(),
            "finished_at": ended,
            "error": error,
        }
        for _ in range(TRIES):
            try:
                if await self._tell(job.company_cnpj, event):
                    return True
            except Exception as failure:
                print(f"job {job.job_id}: not told: {type(failure).__name__}", flush=True)
            await asyncio.sleep(PAUSE_S)
        return False

    async def _tell(self, cnpj: str, event: dict[str, str | None]) -> bool:
        if cnpj not in self._keys:
            self._keys[cnpj] = await asyncio.to_thread(self._new_key, cnpj)
        answer = await self._http.post(
            self._url,
            headers={"authorization": f"Bearer {self._keys[cnpj]}"},
            json={"kind": "jobs", "events": [event]},
            timeout=TIMEOUT_S,
        )
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            del self._keys[cnpj]
        return answer.status_code == httpx.codes.ACCEPTED
