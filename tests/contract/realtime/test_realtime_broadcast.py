"""Messages from the database and from clients: what arrives, as what, and at whom."""

import json

import psycopg
import pytest

from dev.realtime.testing import scenario
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.process import StandIn
from dev.realtime.testing.wire import Wire, open_wire

SEND = "select realtime.send(%s::jsonb, %s, %s, %s)"


@pytest.mark.parametrize(("version", "binary"), [("1.0.0", False), ("2.0.0", True)])
@scenario
async def test_a_committed_message_arrives_with_its_id(
    quick: StandIn, anon: str, keys: SigningKeys, db: psycopg.Connection, version: str, binary: bool
) -> None:
    async with open_wire(quick.socket_url, anon, version=version) as wire:
        await wire.join("read:db", keys.token(), private=True)
        db.execute(SEND, ('{"n": "é"}', "changed", "read:db", True))
        frame = await wire.event("broadcast")
    assert frame.topic == "realtime:read:db"
    assert frame.binary is binary
    message_id = frame.payload["meta"]["id"]
    assert frame.payload["event"] == "changed"
    assert frame.payload["payload"] == {"n": "é", "id": message_id}


@scenario
async def test_a_rolled_back_message_never_arrives(
    quick: StandIn, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("read:tx", keys.token(), private=True)
        with db.transaction(force_rollback=True):
            db.execute(SEND, ("{}", "lost", "read:tx", True))
        with db.transaction():
            for number in range(50):
                db.execute(SEND, (json.dumps({"n": number}), "kept", "read:tx", True))
        numbers = [(await wire.event("broadcast")).payload["payload"]["n"] for _ in range(50)]
        assert numbers == list(range(50))
        assert await wire.frames_within(0.1) == []


@scenario
async def test_private_and_public_channels_of_one_name_are_apart(
    quick: StandIn, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    async with open_wire(quick.socket_url, anon) as out, open_wire(quick.socket_url, anon) as inner:
        await out.join("read:apart")
        await inner.join("read:apart", keys.token(), private=True)
        db.execute(SEND, ("{}", "for-private", "read:apart", True))
        db.execute(SEND, ("{}", "for-public", "read:apart", False))
        assert (await out.event("broadcast")).payload["event"] == "for-public"
        assert (await inner.event("broadcast")).payload["event"] == "for-private"
        assert await out.frames_within(0.1) == []


@scenario
async def test_bytes_reach_format_2_only(
    quick: StandIn, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    async with (
        open_wire(quick.socket_url, anon, version="1.0.0") as old,
        open_wire(quick.socket_url, anon) as new,
    ):
        for wire in (old, new):
            await wire.join("read:bytes", keys.token(), private=True)
        db.execute("select realtime.send_binary('\\x0001ff', 'blob', 'read:bytes')")
        frame = await new.event("broadcast")
        assert frame.payload["payload"] == b"\x00\x01\xff"
        assert await old.frames_within(0.2) == []


@scenario
async def test_a_message_over_the_size_limit_is_dropped(
    quick: StandIn, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    big = "select realtime.send(jsonb_build_object('x', repeat('x', %s)), 'e', 'read:big')"
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("read:big", keys.token(), private=True)
        db.execute(big, (3_000_500,))
        db.execute(big, (2_900_000,))
        frame = await wire.event("broadcast")
        assert len(frame.payload["payload"]["x"]) == 2_900_000


async def join_two(quick: StandIn, anon: str, sender: Wire, other: Wire, **config: object) -> None:
    for wire in (sender, other):
        answer = await wire.join("none:talk", broadcast=config)
        assert answer["status"] == "ok"


@scenario
async def test_a_text_broadcast_is_relayed_as_text_to_the_others(quick: StandIn, anon: str) -> None:
    async with open_wire(quick.socket_url, anon) as one, open_wire(quick.socket_url, anon) as two:
        await join_two(quick, anon, one, two)
        body = {"type": "broadcast", "event": "hi", "payload": {"n": 1}, "own": True}
        await one.send("realtime:none:talk", "broadcast", body, join_ref="1")
        frame = await two.event("broadcast")
        assert (frame.payload, frame.binary) == (body, False)
        assert await one.frames_within(0.1) == []


@scenario
async def test_a_binary_push_is_relayed_as_kind_4_and_as_text_to_format_1(
    quick: StandIn, anon: str
) -> None:
    async with (
        open_wire(quick.socket_url, anon) as one,
        open_wire(quick.socket_url, anon) as two,
        open_wire(quick.socket_url, anon, version="1.0.0") as old,
    ):
        await join_two(quick, anon, one, two)
        await old.join("none:talk")
        await one.send_push("realtime:none:talk", "hi", b'{"n":1}', is_json=True)
        frame = await two.event("broadcast")
        assert frame.binary
        assert frame.payload == {"event": "hi", "payload": {"n": 1}}
        text = await old.event("broadcast")
        assert text.payload == {"event": "hi", "payload": {"n": 1}, "type": "broadcast"}


@scenario
async def test_self_and_ack_are_honoured(quick: StandIn, anon: str) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("none:self", broadcast={"self": True, "ack": True})
        body = {"type": "broadcast", "event": "hi", "payload": {}}
        ref = await wire.send("realtime:none:self", "broadcast", body, join_ref="1")
        assert (await wire.event("broadcast")).payload == body
        assert (await wire.reply_to(ref)).payload == {"status": "ok", "response": {}}
        body["payload"] = {"x": "x" * 3_001_000}
        ref = await wire.send("realtime:none:self", "broadcast", body, join_ref="1")
        expected = {"status": "error", "response": "payload_size_exceeded"}
        assert (await wire.reply_to(ref)).payload == expected


@scenario
async def test_sending_without_the_right_is_silent(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    async with open_wire(quick.socket_url, anon) as one, open_wire(quick.socket_url, anon) as two:
        for topic in ("read:talk", "both:talk"):
            for wire in (one, two):
                await wire.join(topic, keys.token(), private=True, broadcast={"ack": True})
        body = {"type": "broadcast", "event": "hi", "payload": {}}
        refused = await one.send("realtime:read:talk", "broadcast", body, join_ref="1")
        allowed = await one.send("realtime:both:talk", "broadcast", body, join_ref="2")
        assert (await two.event("broadcast")).topic == "realtime:both:talk"
        assert (await one.reply_to(allowed)).payload["status"] == "ok"
        assert [frame.ref for frame in await one.frames_within(0.2)] == []
        assert refused != allowed


@scenario
async def test_a_message_that_crashes_the_channel_asks_for_a_rejoin(
    quick: StandIn, anon: str
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("none:crash")
        await wire.send("realtime:none:crash", "broadcast", "not a map", join_ref="1")
        await wire.event("phx_error")
        assert (await wire.join("none:crash"))["status"] == "ok"
