"""What can be ordered of the fake WhatsApp API in advance: errors, hangs, cut connections."""

import asyncio

import httpx
import pytest

from dev.fakes.meta.errors import CATALOGUE
from tests.dev.running_fakes import ANA, BIA, NUMBER, TOKEN, Fakes, alert, free_text
from tests.dev.test_fake_meta import code_of

# Every code that a client has to tell apart, with Meta's HTTP status.
TABLE = {
    0: 401, 190: 401,
    3: 500, 10: 403, 200: 403, 250: 403, 299: 403, 131005: 403,
    4: 400, 80007: 400,
    130429: 400, 131056: 400, 131048: 400, 131049: 400, 131026: 400, 131047: 400, 131030: 400,
    131042: 400, 131044: 400,
    131031: 403, 368: 403, 130497: 403,
    131045: 500, 133010: 400, 131057: 500,
    131000: 500, 131016: 500, 1: 400, 2: 503, 135000: 400,
    131008: 400, 131009: 400, 132000: 400, 132005: 400, 132007: 400, 132008: 400, 132012: 400,
    132018: 400, 100: 400,
    132001: 404, 132015: 400, 132016: 400,
    131050: 400, 131062: 400, 131063: 400, 131064: 400,
}  # fmt: skip


@pytest.mark.parametrize(("code", "status"), TABLE.items())
async def test_every_known_error_can_be_ordered(fakes: Fakes, code: int, status: int) -> None:
    await fakes.post("meta/script", {"next": [{"code": code}]})
    answer = await fakes.send(alert())
    assert answer.status_code == status
    error = answer.json()["error"]
    assert (error["code"], error["type"]) == (code, "OAuthException")
    assert error["message"]
    assert error["fbtrace_id"]
    if code > 100_000:
        assert error["error_data"]["messaging_product"] == "whatsapp"
        assert error["error_data"]["details"]
    assert await fakes.messages() == []
    await fakes.sent()


def test_the_table_misses_no_error_of_the_catalogue() -> None:
    assert set(CATALOGUE) - set(TABLE) == {2500, 131051}


async def test_words_and_status_of_an_error_can_be_ordered_too(fakes: Fakes) -> None:
    step = {"code": 131000, "details": "Tente depois", "http_status": 400}
    await fakes.post("meta/script", {"next": [step]})
    answer = await fakes.send(alert())
    assert answer.status_code == 400
    assert answer.json()["error"]["error_data"]["details"] == "Tente depois"


async def test_steps_are_played_in_sequence_and_then_all_is_normal(fakes: Fakes) -> None:
    steps = [{"code": 131016, "times": 2}, {}, {"code": 130429}]
    await fakes.post("meta/script", {"next": steps})
    people = [str(5511900000000 + index) for index in range(5)]
    statuses = [(await fakes.send(alert(person))).status_code for person in people]
    assert statuses == [500, 500, 200, 400, 200]


async def test_a_step_can_wait_for_one_person(fakes: Fakes) -> None:
    order = {"to": "+55 11 98888-0001", "always": {"code": 131026}}
    await fakes.post("meta/script", order)
    assert code_of(await fakes.send(alert(ANA))) == 131026
    await fakes.sent(BIA)
    assert code_of(await fakes.send(alert(ANA))) == 131026
    await fakes.client.delete("/_fake/meta/script")
    await fakes.sent(ANA)


async def test_a_step_can_wait_for_one_template(fakes: Fakes) -> None:
    order = {"template": "noc_alerta_critico", "next": [{"code": 132015}]}
    await fakes.post("meta/script", order)
    await fakes.post("meta/inbound", {"from": BIA})
    assert (await fakes.send(free_text(BIA))).status_code == 200
    assert code_of(await fakes.send(alert(ANA))) == 132015
    await fakes.sent(ANA)


async def test_health_calls_have_a_script_of_their_own(fakes: Fakes) -> None:
    await fakes.post("meta/script", {"call": "health", "next": [{"code": 2}]})
    await fakes.sent()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    path = f"/v26.0/{NUMBER}?fields=quality_rating"
    assert (await fakes.client.get(path, headers=headers)).status_code == 503
    assert (await fakes.client.get(path, headers=headers)).status_code == 200


async def test_dropped_before_nothing_was_accepted(fakes: Fakes) -> None:
    await fakes.post("meta/script", {"next": [{"drop": "before"}]})
    with pytest.raises(httpx.TransportError):
        await fakes.send(alert())
    assert await fakes.messages() == []
    [call] = await fakes.calls()
    assert (call["status"], call["dropped"], call["wamid"]) == (None, "before", None)


async def test_dropped_after_the_message_was_accepted_and_nobody_knows(fakes: Fakes) -> None:
    await fakes.post("meta/script", {"next": [{"drop": "after"}]})
    with pytest.raises(httpx.TransportError):
        await fakes.send(alert(biz_opaque_callback_data="m-1"))
    [message] = await fakes.messages()
    assert message["biz_opaque_callback_data"] == "m-1"
    [call] = await fakes.calls()
    assert (call["status"], call["dropped"], call["wamid"]) == (None, "after", message["wamid"])


async def test_a_hanging_call_answers_once_its_time_is_over(fakes: Fakes) -> None:
    await fakes.post("meta/script", {"next": [{"hang_s": 30}]})
    sending = asyncio.create_task(fakes.send(alert()))
    while not await fakes.messages():
        await asyncio.sleep(0)
    await fakes.advance(29)
    assert not sending.done()
    await fakes.advance(1)
    assert (await sending).status_code == 200


async def test_a_caller_that_gives_up_on_a_hanging_call_has_sent_the_message(
    fakes: Fakes,
) -> None:
    await fakes.post("meta/script", {"next": [{"hang_s": 30}]})
    with pytest.raises(httpx.ReadTimeout):
        await fakes.client.post(
            f"/v26.0/{NUMBER}/messages",
            json=alert(),
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=0.2,
        )
    assert len(await fakes.messages()) == 1


async def test_a_hang_with_an_error_accepts_nothing(fakes: Fakes) -> None:
    await fakes.post("meta/script", {"next": [{"hang_s": 5, "code": 131016}]})
    sending = asyncio.create_task(fakes.send(alert()))
    while not await fakes.calls():
        await asyncio.sleep(0)
    await fakes.advance(5)
    assert code_of(await sending) == 131016
    assert await fakes.messages() == []


@pytest.mark.parametrize(
    ("order", "word"),
    [
        ({}, "next"),
        ({"next": [{"cod": 1}]}, "cod"),
        ({"next": [{"code": 424242}]}, "424242"),
        ({"next": [{"code": True}]}, "code"),
        ({"next": [{"drop": "during"}]}, "drop"),
        ({"next": [{"hang_s": -1}]}, "hang_s"),
        ({"next": [{"times": 0}]}, "times"),
        ({"next": "131026"}, "next"),
        ({"next": [{"delivery": {"order": "random"}}]}, "order"),
        ({"always": {}, "call": "other"}, "call"),
        ({"always": {}, "recipient": ANA}, "recipient"),
    ],
)
async def test_a_script_that_makes_no_sense_is_refused_by_name(
    fakes: Fakes, order: dict[str, object], word: str
) -> None:
    answer = await fakes.client.post("/_fake/meta/script", json=order)
    assert answer.status_code == 422
    assert word in answer.json()["error"]
    await fakes.sent()
