"""Every call carries the machine's own token, and every failure has one of two kinds."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.workers.conftest import Platform
from tests.workers.factories import result
from tests.workers.fake_supabase import PUBLISHABLE_KEY, WORKER_TOKEN, check_row
from tests.workers.serving import free_socket
from workers.errors import Refused, Unavailable
from workers.rpc import open_http, open_rpc

CLAIM = "/rest/v1/rpc/noc_claim_checks"


async def test_a_call_signs_in_as_the_machine_and_names_itself(platform: Platform) -> None:
    await platform.rpc.list_checks()
    (seen,) = platform.fake.requests
    assert seen.headers["authorization"] == f"Bearer {WORKER_TOKEN}"
    assert seen.headers["apikey"] == PUBLISHABLE_KEY
    assert seen.headers["user-agent"].startswith("noc-worker/")


async def test_a_claimed_check_arrives_as_it_was_sent(platform: Platform) -> None:
    platform.fake.due = [check_row("c1", fence=7, config={"url": "https://x"}), check_row("c2")]
    (first,) = await platform.rpc.claim_checks("health@here", 1)
    assert (first.check_id, first.fence, first.config) == ("c1", 7, {"url": "https://x"})
    assert platform.fake.of("noc_claim_checks")[0].body == {"worker": "health@here", "max": 1}


async def test_a_result_is_settled_with_its_own_instant(platform: Platform) -> None:
    assert await platform.rpc.settle_check(result(1.5, fence=7))
    assert platform.fake.settled == [
        {
            "check_id": "c1",
            "fence": 7,
            "checked_at": "2026-11-23T12:00:01.500000+00:00",
            "outcome": "bad",
            "latency_ms": 5,
            "reason": "timeout",
            "details": {"status_class": "5xx"},
        }
    ]


async def test_a_heartbeat_tells_and_hears(platform: Platform) -> None:
    platform.fake.report = {
        "server_time": "2026-11-23T12:00:00.1Z",
        "tick_at": "2026-11-23T11:59:58.123456+00:00",
        "workers": [{"worker": "health", "instance": "a:1", "age_s": 3.1}],
    }
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    report = await platform.rpc.heartbeat("watch", "a:2", at, {"pings": 3}, 0.5)
    assert platform.fake.heartbeats == [
        {
            "worker": "watch",
            "instance": "a:2",
            "at": at.isoformat(),
            "status": {"pings": 3},
            "skew_s": 0.5,
        }
    ]
    assert report.tick_at is not None
    assert (report.server_time - report.tick_at).total_seconds() == pytest.approx(1.976544)
    assert report.workers[0].age_s == 3.1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, {"code": "PGRST002", "message": "no schema cache"}),
        (500, {"code": "57P03", "message": "the database system is starting up"}),
        (401, {"code": "PGRST301", "message": "JWT expired"}),
        (403, {"code": "42501", "message": "permission denied for function"}),
        (404, {"code": "PGRST202", "message": "no such function yet"}),
        (401, {"code": "PT401", "message": "who"}),
        (403, {"code": "PT403", "message": "no"}),
        (429, {"code": "PT429", "message": "slow down"}),
        (502, "<html>bad gateway</html>"),
        (200, {"not": "an array"}),
        (200, [{"check_id": "c1"}]),
        (200, ["x"]),
    ],
)
async def test_what_says_nothing_about_the_arguments_is_unavailable(
    platform: Platform, status: int, body: Any
) -> None:
    platform.fake.broken[CLAIM] = (status, body, {})
    with pytest.raises(Unavailable):
        await platform.rpc.claim_checks("x", 1)


@pytest.mark.parametrize("code", ["PT400", "PT404", "PT409", "22P02", "23503", "P0001", "PGRST102"])
async def test_an_answer_about_the_arguments_is_a_refusal(platform: Platform, code: str) -> None:
    body = {"code": code, "message": "no", "hint": "outcome", "details": None}
    platform.fake.broken["/rest/v1/rpc/noc_settle_check"] = (400, body, {})
    with pytest.raises(Refused) as raised:
        await platform.rpc.settle_check(result())
    assert (raised.value.code, raised.value.hint) == (code, "outcome")


async def test_an_api_out_of_reach_is_unavailable() -> None:
    with free_socket() as bound:
        port = bound.getsockname()[1]
    async with open_http("health") as http:
        rpc = await open_rpc(f"http://127.0.0.1:{port}", "key", "token", http)
        with pytest.raises(Unavailable, match="ConnectError"):
            await rpc.list_checks()
