"""Presence: off unless asked for, limited, and told as differences."""

from dev.realtime.testing import scenario
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.process import StandIn
from dev.realtime.testing.wire import Wire, open_wire


def track(payload: object, event: str = "track") -> dict[str, object]:
    return {"type": "presence", "event": event, "payload": payload}


async def present(wire: Wire, topic: str, payload: object, event: str = "track") -> str:
    return await wire.send(f"realtime:{topic}", "presence", track(payload, event), join_ref="1")


@scenario
async def test_presence_is_off_unless_asked_for(quick: StandIn, anon: str) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("none:off")
        await wire.join("none:empty", presence={})
        assert await wire.frames_within(0.2) == []
        await wire.join("none:on", presence={"enabled": True})
        assert (await wire.event("presence_state")).payload == {}


@scenario
async def test_joins_changes_and_leaves_are_told(quick: StandIn, anon: str) -> None:
    async with open_wire(quick.socket_url, anon) as watcher:
        await watcher.join("none:who", presence={"enabled": True})
        async with open_wire(quick.socket_url, anon) as member:
            await member.join("none:who", presence={"enabled": True, "key": "ana"})
            await present(member, "none:who", {"page": 1})
            joined = (await watcher.event("presence_diff")).payload
            assert joined["leaves"] == {}
            [meta] = joined["joins"]["ana"]["metas"]
            assert meta["page"] == 1
            await present(member, "none:who", {"page": 1})
            await present(member, "none:who", {"page": 2})
            changed = (await watcher.event("presence_diff")).payload
            [after] = changed["joins"]["ana"]["metas"]
            assert (after["page"], after["phx_ref_prev"]) == (2, meta["phx_ref"])
            assert changed["leaves"]["ana"]["metas"] == [meta]
            async with open_wire(quick.socket_url, anon) as late:
                await late.join("none:who", presence={"enabled": True})
                state = (await late.event("presence_state")).payload
                assert state == {"ana": {"metas": [after]}}
        left = (await watcher.event("presence_diff")).payload
        assert left == {"joins": {}, "leaves": {"ana": {"metas": [after]}}}


@scenario
async def test_the_sixth_call_in_30_s_closes_the_channel(quick: StandIn, anon: str) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("none:many", presence={"enabled": True})
        for number in range(5):
            ref = await present(wire, "none:many", {"n": number})
            assert (await wire.reply_to(ref)).payload["status"] == "ok"
        await present(wire, "none:many", {"n": 5})
        message = (await wire.event("system")).payload["message"]
        assert message == "Client presence rate limit exceeded"
        await wire.event("phx_close")


@scenario
async def test_odd_calls_are_answered(quick: StandIn, anon: str) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("none:odd", presence={"enabled": True})
        ref = await present(wire, "none:odd", "text")
        reason = "Presence track payload must be a map"
        answer = (await wire.reply_to(ref)).payload
        assert answer == {"status": "error", "response": {"reason": reason}}
        ref = await present(wire, "none:odd", {}, event="bogus")
        assert (await wire.reply_to(ref)).payload == {"status": "error", "response": {}}
        ref = await present(wire, "none:odd", {}, event="untrack")
        assert (await wire.reply_to(ref)).payload == {"status": "ok", "response": {}}


@scenario
async def test_tracking_needs_the_right_to_write(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("present:me", keys.token(), private=True, presence={"enabled": True})
        ref = await present(wire, "present:me", {})
        assert (await wire.reply_to(ref)).payload == {"status": "error", "response": {}}


@scenario
async def test_the_first_track_turns_presence_on(
    quick: StandIn, anon: str, keys: SigningKeys
) -> None:
    async with open_wire(quick.socket_url, anon) as wire:
        await wire.join("both:late", keys.token(), private=True, presence={"key": "ana"})
        ref = await present(wire, "both:late", {"n": 1})
        assert (await wire.reply_to(ref)).payload["status"] == "ok"
        assert (await wire.event("presence_state")).payload["ana"]["metas"][0]["n"] == 1
