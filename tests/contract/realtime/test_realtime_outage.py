"""The database goes away, comes back, or was never there: what listeners are (not) told."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from dev.realtime.testing import scenario
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.outage import relay_to, terminate_stand_in
from dev.realtime.testing.process import StandIn, StartServer, stand_in
from dev.realtime.testing.wire import Wire, open_wire

SEND = "select realtime.send(%s::jsonb, 'changed', %s)"
UNREACHABLE = "UnableToConnectToProject: Realtime was unable to connect to the project database"
POOL = "IncreaseConnectionPool: Please increase your connection pool size"


async def ready(server: StandIn, wanted: bool = True) -> None:
    async with asyncio.timeout(10):
        while server.health()["replication"] is not wanted:
            await asyncio.sleep(0.02)


@scenario
async def test_a_lost_stream_comes_back_after_the_gap_and_nobody_is_told(
    start: StartServer, anon: str, keys: SigningKeys, db_url: str, db: psycopg.Connection
) -> None:
    server = start(RECOVERY_GAP_S=1)
    async with open_wire(server.socket_url, anon) as wire:
        await wire.join("read:gap", keys.token(), private=True)
        assert terminate_stand_in(db_url) >= 1
        await ready(server, wanted=False)
        lost_at = time.monotonic()
        db.execute(SEND, ('{"n": "lost"}', "read:gap"))
        await ready(server)
        assert time.monotonic() - lost_at > 0.8
        db.execute(SEND, ('{"n": "seen"}', "read:gap"))
        frames = await wire.frames_within(0.5)
        assert [frame.payload["payload"]["n"] for frame in frames] == ["seen"]


@scenario
async def test_after_an_outage_valid_users_are_let_in_and_tokens_renewed(
    start: StartServer, anon: str, keys: SigningKeys, db_url: str
) -> None:
    server = start()
    async with open_wire(server.socket_url, anon) as wire:
        await wire.join("read:a", keys.token(), private=True)
        for round_number in range(3):
            terminate_stand_in(db_url)
            answer = await wire.join(f"read:b{round_number}", keys.token(), private=True)
            assert answer["status"] == "ok"
        await wire.send(
            "realtime:read:a", "access_token", {"access_token": keys.token(sub="x")}, join_ref="1"
        )
        assert await wire.frames_within(0.5) == []


@pytest.fixture
def down_options() -> dict[str, object]:
    return {"DB_DOWN_TIMEOUT_S": 0.6, "DB_GATE_S": 1.5, "RECOVERY_GAP_S": 0.2}


@scenario
async def test_while_the_database_is_down_a_new_token_closes_the_channel_for_good(
    db_url: str,
    jwks: Path,
    tmp_path: Path,
    anon: str,
    keys: SigningKeys,
    down_options: dict[str, object],
) -> None:
    async with relay_to(db_url) as (relay, relayed):
        loop = asyncio.get_running_loop()
        options = {"REFUSAL_DELAY_MS": 30, "COLD_START": 0, **down_options}
        context = stand_in(relayed, jwks, tmp_path / "log", options)
        server = await loop.run_in_executor(None, context.__enter__)
        try:
            await asyncio.to_thread(server.wait_until_streaming)
            async with open_wire(server.socket_url, anon) as wire:
                await wire.join("read:a", keys.token(), private=True)
                relay.cut()
                await down(wire, keys)
                relay.mend()
                refused = await wire.join("read:c", keys.token(), private=True)
                assert refused["response"]["reason"] == POOL, "the gate is still closed"
                await asyncio.sleep(1.6)
                again = await wire.join("read:c", keys.token(), private=True)
                assert again["status"] == "ok"
        finally:
            await loop.run_in_executor(None, context.__exit__, None, None, None)


async def down(wire: Wire, keys: SigningKeys) -> None:
    """What happens to an open channel and to a new one while the database is away."""
    began = time.monotonic()
    renewal = {"access_token": keys.token(sub="x")}
    await wire.send("realtime:read:a", "access_token", renewal, join_ref="1")
    heartbeat = await wire.send("phoenix", "heartbeat", {})
    assert (await wire.reply_to(heartbeat)).at - began < 0.3, "the socket is not held"
    system = await wire.event("system")
    assert system.payload["message"] == ":increase_connection_pool"
    assert system.at - began >= 0.3
    await wire.event("phx_close")
    answer = await wire.join("read:b", keys.token(), private=True)
    assert answer["response"]["reason"] == POOL


@scenario
async def test_a_first_join_without_database_says_so(
    jwks: Path, tmp_path: Path, anon: str, keys: SigningKeys
) -> None:
    nowhere = "postgresql://supabase_admin@127.0.0.1:1/none"
    with stand_in(nowhere, jwks, tmp_path / "log", {"REFUSAL_DELAY_MS": 30}) as server:
        assert server.health()["database"] is False
        async with open_wire(server.socket_url, anon) as wire:
            for private in (True, False):
                answer = await wire.join("read:a", keys.token(), private=private)
                assert answer == {"status": "error", "response": {"reason": UNREACHABLE}}


@scenario
async def test_a_queue_behind_a_slow_policy_asks_for_a_bigger_pool(
    start: StartServer, anon: str, keys: SigningKeys
) -> None:
    server = start(DB_QUEUE_TIMEOUT_S=0.2, DB_GATE_S=0.5)
    url = server.socket_url
    async with open_wire(url, anon) as one, open_wire(url, anon) as two:
        first, second = await asyncio.gather(
            one.join("slow:a", keys.token(), private=True),
            two.join("slow:b", keys.token(), private=True),
        )
        outcomes = sorted(answer["status"] for answer in (first, second))
        assert outcomes == ["error", "ok"]
        refused = first if first["status"] == "error" else second
        assert refused["response"]["reason"] == POOL
        await asyncio.sleep(0.6)
        assert (await two.join("read:c", keys.token(), private=True))["status"] == "ok"


@scenario
async def test_cold_start_subscribes_before_the_stream_runs(
    start: StartServer, anon: str, keys: SigningKeys, db_url: str, db: psycopg.Connection
) -> None:
    server = start(COLD_START=1, IDLE_CLOSE_S=0.3)
    assert server.health()["replication"] is False
    with psycopg.connect(db_url) as writer:
        writer.execute(SEND, ("{}", "read:elsewhere"))  # an open write transaction
        async with open_wire(server.socket_url, anon) as wire:
            broadcast = {"replication_ready": True}
            answer = await wire.join("read:cold", keys.token(), private=True, broadcast=broadcast)
            assert answer["status"] == "ok"
            db.execute(SEND, ('{"n": "lost"}', "read:cold"))
            assert await wire.frames_within(0.5) == []
            writer.commit()
            system = await wire.event("system")
            assert system.payload["message"] == "Replication connection established"
            db.execute(SEND, ('{"n": "seen"}', "read:cold"))
            assert (await wire.event("broadcast")).payload["payload"]["n"] == "seen"
    await ready(server, wanted=False)
    assert server.health()["database"] is False


@scenario
async def test_a_stream_that_does_not_come_closes_who_asked_for_it(
    start: StartServer, anon: str, keys: SigningKeys, db_url: str
) -> None:
    server = start(COLD_START=1, READY_TIMEOUT_S=0.3)
    with psycopg.connect(db_url) as writer:
        writer.execute(SEND, ("{}", "read:elsewhere"))
        async with open_wire(server.socket_url, anon) as wire:
            broadcast = {"replication_ready": True}
            await wire.join("read:cold", keys.token(), private=True, broadcast=broadcast)
            text = "Replication connection was not established in time"
            assert (await wire.event("system")).payload["message"] == text
            await wire.event("phx_close")


@scenario
async def test_partitions_are_kept_while_somebody_is_connected(
    create_database: Callable[[], str], start: StartServer, anon: str
) -> None:
    url = create_database()
    names = (
        "select array_agg(inhrelid::regclass::text order by 1) from pg_inherits"
        " where inhparent = 'realtime.messages'::regclass"
    )
    with psycopg.connect(url, autocommit=True) as database:
        [present] = database.execute(names).fetchall()
        newest = present[0][-1]
        database.execute(f"drop table {newest}")
        database.execute(
            "create table realtime.messages_2020_01_01 partition of realtime.messages"
            " for values from ('2020-01-01') to ('2020-01-02')"
        )
        server = start(url, COLD_START=1)
        async with open_wire(server.socket_url, anon) as wire:
            await wire.join("none:a")
        assert database.execute(names).fetchall() == [present]


@scenario
async def test_a_large_message_streams_whole(
    quick: StandIn, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("read:large", keys.token(), private=True)
        text = "á" * 1_000_000
        db.execute(SEND, (json.dumps({"text": text}), "read:large"))
        assert (await wire.event("broadcast", 10)).payload["payload"]["text"] == text
