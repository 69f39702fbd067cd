"""Rate limits of the stand-in: both sides of the limit, per address, and over the wire."""

import asyncio
from pathlib import Path

import httpx

from dev.auth.app import make_app
from dev.auth.limits import PERIOD_S, RateLimit, make_limits
from dev.auth.settings import read_settings
from tests.contract.auth.stand_in.keys import make_keys

HERE, THERE = "192.0.2.1", "192.0.2.2"


def test_the_burst_passes_and_the_next_request_does_not() -> None:
    limit = RateLimit(per_period=30, burst=30)
    assert [limit.allows(HERE, 0.0) for _ in range(31)] == [True] * 30 + [False]


def test_an_address_does_not_spend_anothers_requests() -> None:
    limit = RateLimit(per_period=1, burst=1)
    assert limit.allows(HERE, 0.0)
    assert not limit.allows(HERE, 0.0)
    assert limit.allows(THERE, 0.0)


def test_one_request_comes_back_after_its_share_of_the_period() -> None:
    limit = RateLimit(per_period=30, burst=30)
    for _ in range(30):
        limit.allows(HERE, 0.0)
    share_s = PERIOD_S / 30
    assert not limit.allows(HERE, share_s - 0.1)
    assert limit.allows(HERE, share_s)
    assert not limit.allows(HERE, share_s)


def test_a_long_silence_gives_no_more_than_the_burst() -> None:
    limit = RateLimit(per_period=30, burst=2)
    limit.allows(HERE, 0.0)
    assert [limit.allows(HERE, 1e9) for _ in range(3)] == [True, True, False]


def test_hosted_numbers_let_thirty_refreshes_pass_at_once() -> None:
    limits = make_limits(sign_in=30, refresh=150)
    assert (limits.sign_in.burst, limits.refresh.burst, limits.refresh.per_period) == (30, 30, 150)


def test_the_request_above_the_limit_is_answered_429(tmp_path: Path) -> None:
    signing_key, jwks = make_keys(tmp_path)
    settings = read_settings(
        {
            "AUTH_DB_URL": "host=127.0.0.1 port=1",
            "AUTH_SIGNING_KEY": str(signing_key),
            "JWT_JWKS": str(jwks),
            "AUTH_EXTERNAL_URL": "http://127.0.0.1/auth/v1",
            "AUTH_RATE_LIMIT_SIGN_IN": "3",
        }
    )

    async def ask() -> list[httpx.Response]:
        # Without an address the request is refused before any database is asked.
        transport = httpx.ASGITransport(make_app(settings))
        async with httpx.AsyncClient(transport=transport, base_url="http://auth") as client:
            path = "/token?grant_type=password"
            return [await client.post(path, json={"password": "x"}) for _ in range(4)]

    answers = asyncio.run(ask())
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429]
    assert answers[3].json()["error_code"] == "over_request_rate_limit"
