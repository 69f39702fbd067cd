"""Broadcast over HTTP: who may, what is valid, and what is refused with which status."""

import asyncio
from typing import Any

import httpx
import pytest

from dev.realtime.testing import scenario
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.process import StandIn, StartServer
from dev.realtime.testing.wire import open_wire

GOOD = {"topic": "none:http", "event": "hi", "payload": {"n": 1}}


async def post(
    server: StandIn, token: str, body: object = None, path: str = "", **options: Any
) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(headers=headers) as client:
        url = f"{server.http_url}/api/broadcast{path}"
        if body is not None:
            options["json"] = body
        return await client.post(url, **options)


@scenario
async def test_a_batch_reaches_the_channel_as_text_with_its_id(quick: StandIn, anon: str) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("none:http")
        messages = [GOOD, {**GOOD, "id": "mine", "private": "false"}]
        assert (await post(quick, anon, {"messages": messages})).status_code == 202
        first, second = await wire.event("broadcast"), await wire.event("broadcast")
    plain = {"payload": {"n": 1}, "event": "hi", "type": "broadcast"}
    assert (first.payload, first.binary) == (plain, False)
    assert second.payload == {**plain, "meta": {"id": "mine"}}


@scenario
async def test_one_event_is_named_by_the_path(quick: StandIn, anon: str) -> None:
    path = "/none%3Aone/events/hi"
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("none:one")
        assert (await post(quick, anon, {"n": 1}, path)).status_code == 202
        frame = await wire.event("broadcast")
        assert (frame.payload, frame.binary) == ({"event": "hi", "payload": {"n": 1}}, True)
        headers = {"content-type": "application/octet-stream"}
        answer = await post(quick, anon, None, path, content=b"\x00\x01", headers=headers)
        assert answer.status_code == 202
        assert (await wire.event("broadcast")).payload["payload"] == b"\x00\x01"


@scenario
async def test_a_private_message_needs_the_right_to_write_and_nobody_is_told(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("both:http", keys.token(), private=True)
        message = {**GOOD, "topic": "both:http", "private": True}
        for token in (anon, keys.token()):
            assert (await post(quick, token, {"messages": [message]})).status_code == 202
            path = "/both:http/events/one?private=true"
            assert (await post(quick, token, {}, path)).status_code == 202
        events = [frame.payload["event"] for frame in await wire.frames_within(0.3)]
        assert events == ["hi", "one"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"messages": ["can't be blank"]}),
        ({"messages": []}, {"messages": ["can't be blank"]}),
        ({"messages": "x"}, {"messages": ["is invalid"]}),
        (
            {"messages": [GOOD, {"topic": "t", "payload": {}}]},
            {"messages": [{}, {"event": ["can't be blank"]}]},
        ),
        (
            {"messages": [{**GOOD, "payload": [1], "private": 5}]},
            {"messages": [{"payload": ["is invalid"], "private": ["is invalid"]}]},
        ),
        (
            {"messages": [{**GOOD, "payload": {"x": "x" * 3_001_000}}]},
            {"messages": [{"payload": ["Payload size exceeds tenant limit"]}]},
        ),
    ],
)
@scenario
async def test_an_invalid_batch_is_422_with_each_fault(
    quick: StandIn, anon: str, body: object, errors: object
) -> None:
    answer = await post(quick, anon, body)
    assert (answer.status_code, answer.json()) == (422, {"errors": errors})


@scenario
async def test_what_is_not_json_is_400_and_another_type_415(quick: StandIn, anon: str) -> None:
    json_type = {"content-type": "application/json"}
    text_type = {"content-type": "text/plain"}
    path = "/none:one/events/hi"
    assert (await post(quick, anon, content=b"{", headers=json_type)).status_code == 400
    answer = await post(quick, anon, path=path, content=b"{", headers=json_type)
    assert answer.status_code == 400
    answer = await post(quick, anon, path=path, content=b"x", headers=text_type)
    assert answer.status_code == 415
    answer = await post(quick, anon, {"x": "x" * 3_001_000}, path)
    assert answer.status_code == 422


@scenario
async def test_without_a_valid_token_it_is_401(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    for token in ("", "sb_publishable_x", "nonsense", keys.token(lives_s=-1)):
        for path in ("", "/none:one/events/hi"):
            answer = await post(quick, token, {"messages": [GOOD]}, path)
            assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


@scenario
async def test_a_batch_bigger_than_the_limit_is_429(start: StartServer, anon: str) -> None:
    server = start(MAX_EVENTS_PER_SECOND=10)
    assert (await post(server, anon, {"messages": [GOOD] * 10})).status_code == 202
    answer = await post(server, anon, {"messages": [GOOD] * 11})
    text = "Too many messages to broadcast, please reduce the batch size"
    assert (answer.status_code, answer.json()) == (429, {"message": text})


@scenario
async def test_over_the_rate_it_is_429(start: StartServer, anon: str) -> None:
    server = start(MAX_EVENTS_PER_SECOND=2, RATE_BUCKET_S=0.5)
    exceeded = {"message": "You have exceeded your rate limit"}
    answers = [await post(server, anon, {"messages": [GOOD]})]
    assert answers[0].status_code == 202, "nothing is refused before the first bucket closes"
    headers = {"authorization": f"Bearer {anon}"}
    async with httpx.AsyncClient(headers=headers, verify=False) as client, asyncio.timeout(30):
        url = f"{server.http_url}/api/broadcast"
        while all(answer.status_code == 202 or answer.json() != exceeded for answer in answers):
            burst = (client.post(url, json={"messages": [GOOD]}) for _ in range(50))
            answers = await asyncio.gather(*burst)
