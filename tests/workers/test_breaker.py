"""Nothing is sent that the database does not let pass, and it hears of all that was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workers.conftest import Platform
from workers.breaker import Breaker
from workers.errors import CutOff, Unavailable

MAY, RECORD = "/rest/v1/rpc/noc_may_call", "/rest/v1/rpc/noc_record_call"
ALLOWED: dict[str, Any] = {
    "allowed": True,
    "probe": False,
    "wait_s": 0,
    "reason": None,
    "begun_at": "2026-11-23T12:00:00.123456+00:00",
}
AWAY = {"code": "PGRST002", "message": "no", "details": None, "hint": None}


class Provider:
    """Counts its calls and answers what it was told to."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.calls = 0

    async def __call__(self) -> Any:
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def call(platform: Platform, provider: Provider, **more: Any) -> Any:
    return await Breaker(platform.rpc, "omie").call(provider, lambda a: a == "bad", **more)


@pytest.mark.parametrize(("answer", "failed"), [("good", False), ("bad", True)])
async def test_a_call_that_may_pass_is_made_and_told(
    platform: Platform, answer: str, failed: bool
) -> None:
    platform.fake.broken[MAY] = (200, ALLOWED, {})
    platform.fake.broken[RECORD] = (200, None, {})
    provider = Provider(answer)
    assert await call(platform, provider, company_cnpj="11222333000181", retry=True) == answer
    assert provider.calls == 1
    asked, told = platform.fake.of("noc_may_call"), platform.fake.of("noc_record_call")
    who = {"provider": "omie", "company_cnpj": "11222333000181", "retry": True}
    assert [one.body for one in asked] == [who]
    assert [one.body for one in told] == [who | {"begun_at": ALLOWED["begun_at"], "failed": failed}]


async def test_a_call_that_raises_has_failed(platform: Platform) -> None:
    platform.fake.broken[MAY] = (200, ALLOWED, {})
    platform.fake.broken[RECORD] = (200, None, {})
    with pytest.raises(OSError, match="gone"):
        await call(platform, Provider(OSError("gone")))
    assert platform.fake.of("noc_record_call")[0].body["failed"] is True


async def test_a_call_that_may_not_pass_is_not_made(platform: Platform) -> None:
    refused = {"allowed": False, "reason": "retry_budget", "wait_s": 2.5, "begun_at": None}
    platform.fake.broken[MAY] = (200, ALLOWED | refused, {})
    provider = Provider("good")
    with pytest.raises(CutOff) as caught:
        await call(platform, provider)
    assert (caught.value.reason, caught.value.wait_s) == ("retry_budget", 2.5)
    assert (provider.calls, platform.fake.of("noc_record_call")) == (0, [])


async def test_without_a_database_nobody_is_called(platform: Platform) -> None:
    platform.fake.broken[MAY] = (503, AWAY, {})
    provider = Provider("good")
    with pytest.raises(Unavailable):
        await call(platform, provider)
    assert provider.calls == 0


async def test_what_cannot_be_told_does_not_lose_the_answer(platform: Platform) -> None:
    platform.fake.broken[MAY] = (200, ALLOWED, {})
    platform.fake.broken[RECORD] = (503, AWAY, {})
    assert await call(platform, Provider("good")) == "good"


async def test_a_permission_of_another_shape_is_none(platform: Platform) -> None:
    platform.fake.broken[MAY] = (200, {"allowed": True}, {})
    with pytest.raises(Unavailable):
        await call(platform, Provider("good"))
