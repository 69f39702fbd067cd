"""Who gets into a channel, who does not, and what a refusal costs."""

import asyncio
import json
import re
import time
from collections.abc import Callable

import psycopg
import pytest
from websockets.exceptions import InvalidStatus

from dev.realtime.testing import scenario
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.process import StandIn, StartServer
from dev.realtime.testing.wire import Wire, open_wire

OK = {"status": "ok", "response": {"postgres_changes": []}}


def refused(reason: str) -> dict[str, object]:
    return {"status": "error", "response": {"reason": reason}}


def unauthorized(topic: str) -> dict[str, object]:
    text = "Unauthorized: You do not have permissions to read from this Channel topic: "
    return refused(text + topic)


@scenario
async def test_a_public_channel_takes_anybody(quick: StandIn, anon: str) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        assert await wire.join("none:public") == OK


@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
@scenario
async def test_a_policy_decides_on_a_private_channel(
    quick: StandIn, anon: str, keys: SigningKeys, version: str
) -> None:
    async with open_wire(quick.socket_url, anon, version=version) as wire:
        assert await wire.join("read:a", keys.token(), private=True) == OK
        assert await wire.join("none:a", keys.token(), private=True) == unauthorized("none:a")
        assert await wire.join("read:b", private=True) == unauthorized("read:b")


@scenario
async def test_a_role_without_membership_is_judged_by_its_own_grants(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        token = keys.token("dashboard_user")
        assert await wire.join("read:a", token, private=True) == unauthorized("read:a")
        assert await wire.join("none:b", keys.token("service_role"), private=True) == OK
        token = keys.token("no_such_role")
        assert await wire.join("read:c", token, private=True) == unauthorized("read:c")
        text = "Realtime was unable to connect to the project database"
        assert await wire.join("read:d", keys.token(7), private=True) == refused(text)


@pytest.mark.parametrize("topic", ["asks:private", "broken:policy"])
@scenario
async def test_a_policy_that_fails_or_looks_at_the_row_denies(
    quick: StandIn, anon: str, keys: SigningKeys, topic: str
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        assert await wire.join(topic, keys.token(), private=True) == unauthorized(topic)


@scenario
async def test_presence_rights_do_not_count_unless_presence_is_asked_for(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        token = keys.token()
        for presence in ({}, {"enabled": False}, None):
            answer = await wire.join("present:a", token, private=True, presence=presence)
            assert answer == unauthorized("present:a")
        answer = await wire.join("present:a", token, private=True, presence={"enabled": True})
        assert answer == OK


@scenario
async def test_private_as_a_text_is_private(quick: StandIn, anon: str, keys: SigningKeys) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        assert await wire.join("none:a", keys.token(), private="true") == unauthorized("none:a")


@scenario
async def test_an_opaque_join_token_falls_back_to_that_of_the_socket(
    quick: StandIn, keys: SigningKeys
) -> None:
    async with open_wire(quick.socket_url, keys.token()) as wire:
        assert await wire.join("read:a", "sb_publishable_x", private=True) == OK


@scenario
async def test_bad_tokens_are_named(quick: StandIn, anon: str, keys: SigningKeys) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        answer = await wire.join("read:a", keys.token(lives_s=-10), private=True)
        reason = answer["response"]["reason"]
        assert re.fullmatch(r"InvalidJWTToken: Token has expired 1\d seconds ago", reason)
        answer = await wire.join("read:a", SigningKeys().token(), private=True)
        assert answer == refused("JwtSignatureError: Failed to validate JWT signature")
        answer = await wire.join("read:a", "nonsense", private=True)
        assert answer == refused("MalformedJWT: The token provided is not a valid JWT")


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("other:a", "unmatched topic"),
        ("realtime:", "TopicNameRequired: You must provide a topic name"),
    ],
)
@scenario
async def test_a_topic_needs_prefix_and_name(
    quick: StandIn, anon: str, topic: str, reason: str
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        ref = await wire.send(topic, "phx_join", {}, join_ref="1")
        assert (await wire.reply_to(ref)).payload == refused(reason)


@scenario
async def test_a_malformed_config_is_refused_and_the_socket_lives(
    quick: StandIn, anon: str
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        answer = await wire.join("none:a", broadcast="x")
        assert answer["response"]["reason"].startswith("InvalidJoinPayload: ")
        assert await wire.join("none:a") == OK


@scenario
async def test_frames_that_are_not_messages_are_ignored(quick: StandIn, anon: str) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        for frame in ("{", json.dumps({}), b"\x09\x00"):
            await wire.websocket.send(frame)
        ref = await wire.send("phoenix", "heartbeat", {})
        assert (await wire.reply_to(ref)).payload == {"status": "ok", "response": {}}


@scenario
async def test_a_second_join_of_one_topic_closes_the_first(quick: StandIn, anon: str) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        assert await wire.join("none:a") == OK
        assert await wire.join("none:a") == OK
        closed = await wire.event("phx_close")
        assert closed.join_ref == "1"


@scenario
async def test_leaving_is_confirmed_and_ends_delivery(
    quick: StandIn, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("read:leave", keys.token(), private=True)
        ref = await wire.send("realtime:read:leave", "phx_leave", {}, join_ref="1")
        assert (await wire.reply_to(ref)).payload == {"status": "ok", "response": {}}
        await wire.event("phx_close")
        db.execute("select realtime.send('{}', 'changed', 'read:leave')")
        assert await wire.frames_within(0.3) == []
        ref = await wire.send("realtime:read:leave", "broadcast", {"event": "x"}, join_ref="1")
        assert (await wire.reply_to(ref)).payload == refused("unmatched topic")


@scenario
async def test_a_refused_join_holds_the_whole_socket(
    start: StartServer, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    server = start(REFUSAL_DELAY_MS=700)
    async with open_wire(server.socket_url, anon) as wire:
        await wire.join("read:good", keys.token(), private=True)
        began = time.monotonic()
        payload = {"config": {"private": True}, "access_token": keys.token()}
        await wire.send("realtime:none:a", "phx_join", payload, join_ref="2")
        await wire.send("realtime:none:b", "phx_join", payload, join_ref="3")
        heartbeat = await wire.send("phoenix", "heartbeat", {})
        db.execute("select realtime.send('{}', 'changed', 'read:good')")
        message = await wire.event("broadcast")
        answer = await wire.reply_to(heartbeat)
    assert message.at - began >= 1.4
    assert answer.at - began >= 1.4


@scenario
async def test_a_refused_join_does_not_hold_another_socket(
    start: StartServer, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    server = start(REFUSAL_DELAY_MS=2500)
    async with (
        open_wire(server.socket_url, anon) as good,
        open_wire(server.socket_url, anon) as bad,
    ):
        await good.join("read:good", keys.token(), private=True)
        payload = {"config": {"private": True}, "access_token": keys.token()}
        await bad.send("realtime:none:a", "phx_join", payload, join_ref="1")
        began = time.monotonic()
        db.execute("select realtime.send('{}', 'changed', 'read:good')")
        assert (await good.event("broadcast")).at - began < 2


async def connect_answer(server: StandIn, key: str) -> tuple[int, dict[str, str]]:
    with pytest.raises(InvalidStatus) as caught:
        async with open_wire(server.socket_url, key):
            pass
    response = caught.value.response
    return response.status_code, json.loads(response.body)


@scenario
async def test_a_connection_needs_a_valid_key(
    start: StartServer, quick: StandIn, keys: SigningKeys
) -> None:
    malformed = {"error": "The token provided is not a valid JWT"}
    assert await connect_answer(quick, "") == (401, {"error": "API key is missing"})
    assert await connect_answer(quick, "sb_publishable_x") == (401, malformed)
    expired = await connect_answer(quick, keys.token(lives_s=-60))
    assert expired == (401, {"error": "Token has expired"})
    foreign = await connect_answer(quick, SigningKeys().token())
    assert foreign == (401, {"error": "Failed to validate JWT signature"})
    slow = start(CONNECT_REFUSAL_DELAY_MS=500)
    began = time.monotonic()
    await connect_answer(slow, "")
    assert time.monotonic() - began >= 0.5


@scenario
async def test_a_missing_partition_is_named(
    start: StartServer, create_database: Callable[[], str], keys: SigningKeys, anon: str
) -> None:
    url = create_database()
    server = start(url)
    async with open_wire(server.socket_url, anon) as wire:
        assert await wire.join("read:a", keys.token(), private=True) == OK
        with psycopg.connect(url, autocommit=True) as database:
            for (name,) in database.execute(
                "select inhrelid::regclass::text from pg_inherits"
                " where inhparent = 'realtime.messages'::regclass"
            ).fetchall():
                database.execute(f"drop table {name}")
        answer = await wire.join("read:b", keys.token(), private=True)
        text = "MissingPartition: Realtime was unable to find the expected messages partition"
        assert answer == refused(text)


async def join_times(wire: Wire, topics: list[str], token: str) -> list[float]:
    began = time.monotonic()
    payload = {"config": {"private": True}, "access_token": token}
    refs = [
        await wire.send(f"realtime:{topic}", "phx_join", payload, join_ref=str(index))
        for index, topic in enumerate(topics)
    ]
    return [(await wire.reply_to(ref, 10)).at - began for ref in refs]


@scenario
async def test_every_check_waits_for_the_one_connection(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    async with (
        open_wire(quick.socket_url, anon) as one,
        open_wire(quick.socket_url, anon) as two,
        open_wire(quick.socket_url, anon) as three,
    ):
        times = await asyncio.gather(
            *(join_times(wire, ["slow:a"], keys.token()) for wire in (one, two, three))
        )
    first, second, third = sorted(answer for [answer] in times)
    assert first >= 0.4
    assert second >= 0.8
    assert third >= 1.2
