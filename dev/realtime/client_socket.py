"""One websocket: a reader, a bounded queue with a writer, and its channels.

A join runs inside the reader with the writer held, so nothing else reaches the client meanwhile,
and what was queued waits for the next join too if that is already there; a refused join holds the
whole socket for the refusal delay. So does the real server.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from dev.realtime import join_request, replay
from dev.realtime.channel import Channel
from dev.realtime.errors import RealtimeError, Refused, as_refusal, unauthorized
from dev.realtime.frames import (
    Broadcast,
    ClientMessage,
    Frame,
    FrameError,
    decode,
    encode_text,
)
from dev.realtime.services import Services

IDLE_TIMEOUT_S = 60
CLOSE_TIMEOUT_S = 1
NORMAL, TRY_AGAIN_LATER = 1000, 1013

log = logging.getLogger("realtime.socket")


class ClientSocket:
    """An accepted connection; `token` is the one it connected with."""

    def __init__(
        self,
        websocket: WebSocket,
        services: Services,
        token: str,
        headers: Mapping[str, str],
        *,
        array_format: bool,
    ) -> None:
        self._websocket = websocket
        self._services = services
        self._token = token
        self.headers = headers
        self.array_format = array_format
        self._channels: dict[str, Channel] = {}
        self._outbox: asyncio.Queue[Frame] = asyncio.Queue(services.settings.send_queue)
        self._overflow = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    async def run(self) -> None:
        """Serve until the client leaves, idles too long or reads too slowly."""
        reader = asyncio.create_task(self._read())
        others = (asyncio.create_task(self._write()), asyncio.create_task(self._overflow.wait()))
        tasks: set[asyncio.Task[object]] = {reader, *others}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for channel in tuple(self._channels.values()):
                channel.detach()
            self._services.remove_user(self)
        await self._close(TRY_AGAIN_LATER if self._overflow.is_set() else NORMAL)

    def send(self, frame: Frame) -> None:
        """Queue a frame; a client that lets the queue fill is disconnected."""
        try:
            self._outbox.put_nowait(frame)
        except asyncio.QueueFull:
            if not self._overflow.is_set():
                log.warning("slow reader disconnected: %d frames wait", self._outbox.qsize())
            self._overflow.set()

    def forget(self, topic: str, channel: Channel) -> None:
        """Drop a closed channel, unless a newer one took its topic."""
        if self._channels.get(topic) is channel:
            del self._channels[topic]

    async def _write(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            while True:
                frame = await self._outbox.get()
                while not self._writable.is_set():
                    await self._writable.wait()
                await self._transmit(frame)

    async def _transmit(self, frame: Frame) -> None:
        if isinstance(frame, bytes):
            await self._websocket.send_bytes(frame)
        else:
            await self._websocket.send_text(frame)

    async def _read(self) -> None:
        with suppress(TimeoutError, WebSocketDisconnect):
            while True:
                async with asyncio.timeout(IDLE_TIMEOUT_S):
                    event = await self._websocket.receive()
                if event["type"] == "websocket.disconnect":
                    return
                raw = event.get("bytes")
                try:
                    message = decode(
                        event["text"] if raw is None else raw, array_format=self.array_format
                    )
                except FrameError as error:
                    log.error("MalformedWebSocketMessage: %s", error)
                    continue
                if not await self._handle(message):
                    return

    async def _handle(self, message: ClientMessage) -> bool:
        """Whether the socket goes on."""
        if message.topic == "phoenix":
            self.send(self._reply(message, "ok", {}))
        elif message.event == "phx_join":
            return await self._join(message)
        elif message.topic in self._channels:
            self._channels[message.topic].receive(message)
        elif message.event == "phx_leave":
            self.send(self._reply(message, "ok", {}))
        else:
            self.send(self._reply(message, "error", {"reason": "unmatched topic"}))
        return True

    async def _join(self, message: ClientMessage) -> bool:
        if not message.topic.startswith("realtime:"):
            self.send(self._reply(message, "error", {"reason": "unmatched topic"}))
            return True
        previous = self._channels.get(message.topic)
        if previous is not None:
            previous.detach()
        with self._held():
            goes_on = await self._answer_join(message)
        if previous is not None:
            previous.confirm_close()
        return goes_on

    async def _answer_join(self, message: ClientMessage) -> bool:
        try:
            channel, replayed = await self._admit(message)
        except RealtimeError as error:
            refusal = as_refusal(error, message.topic.removeprefix("realtime:"))
            log.warning("join of %s refused: %s (%s)", message.topic, refusal.reason, error)
            await asyncio.sleep(self._services.settings.refusal_delay_s)
            await self._transmit(self._reply(message, "error", {"reason": refusal.reason}))
            return not refusal.disconnect
        self._channels[message.topic] = channel
        self._services.add_user(self)
        channel.open(replayed)
        await self._transmit(self._reply(message, "ok", {"postgres_changes": []}))
        return True

    async def _admit(self, message: ClientMessage) -> tuple[Channel, list[Broadcast]]:
        services = self._services
        if message.topic == "realtime:":
            raise Refused("TopicNameRequired", "You must provide a topic name")
        self._check_limits()
        request = join_request.parse(message.payload)
        token = request.token or self._token
        claims = services.keys.verify(token, time.time())
        channel = Channel(services, self, message, request, token, claims)
        await services.link.ensure()
        await channel.rights.authorize()
        if request.replay is None:
            return channel, []
        if not channel.rights.may_read("broadcast"):
            raise unauthorized(channel.key.name)
        return channel, await replay.fetch(services.database, channel.key.name, request.replay)

    def _check_limits(self) -> None:
        services = self._services
        if services.is_full(self):
            raise Refused("ConnectionRateLimitReached", "Too many connected users")
        if services.joins.triggered:
            text = "Too many joins per second"
            raise Refused("ClientJoinRateLimitReached", text, disconnect=True)
        services.joins.add()
        limit = services.settings.max_channels
        if limit and len(self._channels) >= limit:
            raise Refused("ChannelRateLimitReached", "Too many channels")

    @contextmanager
    def _held(self) -> Iterator[None]:
        self._writable.clear()
        try:
            yield
        finally:
            self._writable.set()

    def _reply(self, message: ClientMessage, status: str, response: object) -> Frame:
        payload = {"status": status, "response": response}
        join_ref = message.join_ref
        if message.event == "phx_join":
            join_ref = join_ref or message.ref
        return encode_text(
            join_ref,
            message.ref,
            message.topic,
            "phx_reply",
            payload,
            array_format=self.array_format,
        )

    async def _close(self, code: int) -> None:
        with suppress(RuntimeError, TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                while not self._overflow.is_set() and not self._outbox.empty():
                    await self._transmit(self._outbox.get_nowait())
                await self._websocket.close(code)
