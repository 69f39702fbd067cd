"""Replay gives a rejoining client of a private channel what it missed, at most 25 messages."""

import json
import time

import psycopg
import pytest

from dev.realtime.testing import scenario
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.process import StandIn
from dev.realtime.testing.wire import Received, Wire, open_wire

SEND = "select realtime.send(%s::jsonb, 'changed', %s, %s)"


def store(db: psycopg.Connection, topic: str, count: int, *, private: bool = True) -> None:
    for number in range(count):
        db.execute(SEND, (json.dumps({"n": number}), topic, private))


def is_replayed(frame: Received) -> bool:
    """The stream may still be delivering what was stored just before the join: not a replay."""
    return frame.event == "broadcast" and "replayed" in frame.payload["meta"]


async def replayed(wire: Wire, count: int) -> list[int]:
    frames = [await wire.expect(is_replayed) for _ in range(count)]
    assert all(frame.payload["meta"]["id"] == frame.payload["payload"]["id"] for frame in frames)
    return [frame.payload["payload"]["n"] for frame in frames]


@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
@pytest.mark.parametrize(("limit", "numbers"), [(3, [27, 28, 29]), (0, [29]), (99, range(5, 30))])
@scenario
async def test_the_newest_come_in_order_up_to_the_limit(
    quick: StandIn,
    anon: str,
    keys: SigningKeys,
    db: psycopg.Connection,
    version: str,
    limit: int,
    numbers: list[int],
) -> None:
    topic = f"read:replay-{version}-{limit}"
    store(db, topic, 30)
    store(db, topic, 1, private=False)
    since = int((time.time() - 60) * 1000)
    async with open_wire(quick.socket_url, anon, version=version) as wire:
        replay = {"since": since, "limit": limit}
        await wire.join(topic, keys.token(), private=True, broadcast={"replay": replay})
        assert await replayed(wire, len(numbers)) == list(numbers)
        assert not any(map(is_replayed, await wire.frames_within(0.1)))


@scenario
async def test_what_is_older_is_left_out(
    quick: StandIn, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    store(db, "read:since", 2)
    async with open_wire(quick.socket_url, anon) as wire:
        replay = {"since": int((time.time() + 30) * 1000)}
        await wire.join("read:since", keys.token(), private=True, broadcast={"replay": replay})
        assert not any(map(is_replayed, await wire.frames_within(0.2)))


@pytest.mark.parametrize("replay", [{}, {"since": "yesterday"}, {"since": 1, "limit": "x"}])
@scenario
async def test_bad_parameters_refuse_the_join(
    quick: StandIn, anon: str, keys: SigningKeys, replay: dict[str, object]
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        answer = await wire.join("read:a", keys.token(), private=True, broadcast={"replay": replay})
        reason = "UnableToReplayMessages: Replay params are not valid"
        assert answer == {"status": "error", "response": {"reason": reason}}


@scenario
async def test_replay_is_for_private_channels_with_the_right(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    wanted = {"replay": {"since": 1}}
    async with open_wire(quick.socket_url, anon) as wire:
        answer = await wire.join("read:a", keys.token(), broadcast=wanted)
        reason = "UnableToReplayMessages: Replay is not allowed for public channels"
        assert answer["response"]["reason"] == reason
        presence = {"enabled": True}
        answer = await wire.join(
            "present:a", keys.token(), private=True, presence=presence, broadcast=wanted
        )
        assert answer["response"]["reason"].startswith("Unauthorized: ")
