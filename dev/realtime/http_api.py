"""Broadcast over HTTP: a batch, or one event named by the path."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.realtime.errors import RealtimeError, TokenRefused
from dev.realtime.frames import Broadcast, MapBroadcast, UserBroadcast
from dev.realtime.presence import ChannelKey
from dev.realtime.rls import Caller
from dev.realtime.services import Services
from dev.realtime.tokens import Claims

BLANK = "can't be blank"
INVALID = "is invalid"
TOO_BIG = "Payload size exceeds tenant limit"

log = logging.getLogger("realtime.http")


class Problem(Exception):
    """An answer other than 202."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.response = JSONResponse(dict(body), status)
        super().__init__(status)


async def broadcast_batch(request: Request) -> Response:
    """POST /api/broadcast: 202, 400 bad JSON, 401, 422 invalid messages, 429 over the limit."""
    services: Services = request.app.state.services
    try:
        claims = _authenticate(request, services)
        messages = _messages(_json(await request.body()), services.settings.max_payload_bytes)
        _check_rate(services, len(messages))
    except Problem as problem:
        return problem.response
    allowed: dict[ChannelKey, bool] = {}
    for message in messages:
        key = ChannelKey(message["topic"], message["private"])
        if key not in allowed:
            allowed[key] = await _may_send(services, key, claims, request)
        if allowed[key]:
            services.hub.fan_out(key, _as_broadcast(message))
    return Response(status_code=202)


async def broadcast_event(request: Request) -> Response:
    """POST /api/broadcast/{topic}/events/{event}?private=: JSON or octet-stream body."""
    services: Services = request.app.state.services
    body = await request.body()
    try:
        claims = _authenticate(request, services)
        is_json = _is_json(request)
        if is_json:
            _json(body)
        if len(body) > services.settings.max_payload_bytes:
            raise Problem(422, {"errors": {"payload": [TOO_BIG]}})
        _check_rate(services, 1)
    except Problem as problem:
        return problem.response
    private = request.query_params.get("private") == "true"
    key = ChannelKey(request.path_params["topic"], private)
    if await _may_send(services, key, claims, request):
        message = UserBroadcast(request.path_params["event"], body, is_json)
        services.hub.fan_out(key, message)
    return Response(status_code=202)


def _authenticate(request: Request, services: Services) -> Claims:
    authorization = request.headers.get("authorization", "")
    scheme, _, bearer = authorization.partition(" ")
    token = bearer if scheme.lower() == "bearer" else request.headers.get("apikey", "")
    try:
        return services.keys.verify(token.strip(), time.time())
    except TokenRefused as refusal:
        raise Problem(401, {"message": "Unauthorized"}) from refusal


def _check_rate(services: Services, messages: int) -> None:
    events = services.hub.events
    if events.exceeded:
        raise Problem(429, {"message": "You have exceeded your rate limit"})
    if not events.has_room(messages):
        text = "Too many messages to broadcast, please reduce the batch size"
        raise Problem(429, {"message": text})


async def _may_send(services: Services, key: ChannelKey, claims: Claims, request: Request) -> bool:
    """A private channel without the right to write is skipped, and the sender is not told."""
    if not key.private:
        return True
    headers = {name: value for name, value in request.headers.items() if name.startswith("x-")}
    try:
        await services.link.ensure()
        return await services.authorizer.may_write(Caller(key.name, claims, headers), "broadcast")
    except RealtimeError as error:
        log.error("UnableToSetPolicies: %s: %s", key.name, error)
        return False


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError as error:
        raise Problem(400, {"errors": {"detail": "Bad Request"}}) from error


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind not in ("application/json", "application/octet-stream"):
        raise Problem(415, {"errors": {"detail": "Unsupported Media Type"}})
    return kind == "application/json"


def _messages(document: object, max_bytes: int) -> list[dict[str, Any]]:
    """The batch with `private` as a boolean; a Problem 422 lists what is wrong in each."""
    found = document.get("messages") if isinstance(document, dict) else None
    if found is None or found == []:
        raise Problem(422, {"errors": {"messages": [BLANK]}})
    if not isinstance(found, list):
        raise Problem(422, {"errors": {"messages": [INVALID]}})
    faults = [_faults(message, max_bytes) for message in found]
    if any(faults):
        raise Problem(422, {"errors": {"messages": faults}})
    return [{**message, "private": _private(message) is True} for message in found]


def _faults(message: object, max_bytes: int) -> dict[str, list[str]]:
    if not isinstance(message, dict):
        return {"message": [INVALID]}
    faults: dict[str, list[str]] = {}
    for field, kind in (("topic", str), ("event", str), ("payload", dict)):
        value = message.get(field)
        if value is None or value == "":
            faults[field] = [BLANK]
        elif not isinstance(value, kind):
            faults[field] = [INVALID]
    if _private(message) is None:
        faults["private"] = [INVALID]
    if "payload" not in faults and len(json.dumps(message["payload"])) > max_bytes:
        faults["payload"] = [TOO_BIG]
    return faults


def _private(message: Mapping[str, Any]) -> bool | None:
    """Null when it is not a boolean in any spelling."""
    spelled = str(message.get("private") or False).lower()
    return {"true": True, "1": True, "false": False, "0": False}.get(spelled)


def _as_broadcast(message: Mapping[str, Any]) -> Broadcast:
    payload = {"payload": message["payload"], "event": message["event"], "type": "broadcast"}
    if message.get("id"):
        payload["meta"] = {"id": str(message["id"])}
    return MapBroadcast(payload)
