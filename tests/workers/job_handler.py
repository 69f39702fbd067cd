"""A job's handler as the NOC meets it: a server that answers what the test says."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from workers.job_model import JobRun

SECRET = "secret-of-the-main-handler-012345"
RUN = JobRun(
    url="",
    secret_ref="MAIN",
    job_id="7f3c",
    retry_of="consolidação-1",
    job_type="consolidacao",
    company_cnpj="11222333000181",
    attempt=2,
    action_id="ac01",
)


class Handler:
    """Answers what the test says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 202
        self.headers: dict[str, str] = {}
        self.body = b""
        self.slow_s = 0.0
        self.asked: list[tuple[Request, bytes]] = []

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        request = Request(scope, receive)
        self.asked.append((request, await request.body()))
        await asyncio.sleep(self.slow_s)
        await Response(self.body, self.status, self.headers)(scope, receive, send)
