"""The payload of a join."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dev.realtime import replay
from dev.realtime.errors import Refused
from dev.realtime.replay import ReplayRequest


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """What a client asks for; `token` is null when the socket's own token counts."""

    token: str | None
    private: bool
    ack: bool
    self_broadcast: bool
    replay: ReplayRequest | None
    replication_ready: bool
    presence_enabled: bool
    presence_key: str
    wants_postgres_changes: bool


def parse(payload: object) -> JoinRequest:
    """Read a join; absent parts have the real server's defaults (presence is off).

    Raises `Refused`.
    """
    body = _mapping(payload, "payload")
    config = _mapping(body.get("config"), "config")
    broadcast = _mapping(config.get("broadcast"), "broadcast")
    presence = _mapping(config.get("presence"), "presence")
    private = _boolean(config.get("private"), "private")
    key = presence.get("key")
    return JoinRequest(
        token=_token(body),
        private=private,
        ack=_boolean(broadcast.get("ack"), "ack"),
        self_broadcast=_boolean(broadcast.get("self"), "self"),
        replay=replay.parse(broadcast.get("replay"), private=private),
        replication_ready=_boolean(broadcast.get("replication_ready"), "replication_ready"),
        presence_enabled=_boolean(presence.get("enabled"), "enabled"),
        presence_key=key if isinstance(key, str) and key else str(uuid.uuid4()),
        wants_postgres_changes=bool(config.get("postgres_changes")),
    )


def _token(body: dict[str, object]) -> str | None:
    token = body.get("access_token") or body.get("user_token")
    if not isinstance(token, str) or token.startswith("sb_"):
        return None
    return token


def _mapping(value: object, name: str) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused("InvalidJoinPayload", f"{name}: unable to parse, expected a map")
    return value


def _boolean(value: object, name: str) -> bool:
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    spelled = {"true": True, "false": False}.get(str(value).lower())
    if spelled is None:
        raise Refused("InvalidJoinPayload", f"{name}: unable to parse, expected a boolean")
    return spelled
