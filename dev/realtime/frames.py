"""The two wire formats: 1.0.0 (JSON objects) and 2.0.0 (JSON arrays plus binary broadcasts).

A binary push is kind 3, a binary broadcast kind 4; every length in them is one byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

PUSH_KIND = 3
BROADCAST_KIND = 4
PUSH_HEADER_BYTES = 7
JSON_ENCODING = 1
MAX_FIELD_BYTES = 255

Frame = str | bytes


class FrameError(ValueError):
    """A frame that cannot be read or written."""


class UserPush(NamedTuple):
    """Body of a binary broadcast sent by a client."""

    event: str
    body: bytes
    is_json: bool


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """One message of a client; `payload` is a `UserPush` for a binary broadcast."""

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: object


@dataclass(frozen=True, slots=True)
class MapBroadcast:
    """A broadcast relayed as JSON text to every client, its payload untouched."""

    payload: Mapping[str, Any]

    @property
    def message_id(self) -> str | None:
        """Id under which a replay may already have delivered it."""
        meta = self.payload.get("meta")
        return meta.get("id") if isinstance(meta, dict) else None

    def encode(self, topic: str, *, array_format: bool) -> Frame:
        """Frame for one channel."""
        return encode_text(None, None, topic, "broadcast", self.payload, array_format=array_format)


@dataclass(frozen=True, slots=True)
class UserBroadcast:
    """A broadcast whose body is bytes: kind 4 for format 2.0.0, JSON text for 1.0.0."""

    event: str
    body: bytes
    is_json: bool
    meta: Mapping[str, Any] | None = None

    @property
    def message_id(self) -> str | None:
        """Id under which a replay may already have delivered it."""
        return self.meta.get("id") if self.meta else None

    def encode(self, topic: str, *, array_format: bool) -> Frame:
        """Frame for one channel.

        Raises `FrameError` when format 1.0.0 cannot carry the body or a field is too long.
        """
        if array_format:
            return self._binary(topic)
        if not self.is_json:
            raise FrameError("format 1.0.0 cannot carry a binary body")
        try:
            payload = {"event": self.event, "payload": json.loads(self.body), "type": "broadcast"}
        except ValueError as error:
            raise FrameError("the body is not JSON") from error
        if self.meta:
            payload["meta"] = dict(self.meta)
        return encode_text(None, None, topic, "broadcast", payload, array_format=False)

    def _binary(self, topic: str) -> bytes:
        meta = _dump(self.meta).encode() if self.meta else b""
        fields = [topic.encode(), self.event.encode(), meta]
        if max(map(len, fields)) > MAX_FIELD_BYTES:
            raise FrameError(f"topic, event and meta take at most {MAX_FIELD_BYTES} bytes each")
        head = bytes([BROADCAST_KIND, *map(len, fields), int(self.is_json)])
        return head + b"".join(fields) + self.body


Broadcast = MapBroadcast | UserBroadcast


def encode_text(
    join_ref: str | None,
    ref: str | None,
    topic: str,
    event: str,
    payload: object,
    *,
    array_format: bool,
) -> str:
    """A text frame; format 1.0.0 has no join_ref."""
    if array_format:
        return _dump([join_ref, ref, topic, event, payload])
    return _dump({"topic": topic, "event": event, "payload": payload, "ref": ref})


def decode(raw: Frame, *, array_format: bool) -> ClientMessage:
    """Read one frame of a client.

    Raises `FrameError`.
    """
    if isinstance(raw, bytes):
        return _decode_push(raw)
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise FrameError("not JSON") from error
    if array_format:
        if not isinstance(document, list) or len(document) < 5:
            raise FrameError("expected an array of five")
        fields = document[:5]
    else:
        if not isinstance(document, dict):
            raise FrameError("expected an object")
        fields = [document.get(k) for k in ("join_ref", "ref", "topic", "event", "payload")]
    join_ref, ref, topic, event, payload = fields
    if not isinstance(topic, str) or not isinstance(event, str):
        raise FrameError("topic and event must be texts")
    return ClientMessage(_reference(join_ref), _reference(ref), topic, event, payload)


def _decode_push(raw: bytes) -> ClientMessage:
    if len(raw) < PUSH_HEADER_BYTES or raw[0] != PUSH_KIND:
        raise FrameError("expected a binary push of kind 3")
    *lengths, encoding = raw[1:PUSH_HEADER_BYTES]
    position, fields = PUSH_HEADER_BYTES, []
    for length in lengths:
        fields.append(raw[position : position + length])
        position += length
    if position > len(raw):
        raise FrameError("binary push is shorter than its header says")
    try:
        join_ref, ref, topic, event, _meta = (field.decode() for field in fields)
    except UnicodeDecodeError as error:
        raise FrameError("binary push is not UTF-8") from error
    push = UserPush(event, raw[position:], encoding == JSON_ENCODING)
    return ClientMessage(join_ref or None, ref or None, topic, "broadcast", push)


def _reference(value: object) -> str | None:
    return None if value is None else str(value)


def _dump(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def to_broadcast(payload: object) -> tuple[Broadcast, int]:
    """What a client sent as a message to relay, and its size in bytes.

    Raises `FrameError` unless it is a map or a binary push.
    """
    if isinstance(payload, UserPush):
        return UserBroadcast(payload.event, payload.body, payload.is_json), len(payload.body)
    if not isinstance(payload, dict):
        raise FrameError("a broadcast payload must be a map")
    return MapBroadcast(payload), size_of(payload)


def size_of(payload: object) -> int:
    """Bytes of the payload as JSON."""
    return len(_dump(payload).encode())
