"""A GET of an address from a check's configuration, without trusting that address.

Where it may lead is `workers.address`'s to say.
"""

import httpx

from workers.address import Resolve, address_of, open_untrusting, request_to, resolve
from workers.clock import SYSTEM_CLOCK, Clock
from workers.model import Check, Observation
from workers.probes.verdict import answered, misconfigured, unanswered

MAX_BODY = 64 * 1024
READ_S = 60.0  # of a single read; the check's own limit bounds the whole probe


class HttpProbe:
    """Holds the client; `aclose` when done."""

    def __init__(
        self, *, local: bool, clock: Clock = SYSTEM_CLOCK, resolve: Resolve = resolve
    ) -> None:
        self._local = local
        self._clock = clock
        self._resolve = resolve
        self._http = open_untrusting("health", READ_S)

    async def __call__(self, check: Check) -> Observation:
        """Probe `check.config["url"]`."""
        url = httpx.URL(str(check.config.get("url", "")))
        started = self._clock.elapsed()
        try:
            address = await address_of(url, self._resolve, local=self._local)
            if address is None:
                return misconfigured()
            status = await self._get(url, address)
        except (httpx.HTTPError, OSError) as error:
            return unanswered(error, self._elapsed_ms(started))
        return answered(check, status, self._elapsed_ms(started))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _get(self, url: httpx.URL, address: str) -> int:
        request = request_to(self._http, "GET", url, address)
        response = await self._http.send(request, stream=True)
        try:
            read = 0
            async for piece in response.aiter_raw():
                read += len(piece)
                if read >= MAX_BODY:
                    break
        finally:
            await response.aclose()
        return response.status_code

    def _elapsed_ms(self, started: float) -> float:
        return (self._clock.elapsed() - started) * 1000
