"""A raw client: sends exactly what it is told, and sees every frame with its time of arrival."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE_S = 5


@dataclass(frozen=True, slots=True)
class Received:
    """One frame; `binary` ones are kind 4, shown as the JSON broadcast they stand for."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: Any
    binary: bool = False
    at: float = field(default_factory=time.monotonic)


class Wire:
    """One open websocket."""

    def __init__(self, websocket: ClientConnection, *, array_format: bool) -> None:
        self.websocket = websocket
        self._array_format = array_format
        self._received: asyncio.Queue[Received] = asyncio.Queue()
        self._kept: list[Received] = []
        self._refs = 0

    async def listen(self) -> None:
        """Read frames until the connection closes."""
        with suppress(ConnectionClosed):
            async for raw in self.websocket:
                self._received.put_nowait(_read(raw))

    async def send(
        self, topic: str, event: str, payload: object, join_ref: str | None = None
    ) -> str:
        """Send a text frame; its ref."""
        self._refs += 1
        ref = str(self._refs)
        if self._array_format:
            frame: object = [join_ref, ref, topic, event, payload]
        else:
            names = {"topic": topic, "event": event, "payload": payload, "ref": ref}
            frame = {**names, "join_ref": join_ref}
        await self.websocket.send(json.dumps(frame))
        return ref

    async def send_push(
        self, topic: str, event: str, body: bytes, *, is_json: bool, join_ref: str = "1"
    ) -> str:
        """Send a binary broadcast (kind 3); its ref."""
        self._refs += 1
        ref = str(self._refs)
        fields = [text.encode() for text in (join_ref, ref, topic, event, "")]
        head = bytes([3, *map(len, fields), int(is_json)])
        await self.websocket.send(head + b"".join(fields) + body)
        return ref

    async def join(
        self, topic: str, token: str | None = None, patience_s: float = 10, **config: object
    ) -> Any:
        """Join `realtime:<topic>`; the payload of the answer."""
        payload: dict[str, object] = {"config": config}
        if token is not None:
            payload["access_token"] = token
        return await self.join_with(topic, payload, patience_s)

    async def join_with(self, topic: str, payload: object, patience_s: float = 10) -> Any:
        """Join with a payload of one's own; the payload of the answer."""
        self._refs += 1
        ref = str(self._refs)
        self._refs -= 1
        await self.send(f"realtime:{topic}", "phx_join", payload, join_ref=ref)
        return (await self.reply_to(ref, patience_s)).payload

    async def reply_to(self, ref: str, patience_s: float = PATIENCE_S) -> Received:
        """The answer to a message."""
        return await self.expect(
            lambda frame: frame.event == "phx_reply" and frame.ref == ref, patience_s
        )

    async def event(self, event: str, patience_s: float = PATIENCE_S) -> Received:
        """The next frame of that event."""
        return await self.expect(lambda frame: frame.event == event, patience_s)

    async def expect(
        self, wanted: Callable[[Received], bool], patience_s: float = PATIENCE_S
    ) -> Received:
        """The first frame that fits; frames passed over stay for later calls.

        Raises `TimeoutError`.
        """
        for index, frame in enumerate(self._kept):
            if wanted(frame):
                return self._kept.pop(index)
        async with asyncio.timeout(patience_s):
            while True:
                frame = await self._received.get()
                if wanted(frame):
                    return frame
                self._kept.append(frame)

    async def frames_within(self, seconds: float) -> list[Received]:
        """Everything not yet taken that arrives by then."""
        await asyncio.sleep(seconds)
        while not self._received.empty():
            self._kept.append(self._received.get_nowait())
        taken, self._kept = self._kept, []
        return taken


@asynccontextmanager
async def open_wire(
    socket_url: str, api_key: str, *, version: str = "2.0.0", **headers: str
) -> AsyncIterator[Wire]:
    """Connect. Raises `websockets.exceptions.InvalidStatus` when refused."""
    query = urlencode({"apikey": api_key, "vsn": version})
    async with connect(
        f"{socket_url}/websocket?{query}", max_size=None, additional_headers=headers
    ) as websocket:
        wire = Wire(websocket, array_format=version.startswith("2"))
        listening = asyncio.create_task(wire.listen())
        yield wire
        listening.cancel()


def _read(raw: str | bytes) -> Received:
    if isinstance(raw, bytes):
        return _read_broadcast(raw)
    document = json.loads(raw)
    if isinstance(document, list):
        return Received(*document)
    fields = [document.get(name) for name in ("join_ref", "ref", "topic", "event", "payload")]
    return Received(*fields)


def _read_broadcast(raw: bytes) -> Received:
    kind, topic_size, event_size, meta_size, is_json = raw[:5]
    if kind != 4:
        raise ValueError(f"unknown binary frame of kind {kind}")
    ends = [5 + topic_size, 5 + topic_size + event_size, 5 + topic_size + event_size + meta_size]
    body = raw[ends[2] :]
    payload: dict[str, object] = {
        "event": raw[ends[0] : ends[1]].decode(),
        "payload": json.loads(body) if is_json else body,
    }
    if meta_size:
        payload["meta"] = json.loads(raw[ends[1] : ends[2]])
    return Received(None, None, raw[5 : ends[0]].decode(), "broadcast", payload, binary=True)
