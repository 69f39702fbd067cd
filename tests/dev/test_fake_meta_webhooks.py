"""Webhooks of the fake WhatsApp account: signed, in time, and as untidy as the real ones."""

import asyncio
import hashlib
import hmac
import json
from typing import Any

import pytest

from tests.dev.running_fakes import (
    ANA,
    BIA,
    NUMBER,
    SECRET,
    Fakes,
    Json,
    Receiver,
    alert,
)

QUICK = {"delay_s": 1, "gap_s": 1}


def statuses(receiver: Receiver) -> list[Json]:
    """Every status that was received, in the sequence of the posts."""
    return [one for raw, _ in receiver.posts for one in value_of(raw)["statuses"]]


def names(receiver: Receiver) -> list[str]:
    return [one["status"] for one in statuses(receiver)]


def value_of(raw: bytes) -> Json:
    value: Json = json.loads(raw)["entry"][0]["changes"][0]["value"]
    return value


async def plan(fakes: Fakes, **knobs: Any) -> None:
    await fakes.post("meta/webhook", {**QUICK, **knobs})


async def test_each_status_comes_in_its_time(fakes: Fakes, receiver: Receiver) -> None:
    await plan(fakes)
    wamid = await fakes.sent(biz_opaque_callback_data="m-1")
    await fakes.advance(0.999)
    assert receiver.posts == []
    await fakes.advance(0.001)
    assert names(receiver) == ["sent"]
    await fakes.advance(2)
    assert names(receiver) == ["sent", "delivered", "read"]
    for one in statuses(receiver):
        assert (one["id"], one["recipient_id"]) == (wamid, ANA)
        assert one["biz_opaque_callback_data"] == "m-1"
    times = [int(one["timestamp"]) for one in statuses(receiver)]
    assert times == [times[0], times[0] + 1, times[0] + 2]
    [message] = await fakes.messages()
    assert message["state"] == "read"


async def test_the_body_has_metas_shape(fakes: Fakes, receiver: Receiver) -> None:
    await plan(fakes)
    await fakes.sent()
    await fakes.advance(2)
    first, second = (json.loads(raw) for raw, _ in receiver.posts)
    assert first["object"] == "whatsapp_business_account"
    assert first["entry"][0]["changes"][0]["field"] == "messages"
    value = first["entry"][0]["changes"][0]["value"]
    assert value["messaging_product"] == "whatsapp"
    assert value["metadata"]["phone_number_id"] == NUMBER
    assert value["statuses"][0]["pricing"] == {
        "billable": True,
        "pricing_model": "PMP",
        "type": "regular",
        "category": "utility",
    }
    assert "contacts" not in value
    assert second["entry"][0]["changes"][0]["value"]["contacts"][0]["wa_id"] == ANA


async def test_the_signature_is_over_the_bytes_as_they_came(
    fakes: Fakes, receiver: Receiver
) -> None:
    await fakes.post("meta/inbound", {"from": ANA, "text": "Olá, açúcar & <b>"})
    [(raw, signature)] = receiver.posts
    expected = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert signature == f"sha256={expected}"
    assert value_of(raw)["messages"][0]["text"]["body"] == "Olá, açúcar & <b>"
    assert b"\\u00e1" in raw


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({"order": "reversed"}, ["read", "delivered", "sent"]),
        ({"statuses": ["sent", "read"]}, ["sent", "read"]),
        ({"statuses": []}, []),
        ({"duplicates": 1}, ["sent", "sent", "delivered", "delivered", "read", "read"]),
        ({"fail": {"code": 131026, "after": "sent"}}, ["sent", "failed"]),
        ({"fail": {"code": 131049}}, ["failed"]),
        ({"statuses": ["failed", "delivered"]}, ["failed", "delivered"]),
        ({"batch": True}, ["sent", "delivered", "read"]),
    ],
)
async def test_statuses_come_as_ordered(
    fakes: Fakes, receiver: Receiver, knobs: Json, expected: list[str]
) -> None:
    await plan(fakes, **knobs)
    await fakes.sent()
    await fakes.advance(60)
    assert names(receiver) == expected


async def test_a_late_status_keeps_its_own_time(fakes: Fakes, receiver: Receiver) -> None:
    await plan(fakes, order="reversed")
    await fakes.sent()
    await fakes.advance(60)
    times = [int(one["timestamp"]) for one in statuses(receiver)]
    assert times == sorted(times, reverse=True)


async def test_shuffled_statuses_are_all_there(fakes: Fakes, receiver: Receiver) -> None:
    await plan(fakes, order="shuffled")
    for index in range(12):
        await fakes.sent(str(5511900000000 + index))
    await fakes.advance(60)
    by_message: dict[str, list[str]] = {}
    for one in statuses(receiver):
        by_message.setdefault(one["id"], []).append(one["status"])
    assert all(sorted(one) == ["delivered", "read", "sent"] for one in by_message.values())
    assert len({tuple(one) for one in by_message.values()}) > 1


async def test_several_statuses_can_come_in_one_post(fakes: Fakes, receiver: Receiver) -> None:
    await plan(fakes, batch=True)
    await fakes.sent()
    await fakes.advance(2.999)
    assert receiver.posts == []
    await fakes.advance(0.001)
    assert len(receiver.posts) == 1
    assert names(receiver) == ["sent", "delivered", "read"]


async def test_a_failure_tells_its_code(fakes: Fakes, receiver: Receiver) -> None:
    await plan(fakes, fail={"code": 131049, "after": "sent"})
    await fakes.sent()
    await fakes.advance(60)
    failed = statuses(receiver)[-1]
    assert failed["errors"][0]["code"] == 131049
    assert failed["errors"][0]["title"]
    assert failed["errors"][0]["error_data"]["details"]
    [message] = await fakes.messages()
    assert (message["state"], message["statuses"][-1]["error_code"]) == ("failed", 131049)


async def test_a_person_with_a_username_has_no_phone_in_webhooks(
    fakes: Fakes, receiver: Receiver
) -> None:
    await plan(fakes, phone="omitted")
    await fakes.sent()
    await fakes.advance(60)
    assert all(ANA not in raw.decode() for raw, _ in receiver.posts)
    people = {one["recipient_user_id"] for one in statuses(receiver)}
    [person] = people
    assert person.startswith("BR.")
    assert value_of(receiver.posts[-1][0])["contacts"][0]["user_id"] == person


async def test_one_message_can_have_its_own_way(fakes: Fakes, receiver: Receiver) -> None:
    await plan(fakes)
    step = {"delivery": {"fail": {"code": 131026, "after": "sent"}}}
    await fakes.post("meta/script", {"next": [step]})
    ana, bia = await fakes.sent(ANA), await fakes.sent(BIA)
    await fakes.advance(60)
    ways = {one["wamid"]: one["state"] for one in await fakes.messages()}
    assert ways == {ana: "failed", bia: "read"}


async def test_what_was_not_taken_comes_again_with_growing_pauses(
    fakes: Fakes, receiver: Receiver
) -> None:
    await plan(fakes, statuses=["sent"])
    receiver.answers = [500, 401, 302]
    await fakes.sent()
    counts = []
    for seconds in (1, 1.999, 0.001, 3.999, 0.001, 7.999, 0.001, 3600):
        await fakes.advance(seconds)
        counts.append(len(receiver.posts))
    assert counts == [1, 1, 2, 2, 3, 3, 4, 4]
    assert len({raw for raw, _ in receiver.posts}) == 1


async def test_redelivery_ends_after_seven_days(fakes: Fakes, receiver: Receiver) -> None:
    await plan(fakes, statuses=["sent"])
    receiver.answers = [500] * 1000
    await fakes.sent()
    await fakes.advance(8 * 24 * 3600)
    log = await fakes.get("meta/webhooks")
    assert log["waiting"] == 0
    assert 150 < len(log["webhooks"]) < 200
    assert [one["attempt"] for one in log["webhooks"][:3]] == [1, 2, 3]


async def test_a_receiver_that_is_not_there_gets_it_later(fakes: Fakes, receiver: Receiver) -> None:
    await plan(fakes, statuses=["sent"], url="http://127.0.0.1:9/hook")
    await fakes.sent()
    await fakes.advance(1)
    [attempt] = (await fakes.get("meta/webhooks"))["webhooks"]
    assert (attempt["status"], attempt["error"]) == (None, "ConnectError")
    await fakes.post("meta/webhook", {"url": receiver.url})
    await fakes.advance(2)
    assert names(receiver) == ["sent"]


async def test_without_a_url_messages_still_go_their_way(fakes: Fakes) -> None:
    await plan(fakes)
    await fakes.sent()
    await fakes.advance(60)
    [message] = await fakes.messages()
    assert message["state"] == "read"
    assert (await fakes.get("meta/webhooks"))["webhooks"] == []


async def test_the_message_that_nobody_knows_of_is_told_by_webhook(
    fakes: Fakes, receiver: Receiver
) -> None:
    await plan(fakes, statuses=["sent"])
    await fakes.post("meta/script", {"next": [{"hang_s": 30}]})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(fakes.send(alert(biz_opaque_callback_data="m-1")), 0.2)
    await fakes.advance(1)
    assert statuses(receiver)[0]["biz_opaque_callback_data"] == "m-1"


async def test_in_real_time_statuses_come_by_themselves(fakes: Fakes, receiver: Receiver) -> None:
    await fakes.post("clock", {"real": True})
    await fakes.post("meta/webhook", {"delay_s": 0.02, "gap_s": 0.02})
    await fakes.sent()
    while len(receiver.posts) < 3:
        assert (await fakes.get("clock"))["stands_still"] is False
    assert names(receiver) == ["sent", "delivered", "read"]


async def test_the_receiver_is_challenged_as_at_set_up(fakes: Fakes, receiver: Receiver) -> None:
    good = await fakes.post("meta/verify")
    assert good["ok"] is True
    assert good["body"] == good["challenge"]
    bad = await fakes.post("meta/verify", {"token": "wrong"})
    assert (bad["ok"], bad["status"]) == (False, 403)
    gone = await fakes.post("meta/verify", {"url": "http://127.0.0.1:9/hook"})
    assert (gone["ok"], gone["error"]) == (False, "ConnectError")


@pytest.mark.parametrize(
    ("knobs", "word"),
    [
        ({"statuses": ["lost"]}, "statuses"),
        ({"order": "random"}, "order"),
        ({"delay_s": -1}, "delay_s"),
        ({"batch": "yes"}, "batch"),
        ({"fail": {"code": 5}}, "fail.code"),
        ({"fail": {"after": "read"}}, "after"),
        ({"speed": 1}, "speed"),
    ],
)
async def test_knobs_that_make_no_sense_are_refused_by_name(
    fakes: Fakes, knobs: Json, word: str
) -> None:
    answer = await fakes.client.post("/_fake/meta/webhook", json=knobs)
    assert answer.status_code == 422
    assert word in answer.json()["error"]
