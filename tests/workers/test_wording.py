"""What recipients read: who, what, since when, how bad, and where to look; twice the same."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dev.stack.paths import ROOT
from tests.workers.telling import ALERT_ID, ANCHOR, CLOSED, ENDS, EVERY, GROUP, RULES, message
from workers import formats
from workers.senders.mail_body import html, plain
from workers.senders.whatsapp import body_of
from workers.wording import notice_of
from workers.words import ENGLISH, LANGUAGES, PORTUGUESE, Words

WEB = "https://noc.example.com"


def told(event: str = "opened", **changes: Any) -> str:
    """Subject and plain text of a mail."""
    notice = notice_of(message(event, **changes), WEB)
    return f"{notice.subject}\n{plain(notice)}"


def test_an_alert_says_what_where_since_when_how_bad_and_where_to_look() -> None:
    text = told()
    assert text.startswith("[NOC] Crítico · Omie lento · Padaria Três Marias\n")
    assert "Desde: 24/11 11:33 BRT" in text
    assert "Medido: 2.134 ms (limite 2.000 ms)" in text
    assert "Há: 27 min" in text
    assert f"{WEB}/noc/?alert={ALERT_ID}" in text


def test_the_same_in_english() -> None:
    text = told(language="en")
    assert text.startswith("[NOC] Critical · Omie slow · Padaria Três Marias\n")
    assert "Measured: 2,134 ms (limit 2,000 ms)" in text
    assert "Since: 24/11 11:33 BRT" in text


@pytest.mark.parametrize(
    ("event", "facts", "said"),
    [
        ("reopened", {"reopen_count": 1}, "Reabriu (2ª) · Crítico"),
        ("severity_up", {}, "Piorou · Crítico"),
        ("reminder", {"severity": "warning"}, "Continua · Atenção"),
        ("escalation", {}, "Sem resposta · Crítico"),
        ("flapping", {}, "até estabilizar"),
        ("closed", CLOSED, "Durou: 1 h 12 min"),
        ("closed", CLOSED, "Pior valor: 3.412 ms (média 2.210 ms)"),
        ("closed", CLOSED | {"close_reason": "manual", "by": "bia@x.test"}, "por: bia@x.test"),
        ("closed", CLOSED | {"close_reason": "manual"}, "Encerrado por: um operador"),
        ("closed", CLOSED | {"close_reason": "withdrawn"}, "não existe mais"),
        ("opened", {"unit": "ratio", "value": 0.125, "threshold": 0.1}, "12,5 % (limite 10 %)"),
        ("opened", {"unit": "status", "value": 2, "threshold": 1}, "Medido: fora do ar\n"),
        ("opened", {"unit": "seconds", "value": 65, "threshold": 60}, "1 min (limite 1 min)"),
        ("opened", {"company_name": None}, "Empresa: todas (provedor ou plataforma)"),
        ("opened", {"code": "own_rule"}, "Omie · Own rule"),
        ("opened", {"code": "worker_silent", "service": None}, "Worker do NOC sem sinal"),
    ],
)
def test_each_event_says_its_own(event: str, facts: dict[str, Any], said: str) -> None:
    assert said in told(event, facts=facts)


def test_what_has_no_figure_has_no_worst() -> None:
    status = {"unit": "status", "worst_value": None, "mean_value": None}
    assert "Pior valor" not in told("closed", facts=CLOSED | status)


def test_a_group_names_each_company_with_what_was_measured_there() -> None:
    text = told("group", facts=GROUP)
    assert text.startswith("[NOC] Atenção · 3 empresas: Omie lento\n")
    assert "Padaria Três Marias: 1.840 ms (limite 1.200 ms)" in text
    assert "Farmácia Ipê Amarelo: 1.500 ms (limite 1.200 ms)" in text
    assert "e mais 1: veja no NOC" in text
    assert f"{WEB}/noc/?service=omie" in text


def test_a_group_of_one_company_names_its_rules() -> None:
    text = told("group", facts=RULES)
    assert text.startswith("[NOC] Atenção · Omie: 2 alertas · Padaria Três Marias\n")
    assert "Omie lento: 2.134 ms (limite 2.000 ms)" in text
    assert "Omie com erros: 20 % (limite 10 %)" in text


def test_the_end_of_a_group_says_how_long_each_lasted() -> None:
    text = told("group", facts=ENDS)
    assert text.startswith("[NOC] Normalizado · 3 empresas: Omie lento\n")
    assert "Padaria Três Marias: Durou 1 h 12 min" in text
    assert "Nenhuma ação é necessária." in text


def test_a_group_goes_by_whatsapp_as_a_summary_that_leads_to_its_service() -> None:
    asked = message("group", "whatsapp", facts=GROUP)
    template = body_of(asked, notice_of(asked, WEB))["template"]
    body, button = (part["parameters"] for part in template["components"])
    assert template["name"] == "noc_resumo"
    assert [one["text"] for one in body] == ["Atenção", "3 empresas: Omie lento"]
    assert button[0]["text"] == "noc/?service=omie"


@pytest.mark.parametrize(
    ("language", "title", "company"),
    [
        ("pt-BR", "Problema em investigação", "Padaria Três Marias"),
        ("en", "A problem is being looked into", "Padaria Três Marias"),
    ],
)
def test_what_an_operator_says_goes_by_whatsapp_with_its_company(
    language: str, title: str, company: str
) -> None:
    facts = {"template": "under_investigation", "company_name": company}
    asked = message("notice", "whatsapp", language=language, facts=facts)
    template = body_of(asked, notice_of(asked, WEB))["template"]
    body, button = (part["parameters"] for part in template["components"])
    assert template["name"] == "noc_comunicado"
    assert [one["text"] for one in body] == [title, company]
    assert button[0]["text"] == "noc/"


def test_an_anchor_holds_the_line_that_the_verifier_reads() -> None:
    text = plain(notice_of(message("anchor", facts=ANCHOR), WEB))
    assert '"heads": [{"chain": "*", "seq": 7, "hash": "9f86d0"}]}' in text


def test_every_message_has_words_in_every_language_and_says_twice_the_same() -> None:
    for one in EVERY:
        for language in LANGUAGES:
            asked = message(one.event, facts=dict(one.facts), language=language)
            first, second = notice_of(asked, WEB), notice_of(asked, WEB)
            assert (plain(first), html(first)) == (plain(second), html(second))
            assert body_of(asked, first)["biz_opaque_callback_data"] == asked.notification_id
            assert "{" not in plain(first)


def test_both_languages_have_the_same_words() -> None:
    for part in ("severities", "services", "rules", "events", "texts"):
        assert getattr(PORTUGUESE, part).keys() == getattr(ENGLISH, part).keys()


def test_what_strangers_named_is_shown_and_not_obeyed() -> None:
    name = "<img src=x onerror=alert(1)>\n\t      Bcc: x@y.z"
    notice = notice_of(message(facts={"company_name": name}), WEB)
    assert "<img" not in html(notice)
    parameters = body_of(message(facts={"company_name": name}), notice)["template"]["components"][0]
    for one in parameters["parameters"]:
        assert "\n" not in one["text"]
        assert "     " not in one["text"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (3720, "1 h 2 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_lengths_of_time(seconds: float, text: str) -> None:
    assert formats.length(seconds) == text


@pytest.mark.parametrize(("words", "code"), [(PORTUGUESE, "pt"), (ENGLISH, "en")])
def test_the_page_shows_a_notice_as_it_will_arrive(words: Words, code: str) -> None:
    page = (ROOT / f"web/lib/noc/words-actions-{code}.ts").read_text()
    shown = dict(re.findall(r'"action\.template\.(\w+)": "([^"]+)"', page))
    for template in ("under_investigation", "mitigated", "resolved"):
        assert shown[template] == words.texts[f"notice_{template}"]
