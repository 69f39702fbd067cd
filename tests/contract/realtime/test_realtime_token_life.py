"""A token on an open channel: its end, its successor, and a right that was lost."""

import re
import time

import psycopg
import pytest

from dev.realtime.testing import scenario
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.process import StandIn, StartServer
from dev.realtime.testing.wire import Wire, open_wire

EXPIRED = re.compile(r"Token has expired \d+ seconds ago$")


async def renew(wire: Wire, topic: str, token: object) -> None:
    await wire.send(f"realtime:{topic}", "access_token", {"access_token": token}, join_ref="1")


async def closed_with(wire: Wire, patience_s: float = 5) -> str:
    system = (await wire.event("system", patience_s)).payload
    assert (system["extension"], system["status"]) == ("system", "error")
    await wire.event("phx_close")
    return str(system["message"])


@scenario
async def test_the_channel_closes_soon_after_expiry(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    expires = int(time.time()) + 2
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("read:a", keys.token(exp=expires), private=True)
        assert EXPIRED.match(await closed_with(wire))
        assert 0 <= time.time() - expires < 3


@scenario
async def test_a_public_channel_closes_at_expiry_too(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("none:a", keys.token(exp=int(time.time()) + 2))
        assert EXPIRED.match(await closed_with(wire))


@scenario
async def test_a_renewed_token_keeps_the_channel(
    quick: StandIn, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("read:renew", keys.token(exp=int(time.time()) + 2), private=True)
        await renew(wire, "read:renew", keys.token())
        assert await wire.frames_within(3) == []
        db.execute("select realtime.send('{}', 'changed', 'read:renew')")
        await wire.event("broadcast")


@scenario
async def test_a_new_token_without_the_right_closes_the_channel(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("claimed:a", keys.token(allow=True), private=True)
        await renew(wire, "claimed:a", keys.token(allow=False))
        text = "You do not have permissions to read from this Channel topic: claimed:a"
        assert await closed_with(wire) == text


@scenario
async def test_a_right_lost_under_the_same_token_is_not_noticed(
    quick: StandIn, anon: str, keys: SigningKeys, db: psycopg.Connection
) -> None:
    token = keys.token(allow=True)
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("claimed:kept", token, private=True)
        for unchanged in (token, "sb_publishable_x", None):
            await renew(wire, "claimed:kept", unchanged)
        db.execute("select realtime.send('{}', 'changed', 'claimed:kept')")
        await wire.event("broadcast")
        assert await wire.frames_within(0.1) == []


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("nonsense", "The token provided is not a valid JWT"),
        ("expired", r"Token has expired 1\d seconds ago"),
        ("foreign", "Failed to validate JWT signature"),
    ],
)
@scenario
async def test_a_bad_new_token_closes_the_channel(
    quick: StandIn, anon: str, keys: SigningKeys, token: str, message: str
) -> None:
    made = {"expired": keys.token(lives_s=-10), "foreign": SigningKeys().token()}
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("read:a", keys.token(), private=True)
        await renew(wire, "read:a", made.get(token, token))
        assert re.fullmatch(message, await closed_with(wire))


@scenario
async def test_the_right_to_write_is_asked_again_with_a_new_token(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    body = {"type": "broadcast", "event": "hi", "payload": {}}
    async with open_wire(quick.socket_url, anon) as wire:
        config = {"ack": True, "self": True}
        await wire.join("both:w", keys.token(sub="a"), private=True, broadcast=config)
        await wire.send("realtime:both:w", "broadcast", body, join_ref="1")
        await wire.event("broadcast")
        await renew(wire, "both:w", keys.token("service_role"))
        ref = await wire.send("realtime:both:w", "broadcast", body, join_ref="1")
        assert (await wire.reply_to(ref)).payload["status"] == "ok"


@scenario
async def test_a_valid_token_is_only_checked_again(
    start: StartServer, anon: str, keys: SigningKeys
) -> None:
    server = start(TOKEN_CHECK_S=0.1)
    async with open_wire(server.socket_url, anon) as wire:
        await wire.join("read:a", keys.token(exp=int(time.time()) + 3), private=True)
        assert await wire.frames_within(0.6) == []
        assert EXPIRED.match(await closed_with(wire))
