"""The limits, live: events with their fan-out, joins, users, channels, frames, slow readers."""

import asyncio
import contextlib
import json

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dev.realtime.testing import scenario
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.process import StandIn, StartServer
from dev.realtime.testing.wire import open_wire

BODY = {"type": "broadcast", "event": "hi", "payload": {}}


@scenario
async def test_over_the_event_limit_database_messages_vanish_and_nobody_is_told(
    start: StartServer, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    server = start(MAX_EVENTS_PER_SECOND=10, RATE_BUCKET_S=2)
    send = "select realtime.send('{}', 'changed', 'read:flood')"
    async with open_wire(server.socket_url, anon) as one, open_wire(server.socket_url, anon) as two:
        for wire in (one, two):
            await wire.join("read:flood", keys.token(), private=True)
        async with asyncio.timeout(20):
            while "UnableToBroadcastChanges: too many requests" not in server.log:
                with db.transaction():
                    for _ in range(200):  # each costs 1 + 2 receivers
                        db.execute(send)
                await asyncio.sleep(0.1)
        arrived = [frame.event for frame in await one.frames_within(0.2)]
        assert set(arrived) == {"broadcast"}
        db.execute(send)
        assert await one.frames_within(0.2) == []
        assert server.health()["channels"] == 1


@scenario
async def test_over_the_event_limit_a_client_broadcast_closes_its_receivers(
    start: StartServer, anon: str
) -> None:
    server = start(MAX_EVENTS_PER_SECOND=10, RATE_BUCKET_S=0.5)
    async with open_wire(server.socket_url, anon) as one, open_wire(server.socket_url, anon) as two:
        for wire in (one, two):
            await wire.join("none:flood")
        closing = asyncio.create_task(two.event("system", 20))
        while not closing.done():
            await one.send("realtime:none:flood", "broadcast", BODY, join_ref="1")
            await asyncio.sleep(0.005)
        assert closing.result().payload["message"] == "Too many messages per second"
        await two.event("phx_close")
        assert await one.frames_within(0.2) == []


@scenario
async def test_a_socket_has_so_many_channels(start: StartServer, anon: str) -> None:
    server = start(MAX_CHANNELS=3)
    async with open_wire(server.socket_url, anon) as wire:
        for number in range(3):
            assert (await wire.join(f"none:{number}"))["status"] == "ok"
        answer = await wire.join("none:3")
        assert answer["response"]["reason"] == "ChannelRateLimitReached: Too many channels"
        ref = await wire.send("realtime:none:0", "phx_leave", {}, join_ref="1")
        await wire.reply_to(ref)
        assert (await wire.join("none:3"))["status"] == "ok"


@scenario
async def test_a_project_has_so_many_users(start: StartServer, anon: str) -> None:
    server = start(MAX_USERS=1)
    async with open_wire(server.socket_url, anon) as one, open_wire(server.socket_url, anon) as two:
        assert (await one.join("none:a"))["status"] == "ok"
        assert (await one.join("none:b"))["status"] == "ok"
        answer = await two.join("none:a")
        assert (
            answer["response"]["reason"] == "ConnectionRateLimitReached: Too many connected users"
        )
        with pytest.raises(InvalidStatus) as caught:
            async with open_wire(server.socket_url, anon):
                pass
        assert caught.value.response.status_code == 429
        assert json.loads(caught.value.response.body) == {"error": "Too many connected users"}


@scenario
async def test_too_many_joins_disconnect(start: StartServer, anon: str) -> None:
    server = start(MAX_JOINS_PER_SECOND=2, RATE_BUCKET_S=0.5, MAX_CHANNELS=0)
    refused = {"reason": "ClientJoinRateLimitReached: Too many joins per second"}
    async with open_wire(server.socket_url, anon) as wire, asyncio.timeout(20):
        number = 0
        while (await wire.join(f"none:{number}"))["response"] != refused:
            number += 1
        assert number > 0
        await wire.websocket.wait_closed()
        assert wire.websocket.close_code == 1000


@scenario
async def test_a_frame_of_9_mb_closes_with_1009(quick: StandIn, anon: str) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        with contextlib.suppress(ConnectionClosed):
            await wire.websocket.send("x" * 9_000_001)
        await asyncio.wait_for(wire.websocket.wait_closed(), 5)
        assert wire.websocket.close_code == 1009


@scenario
async def test_a_slow_reader_is_disconnected_and_the_others_are_served(
    start: StartServer, anon: str
) -> None:
    server = start(SEND_QUEUE=20)
    async with (
        open_wire(server.socket_url, anon) as fast,
        open_wire(server.socket_url, anon) as talker,
    ):
        await fast.join("none:slow")
        await talker.join("none:slow")
        slow = await deaf_member(server, anon)
        body = {**BODY, "payload": {"x": "x" * 400_000}}
        for _ in range(60):
            await talker.send("realtime:none:slow", "broadcast", body, join_ref="1")
            await fast.event("broadcast")
        for _ in range(50):
            if server.health()["users"] == 2:
                break
            await asyncio.sleep(0.1)
        assert server.health()["users"] == 2
        assert "slow reader disconnected" in server.log
        slow.close()


async def deaf_member(server: StandIn, anon: str) -> asyncio.StreamWriter:
    """A member that joined and then never reads from its connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    request = (
        f"GET /socket/websocket?vsn=2.0.0&apikey={anon} HTTP/1.1\r\nHost: localhost\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    writer.write(request.encode())
    await reader.readuntil(b"\r\n\r\n")
    join = json.dumps(["1", "1", "realtime:none:slow", "phx_join", {}]).encode()
    writer.write(bytes([0x81, 0x80 | len(join), 0, 0, 0, 0]) + join)
    head = await reader.readexactly(2)
    await reader.readexactly(head[1] & 0x7F)
    return writer


@scenario
async def test_stopping_the_server_closes_with_1012(start: StartServer, anon: str) -> None:
    server = start()
    async with open_wire(server.socket_url, anon) as wire:
        await wire.join("none:a")
        server.terminate()
        await asyncio.wait_for(wire.websocket.wait_closed(), 5)
        assert wire.websocket.close_code == 1012
    for _ in range(50):
        if server.process.poll() is not None:
            break
        await asyncio.sleep(0.1)
    assert server.process.poll() is not None
