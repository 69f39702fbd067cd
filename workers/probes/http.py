"""A GET of an address from a check's configuration, without trusting that address.

Only https, or http to this machine where Supabase itself is local. The name is resolved once,
every answer must be a public address, and that very address is connected to, so that a second
answer of a hostile resolver is never used. No redirects, no proxies, no decompression.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

import httpx

from workers import AGENT
from workers.clock import SYSTEM_CLOCK, Clock
from workers.model import Check, Observation
from workers.probes.verdict import answered, misconfigured, unanswered

MAX_BODY = 64 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """Every address that the system's resolver gives. Raise `OSError` when it gives none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_allowed(address: str, *, local: bool) -> bool:
    """Whether a probe may connect there: public addresses, and loopback when `local`."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64 or ip.sixtofour or ip.teredo:
            return False
        ip = ip.ipv4_mapped or ip
    if ip.is_loopback:
        return local
    return ip.is_global and not ip.is_multicast


class HttpProbe:
    """Holds the client; `aclose` when done."""

    def __init__(
        self, *, local: bool, clock: Clock = SYSTEM_CLOCK, resolve: Resolve = resolve
    ) -> None:
        self._local = local
        self._clock = clock
        self._resolve = resolve
        self._http = httpx.AsyncClient(
            headers={"User-Agent": f"{AGENT} health", "Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
            timeout=60.0,  # of a single read; the check's own limit bounds the whole probe
        )

    async def __call__(self, check: Check) -> Observation:
        """Probe `check.config["url"]`."""
        url = httpx.URL(str(check.config.get("url", "")))
        if not self._is_offered(url):
            return misconfigured()
        started = self._clock.elapsed()
        try:
            address = await self._address_of(url)
            if address is None:
                return misconfigured()
            status = await self._get(url, address)
        except (httpx.HTTPError, OSError) as error:
            return unanswered(error, self._elapsed_ms(started))
        return answered(check, status, self._elapsed_ms(started))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _is_offered(self, url: httpx.URL) -> bool:
        if not url.host or url.userinfo:
            return False
        return url.scheme == "https" or (url.scheme == "http" and self._local)

    async def _address_of(self, url: httpx.URL) -> str | None:
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await self._resolve(url.host, port)
        if not addresses or not all(is_allowed(a, local=self._local) for a in addresses):
            return None
        if url.scheme == "http" and not all(ipaddress.ip_address(a).is_loopback for a in addresses):
            return None
        return addresses[0]

    async def _get(self, url: httpx.URL, address: str) -> int:
        request = self._http.build_request(
            "GET",
            url.copy_with(host=address),
            headers={"Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.host},
        )
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
