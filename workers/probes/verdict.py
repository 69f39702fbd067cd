"""What an HTTP answer, or its absence, says about a service: the codes of `reason`."""

import ssl
from collections.abc import Mapping
from typing import Any

import httpx

from workers.model import Check, Observation

_REASONS = {401: "auth_invalid", 402: "billing", 403: "auth_invalid", 429: "rate_limited"}


def answered(check: Check, status: int, latency_ms: float) -> Observation:
    """Judge a status; 429 is a service that works and says so, hence slow, not bad."""
    details = {"status_class": f"{status // 100}xx"}
    latency = round(latency_ms)
    if 200 <= status < 300:
        return timely(check, latency_ms, details)
    reason = _REASONS.get(status, f"http_{status}")
    return Observation("slow" if status == 429 else "bad", latency, reason, details)


def misconfigured() -> Observation:
    """Our own mistake: nothing bad is known about the service, so it is never called down."""
    return Observation("slow", None, "config_invalid")


def timely(check: Check, latency_ms: float, details: Mapping[str, Any]) -> Observation:
    """Good, or slow when the check's own configuration names a `slow_ms` and it was passed."""
    slow_ms = check.config.get("slow_ms")
    if isinstance(slow_ms, int | float) and latency_ms > slow_ms:
        return Observation("slow", round(latency_ms), "latency", details)
    return Observation("good", round(latency_ms), None, details)


def unanswered(error: Exception, latency_ms: float) -> Observation:
    """Judge a request that got no answer."""
    return Observation("bad", round(latency_ms), _reason_of(error))


def _reason_of(error: BaseException | None) -> str:
    """The most telling cause in the chain: the client wraps what the system said."""
    seen: str | None = None
    while error is not None:
        seen = _one_reason(error) or seen
        error = error.__cause__ or error.__context__
    return seen or "disconnected"


def _one_reason(error: BaseException) -> str | None:
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return "timeout"
    if isinstance(error, ssl.SSLError):
        return "dns_tls"
    if isinstance(error, OSError) and type(error).__name__ == "gaierror":
        return "dns_tls"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, httpx.ConnectError) and "All connection attempts failed" in str(error):
        return "refused"
    return None
