"""Token buckets per caller's address, as GoTrue's limiter keeps them."""

from dataclasses import dataclass, field
from http import HTTPStatus

from dev.auth.errors import ApiError

PERIOD_S = 300.0
GOTRUE_BURST = 30
# Above this many addresses the full buckets are forgotten: they carry no information.
MAX_BUCKETS = 10_000


@dataclass(slots=True)
class RateLimit:
    """At most `burst` requests at once, refilled at `per_period` every five minutes."""

    per_period: int
    burst: int
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def allows(self, address: str, now_s: float) -> bool:
        """Take one request from the address's bucket, or say that it is empty."""
        tokens = self._tokens(address, now_s)
        if tokens < 1.0:
            return False
        if len(self._buckets) >= MAX_BUCKETS:
            self._forget_full(now_s)
        self._buckets[address] = (tokens - 1.0, now_s)
        return True

    def check(self, address: str, now_s: float) -> None:
        """Raise `ApiError` 429 when the address has used its requests."""
        if not self.allows(address, now_s):
            raise ApiError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "over_request_rate_limit",
                "Request rate limit reached",
            )

    def _tokens(self, address: str, now_s: float) -> float:
        tokens, since_s = self._buckets.get(address, (float(self.burst), now_s))
        return min(float(self.burst), tokens + (now_s - since_s) * self.per_period / PERIOD_S)

    def _forget_full(self, now_s: float) -> None:
        for address in list(self._buckets):
            if self._tokens(address, now_s) >= self.burst:
                del self._buckets[address]


@dataclass(frozen=True, slots=True)
class Limits:
    """One limit for each kind of request that hosted counts apart."""

    sign_in: RateLimit
    refresh: RateLimit
    sign_up: RateLimit
    user_update: RateLimit


def make_limits(sign_in: int, refresh: int) -> Limits:
    """Build the limits from requests per five minutes."""
    return Limits(
        sign_in=RateLimit(sign_in, sign_in),
        refresh=RateLimit(refresh, max(min(GOTRUE_BURST, refresh), refresh // 5)),
        sign_up=RateLimit(sign_in, sign_in),
        user_update=RateLimit(sign_in, sign_in),
    )
