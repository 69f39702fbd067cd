"""`POST /jobs`: is it the NOC, was it started before, then start it and answer at once."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dev.jobs_example.reports import Tell
from dev.jobs_example.settings import JOB_TYPE
from dev.jobs_example.signature import fault_of
from dev.jobs_example.store import Job, Store

BODY_MAX: Final = 16 * 1024  # bytes


class Service:
    """Holds the jobs that run."""

    def __init__(
        self,
        secret: str,
        store: Store,
        tell: Tell,
        work_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` in seconds since 1970."""
        self._secret = secret
        self._store = store
        self._tell = tell
        self._work_s = work_s
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()

    def app(self) -> Starlette:
        """The application; when it starts, jobs of an earlier process are reported as failed."""
        routes = [
            Route("/jobs", self._start, methods=["POST"]),
            Route("/health", self._health),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan)

    async def _start(self, request: Request) -> JSONResponse:
        body = await _body(request)
        if body is None:
            return _refused(413, "too_large")
        fault = fault_of(request.headers, body, self._secret, self._clock())
        if fault is not None:
            return _refused(401, fault)
        job = _job(body)
        if job is None:
            return _refused(422, "malformed")
        if job.job_type != JOB_TYPE:
            return _refused(422, "unknown_type")
        if not self._store.begin(job):
            return _refused(409, "already_started")
        self._beside(self._work(job))
        return JSONResponse({"started": job.job_id}, status_code=202)

    async def _health(self, _: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "running": len(self._running)})

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        for job in self._store.unended():
            self._beside(self._end(job, "failed", "interrupted"))
        yield
        for task in self._running:
            task.cancel()

    async def _work(self, job: Job) -> None:
        """What a job would do: half of it, a sign of life, the other half."""
        await self._tell(job, "running", None)
        await asyncio.sleep(self._work_s / 2)
        await self._tell(job, "running", None)
        await asyncio.sleep(self._work_s / 2)
        await self._end(job, "success", None)

    async def _end(self, job: Job, status: str, error: str | None) -> None:
        if await self._tell(job, status, error):
            self._store.end(job)

    def _beside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _job(body: bytes) -> Job | None:
    """What is asked for; null when it reads as nothing."""
    try:
        asked = json.loads(body)
        return Job(
            job_id=str(asked["job_id"]),
            company_cnpj=str(asked["company_cnpj"]),
            job_type=str(asked["job_type"]),
            started_at=datetime.now(UTC),
        )
    except (ValueError, KeyError, TypeError):
        return None


async def _body(request: Request) -> bytes | None:
    """The raw body; null when it is too large."""
    read = b""
    async for piece in request.stream():
        read += piece
        if len(read) > BODY_MAX:
            return None
    return read


def _refused(status: int, reason: str) -> JSONResponse:
    return JSONResponse({"reason": reason}, status_code=status)
