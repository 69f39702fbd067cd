"""One joined channel of one socket: an actor with an inbox."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Protocol

from dev.realtime.channel_rights import ChannelRights
from dev.realtime.errors import RealtimeError, as_shutdown
from dev.realtime.frames import (
    Broadcast,
    ClientMessage,
    Frame,
    MapBroadcast,
    encode_text,
    size_of,
    to_broadcast,
)
from dev.realtime.join_request import JoinRequest
from dev.realtime.limits import CallWindow
from dev.realtime.presence import ChannelKey
from dev.realtime.services import Services
from dev.realtime.tokens import Claims

READY_POLL_S = 0.5

log = logging.getLogger("realtime.channel")


class Transport(Protocol):
    """The socket, as a channel sees it."""

    array_format: bool
    headers: Mapping[str, str]

    def send(self, frame: Frame) -> None:
        """Queue a frame; never blocks."""

    def forget(self, topic: str, channel: Channel) -> None:
        """The channel is closed."""


class Channel:
    """A member of the hub that answers its client's messages one after another.

    A message that waits for the database holds the channel, not the socket.
    """

    def __init__(
        self,
        services: Services,
        transport: Transport,
        message: ClientMessage,
        request: JoinRequest,
        token: str,
        claims: Claims,
    ) -> None:
        self._services = services
        self._transport = transport
        self._request = request
        self._join_ref = message.join_ref or message.ref
        self.topic = message.topic
        self.key = ChannelKey(message.topic.removeprefix("realtime:"), request.private)
        self.rights = ChannelRights(
            services,
            self.key,
            transport.headers,
            token,
            claims,
            presence_enabled=request.presence_enabled,
        )
        settings = services.settings
        self._presence_calls = CallWindow(settings.presence_calls, settings.presence_window_s)
        self._replayed: frozenset[str] = frozenset()
        self._inbox: asyncio.Queue[ClientMessage] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    def open(self, replayed: list[Broadcast]) -> None:
        """Start delivering, then send what a fresh member gets."""
        ids = (message.message_id for message in replayed)
        self._replayed = frozenset(identity for identity in ids if identity is not None)
        self._services.hub.enter(self.key, self)
        self.rights.watch(self.shut_down)
        self._tasks.append(asyncio.create_task(self._work()))
        for message in replayed:
            self._replay(message)
        if self._request.wants_postgres_changes:
            text = "postgres_changes is not part of this local stand-in"
            self._system("postgres_changes", "error", text)
        if self._request.replication_ready:
            self._tasks.append(asyncio.create_task(self._announce_ready()))
        if self._request.presence_enabled:
            self._sync_presence()

    def receive(self, message: ClientMessage) -> None:
        """Queue a message of the client."""
        self._inbox.put_nowait(message)

    def shut_down(self, message: str) -> None:
        """Tell the client why, then close; unmodified clients do not rejoin after this."""
        if not self._closed:
            log.warning("ChannelShutdown: %s: %s", self.key.name, message)
            self._system("system", "error", message)
            self._close()

    def _close(self) -> None:
        self.detach()
        self.confirm_close()

    def confirm_close(self) -> None:
        """Send phx_close."""
        self._send(self._join_ref, "phx_close", {})

    def detach(self) -> None:
        """Stop without a word; safe to repeat."""
        self._closed = True
        self.rights.unwatch()
        self._transport.forget(self.topic, self)
        self._services.hub.leave(self.key, self)
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()

    # ---- what the hub asks

    @property
    def array_format(self) -> bool:
        """Whether the socket speaks 2.0.0."""
        return self._transport.array_format

    def wants_broadcast(self, message_id: str | None) -> bool:
        """Whether it may read broadcasts and has not had this one from a replay."""
        return self.rights.may_read("broadcast") and message_id not in self._replayed

    def wants_presence(self) -> bool:
        """A public channel always hears of presence; a private one if it may read it."""
        return self.rights.may_read("presence")

    def deliver(self, frame: Frame) -> None:
        """Queue a frame."""
        self._transport.send(frame)

    def push(self, event: str, payload: object) -> None:
        """Queue a message of the channel."""
        self._send(None, event, payload)

    # ---- what the client asks

    async def _work(self) -> None:
        while not self._closed:
            message = await self._inbox.get()
            try:
                await self._handle(message)
            except Exception:
                log.exception("ChannelCrash: %s", self.key.name)
                self.detach()
                self.push("phx_error", {})

    async def _handle(self, message: ClientMessage) -> None:
        match message.event:
            case "phx_leave":
                self._reply(message, "ok", {})
                self._close()
            case "access_token":
                await self._refresh(message.payload)
            case "broadcast":
                await self._broadcast(message)
            case "presence":
                await self._presence(message)
            case _:
                self._services.hub.events.add()
                log.info("unexpected message of type %s on %s", message.event, self.key.name)

    async def _refresh(self, payload: object) -> None:
        token = payload.get("access_token") if isinstance(payload, dict) else None
        if not isinstance(token, str) or not self.rights.is_new(token):
            return
        try:
            await self.rights.refresh(token)
        except RealtimeError as error:
            self.shut_down(as_shutdown(error, self.key.name))
        else:
            self.rights.watch(self.shut_down)

    async def _broadcast(self, message: ClientMessage) -> None:
        if not await self.rights.may_write("broadcast"):
            return  # the client is not told
        broadcast, size = to_broadcast(message.payload)
        if size > self._services.settings.max_payload_bytes:
            if self._request.ack:
                self._reply(message, "error", "payload_size_exceeded")
            return
        skip = None if self._request.self_broadcast else self
        self._services.hub.relay(self.key, broadcast, skip)
        if self._request.ack and not self._closed:
            self._reply(message, "ok", {})

    async def _presence(self, message: ClientMessage) -> None:
        body = message.payload
        if not isinstance(body, dict) or not isinstance(body.get("event"), str):
            self._reply(message, "ok", {})
        elif not self._presence_calls.take():
            self.shut_down("Client presence rate limit exceeded")
        elif body["event"].lower() == "track":
            await self._track(message, body.get("payload", {}))
        elif body["event"].lower() == "untrack":
            hub = self._services.hub
            hub.tell_presence(self.key, hub.presence.untrack(self.key, self))
            self._reply(message, "ok", {})
        else:
            self._reply(message, "error", {})

    async def _track(self, message: ClientMessage, payload: object) -> None:
        if not await self.rights.may_track():
            self._reply(message, "error", {})
        elif not isinstance(payload, dict):
            reason = "Presence track payload must be a map"
            self._reply(message, "error", {"reason": reason})
        elif size_of(payload) > self._services.settings.max_payload_bytes:
            self.shut_down("Track message size exceeded")
        else:
            hub, presence_key = self._services.hub, self._request.presence_key
            difference = hub.presence.track(self.key, self, presence_key, payload)
            hub.tell_presence(self.key, difference)
            self._reply(message, "ok", {})
            if not self.rights.presence_enabled:
                self.rights.presence_enabled = True
                self._sync_presence()

    # ---- messages to the client

    async def _announce_ready(self) -> None:
        deadline = time.monotonic() + self._services.settings.ready_timeout_s
        while not self._services.stream.running:
            if time.monotonic() >= deadline:
                self.shut_down("Replication connection was not established in time")
                return
            await asyncio.sleep(READY_POLL_S)
        self._system("system", "ok", "Replication connection established")

    def _sync_presence(self) -> None:
        if self.wants_presence():
            self.push("presence_state", self._services.hub.presence.state(self.key))

    def _replay(self, message: Broadcast) -> None:
        if isinstance(message, MapBroadcast):
            self.push("broadcast", message.payload)
        elif self.array_format:
            self.deliver(message.encode(self.topic, array_format=True))

    def _system(self, extension: str, status: str, message: str) -> None:
        body = {"extension": extension, "status": status, "message": message}
        self.push("system", {**body, "channel": self.key.name})

    def _reply(self, message: ClientMessage, status: str, response: object) -> None:
        self._send(message.ref, "phx_reply", {"status": status, "response": response})

    def _send(self, ref: str | None, event: str, payload: object) -> None:
        frame = encode_text(
            self._join_ref, ref, self.topic, event, payload, array_format=self.array_format
        )
        self._transport.send(frame)
