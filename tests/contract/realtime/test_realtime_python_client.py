"""The unmodified Python client, against the environment's project or a stand-in of one's own."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from realtime import AsyncRealtimeChannel, RealtimeSubscribeStates
from supabase import AsyncClient, acreate_client

from dev.realtime.testing import scenario
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.process import StandIn
from dev.realtime.testing.project import Project, named_project, own_project

PRIVATE = {
    "config": {
        "private": True,
        "broadcast": {"ack": False, "self": False, "replication_ready": True},
        "presence": {"key": "", "enabled": False},
    }
}
TOKEN_LIFE_S = 600
# A refusal takes 5 s, and the client asks again 1 s later.
PATIENCE_S = 15


@asynccontextmanager
async def project(quick: StandIn, keys: SigningKeys, db_url: str) -> AsyncIterator[Project]:
    if "SUPABASE_URL" in os.environ:
        yield named_project()
        return
    async with own_project(quick, keys, db_url) as own:
        yield own


@asynccontextmanager
async def signed_in(target: Project, lives_s: float = TOKEN_LIFE_S) -> AsyncIterator[AsyncClient]:
    client = await acreate_client(target.url, target.publishable_key)
    await client.realtime.set_auth(target.token(lives_s))
    try:
        yield client
    finally:
        await client.realtime.close()
        # The client's own tasks need a turn to end before the loop does.
        await asyncio.sleep(0.05)


class Listener:
    """A channel with everything that its callbacks were told."""

    def __init__(self, client: AsyncClient, topic: str) -> None:
        self.states: asyncio.Queue[tuple[RealtimeSubscribeStates, Exception | None]]
        self.states = asyncio.Queue()
        self.messages: asyncio.Queue[Any] = asyncio.Queue()
        self.channel: AsyncRealtimeChannel = client.channel(topic, PRIVATE)  # type: ignore[arg-type]
        self.channel.on_broadcast("changed", self.messages.put_nowait)
        self._streaming = asyncio.Event()
        self.channel.on_system(lambda _: self._streaming.set())

    async def subscribe(self) -> tuple[RealtimeSubscribeStates, Exception | None]:
        subscribing = asyncio.create_task(
            self.channel.subscribe(lambda state, error: self.states.put_nowait((state, error)))
        )
        state = await asyncio.wait_for(self.states.get(), PATIENCE_S)
        await asyncio.wait_for(subscribing, PATIENCE_S)
        return state

    async def streaming(self) -> None:
        """SUBSCRIBED alone does not mean that database messages arrive."""
        assert await self.subscribe() == (RealtimeSubscribeStates.SUBSCRIBED, None)
        await asyncio.wait_for(self._streaming.wait(), PATIENCE_S)

    async def message(self) -> Any:
        return await asyncio.wait_for(self.messages.get(), PATIENCE_S)


@scenario
async def test_a_committed_message_reaches_a_subscriber(
    quick: StandIn, keys: SigningKeys, db_url: str
) -> None:
    async with project(quick, keys, db_url) as target, signed_in(target) as client:
        listener = Listener(client, target.topic)
        await listener.streaming()
        target.send({"v": 1, "tables": {"noc_alerts": 42}})
        message = await listener.message()
        assert message["event"] == "changed"
        assert message["payload"]["tables"] == {"noc_alerts": 42}


@scenario
async def test_a_denied_topic_is_an_error_that_names_the_topic(
    quick: StandIn, keys: SigningKeys, db_url: str
) -> None:
    async with project(quick, keys, db_url) as target, signed_in(target) as client:
        listener = Listener(client, target.denied_topic)
        state, error = await listener.subscribe()
        assert state == RealtimeSubscribeStates.CHANNEL_ERROR
        assert f"Channel topic: {target.denied_topic}" in str(error)
        await listener.channel.unsubscribe()


@scenario
async def test_without_a_user_token_the_topic_is_denied(
    quick: StandIn, keys: SigningKeys, db_url: str
) -> None:
    async with project(quick, keys, db_url) as target:
        client = await acreate_client(target.url, target.publishable_key)
        listener = Listener(client, target.topic)
        state, _error = await listener.subscribe()
        assert state == RealtimeSubscribeStates.CHANNEL_ERROR
        await listener.channel.unsubscribe()
        await client.realtime.close()
        await asyncio.sleep(0.05)


@scenario
async def test_after_expiry_the_channel_stays_closed_and_a_new_one_works(
    quick: StandIn, keys: SigningKeys, db_url: str
) -> None:
    async with project(quick, keys, db_url) as target, signed_in(target, lives_s=2) as client:
        listener = Listener(client, target.topic)
        await listener.subscribe()
        state, error = await asyncio.wait_for(listener.states.get(), PATIENCE_S)
        assert state == RealtimeSubscribeStates.CHANNEL_ERROR
        assert "Token has expired" in str(error)
        assert await listener.states.get() == (RealtimeSubscribeStates.CLOSED, None)
        with suppress(TimeoutError):
            late = await asyncio.wait_for(listener.states.get(), 1.5)
            raise AssertionError(f"the client came back by itself: {late}")
        await client.realtime.set_auth(target.token(TOKEN_LIFE_S))
        successor = Listener(client, target.topic)
        await successor.streaming()
        target.send({"v": 1})
        assert (await successor.message())["payload"]["v"] == 1


@scenario
async def test_a_renewed_token_keeps_the_channel(
    quick: StandIn, keys: SigningKeys, db_url: str
) -> None:
    async with project(quick, keys, db_url) as target, signed_in(target, lives_s=2) as client:
        listener = Listener(client, target.topic)
        await listener.streaming()
        await client.realtime.set_auth(target.token(TOKEN_LIFE_S))
        await asyncio.sleep(3)
        target.send({"v": 1})
        assert (await listener.message())["payload"]["v"] == 1
        assert listener.states.empty()
