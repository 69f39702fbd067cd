"""Where a configured address may lead: to the public internet, and to this machine when local.

Only https, or http to this machine where Supabase itself is local. The name is resolved once,
every answer must be a public address, and that very address is connected to, so that a second
answer of a hostile resolver is never used.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from workers import AGENT

_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """Every address that the system's resolver gives. Raise `OSError` when it gives none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_allowed(address: str, *, local: bool) -> bool:
    """Whether a worker may connect there: public addresses, and loopback when `local`."""
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


async def address_of(url: httpx.URL, resolve: Resolve, *, local: bool) -> str | None:
    """The address to connect to; null when it must not be. Raise `OSError` without an answer."""
    if not url.host or url.userinfo:
        return None
    if url.scheme != "https" and not (url.scheme == "http" and local):
        return None
    addresses = await resolve(url.host, url.port or (443 if url.scheme == "https" else 80))
    if not addresses or not all(is_allowed(one, local=local) for one in addresses):
        return None
    if url.scheme == "http" and not all(ipaddress.ip_address(one).is_loopback for one in addresses):
        return None
    return addresses[0]


def request_to(
    http: httpx.AsyncClient,
    method: str,
    url: httpx.URL,
    address: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> httpx.Request:
    """A request to that very address in the name of the address' host."""
    return http.build_request(
        method,
        url.copy_with(host=address),
        headers={**(headers or {}), "Host": url.netloc.decode("ascii")},
        extensions={"sni_hostname": url.host},
        **more,
    )


def open_untrusting(worker: str, timeout_s: float) -> httpx.AsyncClient:
    """A client for such addresses: no redirects, no proxies, no decompression."""
    return httpx.AsyncClient(
        headers={"User-Agent": f"{AGENT} {worker}", "Accept-Encoding": "identity"},
        follow_redirects=False,
        trust_env=False,
        timeout=timeout_s,
    )
