"""Sending through the fake WhatsApp API: what it takes, what it refuses, how fast, how far."""

import json
from typing import Any

import httpx
import pytest

from dev.fakes.meta.limits import PER_SECOND
from tests.dev.running_fakes import (
    ANA,
    BIA,
    NUMBER,
    OTHER_NUMBER,
    TOKEN,
    Fakes,
    Json,
    alert,
    free_text,
)


def code_of(answer: httpx.Response) -> int:
    code: int = answer.json()["error"]["code"]
    return code


async def test_a_template_message_is_accepted_under_a_new_id(fakes: Fakes) -> None:
    answer = await fakes.send(alert("+55 (11) 98888-0001"))
    assert answer.status_code == 200
    body = answer.json()
    assert body["messaging_product"] == "whatsapp"
    assert body["contacts"][0]["input"] == "+55 (11) 98888-0001"
    assert body["contacts"][0]["wa_id"] == ANA
    assert body["messages"][0]["id"].startswith("wamid.")
    assert body["messages"][0]["message_status"] == "accepted"
    [message] = await fakes.messages()
    assert message["body"] == "Alerta crítico: *Omie* está fora.\n\nAbra o NOC para agir."
    assert message["state"] == "accepted"


async def test_two_equal_sends_are_two_messages(fakes: Fakes) -> None:
    first = await fakes.sent(biz_opaque_callback_data="m-1")
    await fakes.advance(6)
    second = await fakes.sent(biz_opaque_callback_data="m-1")
    assert first != second
    assert [one["wamid"] for one in await fakes.messages()] == [first, second]


def without(name: str) -> Json:
    return {key: value for key, value in alert().items() if key != name}


def template(**changes: Any) -> Json:
    body = alert()
    body["template"] = {**body["template"], **changes}
    return body


def parameter(value: Any) -> Json:
    parts = [value, {"type": "text", "text": "fora"}]
    return template(components=[{"type": "body", "parameters": parts}])


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (without("messaging_product"), 100, 400),
        ({**alert(), "messaging_product": "sms"}, 100, 400),
        (without("to"), 100, 400),
        ({**alert(), "to": "Ana"}, 131009, 400),
        ({**alert(), "to": "123456"}, 131009, 400),
        ({**alert(), "recipient_type": "crowd"}, 100, 400),
        ({**alert(), "type": "image"}, 131051, 400),
        (without("template"), 100, 400),
        (template(name=""), 100, 400),
        (template(language={}), 100, 400),
        (template(name="noc_inexistente"), 132001, 404),
        (template(language={"code": "en_US"}), 132001, 404),
        (template(name="noc_pausado"), 132015, 400),
        (template(name="noc_desativado"), 132016, 400),
        (template(components="body"), 131009, 400),
        (template(components=[]), 132000, 400),
        (alert(texts=("Omie",)), 132000, 400),
        (alert(texts=("Omie", "fora", "mais")), 132000, 400),
        (
            template(components=[{"type": "carousel"}, *alert()["template"]["components"]]),
            132012,
            400,
        ),
        (parameter({"type": "currency"}), 132012, 400),
        (parameter({"type": "text"}), 131008, 400),
        (parameter({"type": "text", "text": ""}), 131008, 400),
        (parameter({"type": "text", "text": "duas\nlinhas"}), 132018, 400),
        (parameter({"type": "text", "text": "um\ttab"}), 132018, 400),
        (parameter({"type": "text", "text": "cinco     espaços"}), 132018, 400),
        (parameter({"type": "text", "text": "x" * 1024}), 132005, 400),
        ({**alert(), "biz_opaque_callback_data": "x" * 513}, 100, 400),
    ],
)
async def test_a_wrong_request_is_refused_with_metas_code(
    fakes: Fakes, body: Json, code: int, status: int
) -> None:
    answer = await fakes.send(body)
    assert (code_of(answer), answer.status_code) == (code, status)
    assert await fakes.messages() == []


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"text"', b"\xff"])
async def test_a_body_that_is_no_json_object_is_refused(fakes: Fakes, raw: bytes) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = await fakes.client.post(f"/v26.0/{NUMBER}/messages", content=raw, headers=headers)
    assert (code_of(answer), answer.status_code) == (100, 400)


@pytest.mark.parametrize(
    "body",
    [
        parameter({"type": "text", "text": "quatro    espaços"}),
        {**alert(), "biz_opaque_callback_data": "x" * 512},
        {**alert(), "to": "1234567"},
        {key: value for key, value in alert().items() if key != "recipient_type"},
    ],
)
async def test_what_just_keeps_a_limit_is_taken(fakes: Fakes, body: Json) -> None:
    assert (await fakes.send(body)).status_code == 200


async def test_a_wrong_token_is_a_401_of_code_190(fakes: Fakes) -> None:
    answer = await fakes.send(alert(), token="another")
    assert (code_of(answer), answer.status_code) == (190, 401)
    assert answer.json()["error"]["type"] == "OAuthException"
    bare = await fakes.client.post(f"/v26.0/{NUMBER}/messages", json=alert())
    assert (code_of(bare), bare.status_code) == (190, 401)


async def test_an_unknown_number_does_not_exist(fakes: Fakes) -> None:
    answer = await fakes.send(alert(), number="999")
    assert (code_of(answer), answer.status_code) == (100, 400)
    assert answer.json()["error"]["error_subcode"] == 33


@pytest.mark.parametrize(("version", "exists"), [(16, False), (17, True), (27, True), (28, False)])
async def test_a_probe_without_token_tells_whether_a_version_exists(
    fakes: Fakes, version: int, exists: bool
) -> None:
    answer = await fakes.client.get(f"/v{version}.0/me")
    assert (code_of(answer), answer.status_code) == (2500, 400)
    message = answer.json()["error"]["message"]
    assert message.startswith("An active access token must be used") is exists
    assert message.startswith("Unknown path components") is not exists


async def test_a_header_and_a_button_are_filled_in(fakes: Fakes) -> None:
    texts = ("Fora", "Omie sem resposta", "Todas", "09:14", "97 %")
    body = alert()
    body["template"] = {
        "name": "noc_alerta",
        "language": {"code": "pt_BR"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": one} for one in texts]},
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": [{"type": "text", "text": "?alert=7"}],
            },
        ],
    }
    assert (await fakes.send(body)).status_code == 200
    [message] = await fakes.messages()
    assert message["header"] == "NOC"
    assert message["body"].startswith("*Fora*: Omie sem resposta\nEmpresa: Todas\nDesde: 09:14")
    assert message["button_url"] == "http://localhost:3000/?alert=7"


async def test_named_parameters_are_matched_by_name(fakes: Fakes) -> None:
    await fakes.post("meta/templates", {"name": "nomes", "body": "De {{from}} para {{to}}."})
    named = [
        {"type": "text", "parameter_name": "to", "text": "B"},
        {"type": "text", "parameter_name": "from", "text": "A"},
    ]
    components = [{"type": "body", "parameters": named}]
    assert (await fakes.send(template(name="nomes", components=components))).status_code == 200
    assert (await fakes.messages())[0]["body"] == "De A para B."
    named[0]["parameter_name"] = "outro"
    await fakes.advance(6)
    assert code_of(await fakes.send(template(name="nomes", components=components))) == 132012


async def test_a_parameter_that_looks_like_a_placeholder_stays_as_it_is(fakes: Fakes) -> None:
    await fakes.send(alert(texts=("{{2}}", "fora")))
    assert "*{{2}}* está fora" in (await fakes.messages())[0]["body"]


async def test_one_person_hears_from_a_number_every_six_seconds_at_most(fakes: Fakes) -> None:
    await fakes.sent(ANA)
    await fakes.sent(BIA)
    assert (await fakes.send(alert(ANA), number=OTHER_NUMBER)).status_code == 200
    await fakes.advance(5.999)
    answer = await fakes.send(alert(ANA))
    assert (code_of(answer), answer.status_code) == (131056, 400)
    await fakes.advance(0.001)
    await fakes.sent(ANA)


async def test_a_number_sends_eighty_messages_a_second_at_most(fakes: Fakes) -> None:
    for index in range(PER_SECOND):
        await fakes.sent(str(5511900000000 + index))
    answer = await fakes.send(alert(ANA))
    assert (code_of(answer), answer.status_code) == (130429, 400)
    assert (await fakes.send(alert(ANA), number=OTHER_NUMBER)).status_code == 200
    await fakes.advance(0.999)
    assert code_of(await fakes.send(alert(ANA))) == 130429
    await fakes.advance(0.001)
    await fakes.sent(ANA)


async def test_free_text_needs_a_word_of_the_person_within_24_hours(fakes: Fakes) -> None:
    assert code_of(await fakes.send(free_text())) == 131047
    await fakes.post("meta/inbound", {"from": ANA, "text": "Oi"})
    assert (await fakes.send(free_text())).status_code == 200
    assert code_of(await fakes.send(free_text(BIA))) == 131047
    await fakes.advance(24 * 3600 - 1)
    assert (await fakes.send(free_text())).status_code == 200
    await fakes.advance(6)
    assert code_of(await fakes.send(free_text())) == 131047


async def test_what_was_refused_does_not_count_against_a_limit(fakes: Fakes) -> None:
    assert code_of(await fakes.send(template(name="noc_inexistente"))) == 132001
    assert code_of(await fakes.send(free_text())) == 131047
    await fakes.sent(ANA)


async def test_health_says_what_was_asked_and_what_was_set(fakes: Fakes) -> None:
    path = f"/v26.0/{NUMBER}?fields=health_status,quality_rating"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = (await fakes.client.get(path, headers=headers)).json()
    assert answer["health_status"]["can_send_message"] == "AVAILABLE"
    assert (answer["quality_rating"], answer["id"]) == ("GREEN", NUMBER)
    error = {"error_code": 141006, "error_description": "payment", "possible_solution": "pay"}
    blocked = {"can_send_message": "BLOCKED", "quality_rating": "RED", "entity": "WABA"}
    await fakes.post("meta/health", {**blocked, "errors": [error]})
    answer = (await fakes.client.get(path, headers=headers)).json()
    assert answer["health_status"]["can_send_message"] == "BLOCKED"
    [waba] = [one for one in answer["health_status"]["entities"] if one["entity_type"] == "WABA"]
    assert (waba["can_send_message"], waba["errors"]) == ("BLOCKED", [error])
    assert answer["quality_rating"] == "RED"
    assert code_of(await fakes.client.get(path)) == 190


async def test_the_call_log_tells_requests_and_answers_in_sequence(fakes: Fakes) -> None:
    wamid = await fakes.sent()
    await fakes.send(alert())
    await fakes.client.get("/v26.0/me")
    first, second, third = await fakes.calls()
    assert [one["n"] for one in (first, second, third)] == [1, 2, 3]
    assert first["path"] == f"/v26.0/{NUMBER}/messages"
    assert (first["status"], first["wamid"], first["body"]) == (200, wamid, alert())
    assert first["answer"]["messages"][0]["id"] == wamid
    assert (second["status"], second["wamid"]) == (400, None)
    assert (third["method"], third["path"]) == ("GET", "/v26.0/me")
    assert TOKEN not in str(await fakes.calls())


async def test_half_a_surrogate_pair_stops_nothing(fakes: Fakes) -> None:
    raw = json.dumps(alert(texts=("\ud800", "fora")))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    path = f"/v26.0/{NUMBER}/messages"
    assert (await fakes.client.post(path, content=raw, headers=headers)).status_code == 200
    assert "\ud800" in (await fakes.messages())[0]["body"]
    assert len(await fakes.calls()) == 1


async def test_the_last_messages_can_be_asked_for(fakes: Fakes) -> None:
    await fakes.sent(ANA)
    last = await fakes.sent(BIA)
    found = await fakes.get("meta/messages?limit=1")
    assert [one["wamid"] for one in found["messages"]] == [last]
    for limit in ("0", "-1", "x", "²"):
        answer = await fakes.client.get("/_fake/meta/messages", params={"limit": limit})
        assert answer.status_code == 422


async def test_a_reset_forgets_everything(fakes: Fakes) -> None:
    await fakes.sent()
    await fakes.post("meta/script", {"always": {"code": 131000}})
    await fakes.post("meta/templates", {"name": "novo", "body": "Novo."})
    await fakes.post("meta/reset")
    assert await fakes.messages() == []
    assert await fakes.calls() == []
    await fakes.sent()
    names = [one["name"] for one in (await fakes.get("meta/templates"))["templates"]]
    assert "novo" not in names
