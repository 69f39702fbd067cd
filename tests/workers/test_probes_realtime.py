"""Auth, join and replication in one probe; what is kept open, and what a failure drops."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.workers.clocks import FakeTime
from tests.workers.conftest import Platform
from tests.workers.factories import check
from tests.workers.fake_supabase import PASSWORD, PUBLISHABLE_KEY
from workers.probes import run_probe
from workers.probes.realtime import RealtimeProbe
from workers.probes.session import opener

# The client library reads deprecated members of its WebSocket library when a socket breaks.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:realtime")

CHECK = check("realtime", timeout_s=4)


def probe_with(platform: Platform, password: str = PASSWORD) -> RealtimeProbe:
    opened = opener(platform.url, PUBLISHABLE_KEY, platform.http)
    return RealtimeProbe(opened, "probe@noc.local", password)


@pytest.fixture
async def probe(platform: Platform) -> AsyncIterator[RealtimeProbe]:
    held = probe_with(platform)
    yield held
    await held.aclose()


async def test_an_echo_that_comes_back_is_good(platform: Platform, probe: RealtimeProbe) -> None:
    seen = await run_probe(probe, CHECK)
    assert (seen.outcome, seen.reason) == ("good", None)
    assert seen.latency_ms is not None
    (asked,) = platform.fake.of("noc_probe_echo")
    assert asked.headers["authorization"] == "Bearer user-token-1"


async def test_the_first_join_already_carries_the_users_token(
    platform: Platform, probe: RealtimeProbe
) -> None:
    await run_probe(probe, CHECK)
    (join,) = platform.fake.joins
    assert join["access_token"] == "user-token-1"
    assert join["config"]["private"] is True
    assert join["config"]["presence"]["enabled"] is False


async def test_session_and_channel_stay_open_between_probes(
    platform: Platform, probe: RealtimeProbe
) -> None:
    for _ in range(3):
        assert (await run_probe(probe, CHECK)).outcome == "good"
    assert (len(platform.fake.tokens), len(platform.fake.joins)) == (1, 1)


async def test_a_token_is_renewed_before_it_ends_without_a_new_join(platform: Platform) -> None:
    time = FakeTime()
    opened = opener(platform.url, PUBLISHABLE_KEY, platform.http)
    probe = RealtimeProbe(opened, "probe@noc.local", PASSWORD, time.clock())
    await run_probe(probe, CHECK)
    time.pass_by(platform.fake.expires_in - 121)
    await run_probe(probe, CHECK)
    assert len(platform.fake.tokens) == 1
    time.pass_by(2)
    assert (await run_probe(probe, CHECK)).outcome == "good"
    await probe.aclose()
    assert platform.fake.tokens == ["user-token-1", "user-token-2"]
    assert {"access_token": "user-token-2"} in platform.fake.joins
    assert platform.fake.of("noc_probe_echo")[-1].headers["authorization"].endswith("-2")


async def test_a_wrong_password_is_told_as_such(platform: Platform) -> None:
    probe = probe_with(platform, "wrong")
    seen = await run_probe(probe, CHECK)
    await probe.aclose()
    assert (seen.outcome, seen.reason) == ("bad", "auth_invalid")
    assert seen.details == {"stage": "sign_in"}


async def test_auth_out_of_order_is_told_as_such(platform: Platform, probe: RealtimeProbe) -> None:
    platform.fake.broken["/auth/v1/token"] = (502, {}, {})
    seen = await run_probe(probe, CHECK)
    assert (seen.outcome, seen.reason, seen.details) == ("bad", "http_502", {"stage": "sign_in"})


async def test_a_denied_channel_is_left_and_not_joined_again(
    platform: Platform, probe: RealtimeProbe
) -> None:
    platform.fake.deny_join = True
    seen = await run_probe(probe, check("realtime", timeout_s=0.5))
    assert (seen.outcome, seen.details) == ("bad", {"stage": "join"})
    await probe.aclose()
    assert len(platform.fake.joins) == 1
    assert platform.fake.sockets == []


async def test_a_broadcast_lost_after_the_join_is_asked_again(
    platform: Platform, probe: RealtimeProbe
) -> None:
    platform.fake.lose_echoes = 1
    seen = await run_probe(probe, CHECK)
    assert seen.outcome == "good"
    assert len(platform.fake.of("noc_probe_echo")) == 2


async def test_a_stream_that_does_not_run_is_bad_and_rebuilt(
    platform: Platform, probe: RealtimeProbe
) -> None:
    platform.fake.lose_echoes = 99
    seen = await run_probe(probe, check("realtime", timeout_s=0.3))
    assert (seen.outcome, seen.reason, seen.details) == ("bad", "timeout", {"stage": "echo"})
    platform.fake.lose_echoes = 0
    assert (await run_probe(probe, CHECK)).outcome == "good"
    assert len(platform.fake.joins) == 2


async def test_after_the_socket_closed_a_new_channel_is_built(
    platform: Platform, probe: RealtimeProbe
) -> None:
    await run_probe(probe, CHECK)
    await platform.fake.sockets[0].close(1012)
    await asyncio.sleep(0.05)
    assert (await run_probe(probe, CHECK)).reason is None
    assert len(platform.fake.joins) == 2


async def test_after_the_server_closed_the_channel_a_new_one_is_built(
    platform: Platform, probe: RealtimeProbe
) -> None:
    await run_probe(probe, CHECK)
    topic: dict[str, object] = {"topic": "realtime:noc:probe", "event": "phx_close"}
    await platform.fake.sockets[0].send_json(topic | {"payload": {}, "ref": None})
    await asyncio.sleep(0.05)
    assert (await run_probe(probe, CHECK)).reason is None
    assert len(platform.fake.joins) == 2


async def test_a_kept_channel_that_went_deaf_is_replaced_within_the_probe(
    platform: Platform, probe: RealtimeProbe
) -> None:
    await run_probe(probe, CHECK)
    platform.fake.lose_echoes = 1
    assert (await run_probe(probe, CHECK)).outcome == "good"
    assert len(platform.fake.joins) == 2


async def test_closing_leaves_no_socket_behind(platform: Platform) -> None:
    probe = probe_with(platform)
    await run_probe(probe, CHECK)
    assert len(platform.fake.sockets) == 1
    await probe.aclose()
    await asyncio.sleep(0.05)
    assert platform.fake.sockets == []
