"""Supabase's own parts, asked through the gateway as any page would."""

import json

import httpx

from workers.clock import SYSTEM_CLOCK, Clock
from workers.model import Check, Observation
from workers.probes.verdict import answered, unanswered

MAX_BODY = 64 * 1024


class PlatformProbe:
    """Probes behind one gateway; the publishable key is the only credential."""

    def __init__(
        self, http: httpx.AsyncClient, url: str, publishable_key: str, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._http = http
        self._url = url
        self._headers = {"apikey": publishable_key}
        self._clock = clock

    async def rest(self, check: Check) -> Observation:
        """PostgREST and the database behind it: `noc_ping()`."""
        return await self._ask(check, "POST", "/rest/v1/rpc/noc_ping", "server_time")

    async def auth(self, check: Check) -> Observation:
        """The Auth server's own health."""
        return await self._ask(check, "GET", "/auth/v1/health", None)

    async def functions(self, check: Check) -> Observation:
        """The edge runtime, through the ingest function's health."""
        return await self._ask(check, "GET", "/functions/v1/ingest/health", "status")

    async def _ask(self, check: Check, method: str, path: str, member: str | None) -> Observation:
        """Ask once; a 2xx answer that is not JSON with `member` comes from somebody else."""
        started = self._clock.elapsed()
        content = b"{}" if method == "POST" else None
        headers = self._headers | ({"Content-Type": "application/json"} if content else {})
        try:
            async with self._http.stream(
                method, self._url + path, headers=headers, content=content
            ) as response:
                body = await _bounded(response)
        except httpx.HTTPError as error:
            return unanswered(error, self._elapsed_ms(started))
        latency_ms = self._elapsed_ms(started)
        if response.is_success and member is not None and not _has(body, member):
            return Observation("bad", round(latency_ms), "wrong_answer")
        return answered(check, response.status_code, latency_ms)

    def _elapsed_ms(self, started: float) -> float:
        return (self._clock.elapsed() - started) * 1000


async def _bounded(response: httpx.Response) -> bytes:
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MAX_BODY:
            break
    return body


def _has(body: bytes, member: str) -> bool:
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and member in answer
