"""The senders against the fakes: what is sent, and what each failure means for the message."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from dev.fakes.app import make_app
from tests.dev.running_fakes import ANA, NUMBER, SETTINGS, TOKEN, Fakes, fresh_fakes, serving
from tests.workers.serving import free_socket
from tests.workers.telling import ALERT_ID, EVERY, message
from workers.model import Receipt
from workers.rpc import open_http
from workers.senders.email import EmailSender, MailServer
from workers.senders.meta import MetaAccount, MetaClient
from workers.senders.whatsapp import WhatsAppSender

WEB = "http://localhost:3000"
MAIL = SETTINGS.mail


@pytest.fixture(scope="module")
def fakes_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("fakes")
    with serving(make_app(folder / "scenario.json", SETTINGS)) as url:
        yield url


@pytest.fixture
async def fakes(fakes_url: str) -> AsyncIterator[Fakes]:
    async with fresh_fakes(fakes_url) as found:
        yield found


@pytest.fixture
def mailer(fakes: Fakes) -> EmailSender:
    url = f"smtp://{MAIL.user}:{MAIL.password.replace(' ', '%20')}@127.0.0.1:{fakes.smtp_port}"
    return EmailSender(MailServer.of(url, "NOC <noc@noc.test>"), WEB, timeout_s=2.0)


@pytest.fixture
async def phone(fakes: Fakes, fakes_url: str) -> AsyncIterator[WhatsAppSender]:
    async with open_http("notify", timeout_s=1.0) as http:
        account = MetaAccount(fakes_url, "v26.0", NUMBER, TOKEN)
        yield WhatsAppSender(MetaClient(account, http), WEB)


# Mail


async def test_a_mail_arrives_in_both_forms_under_its_own_id(
    fakes: Fakes, mailer: EmailSender
) -> None:
    asked = message()
    assert await mailer.send(asked) == Receipt("sent")
    (mail,) = await fakes.mails()
    assert mail["message_id"] == f"<{asked.notification_id}@noc.test>"
    assert mail["recipients"] == ["ana@empresa.test"]
    assert mail["subject"] == "[NOC] Crítico · Omie lento · Padaria Três Marias"
    assert (mail["has_text"], mail["has_html"]) == (True, True)
    detail = await fakes.get(f"mail/messages/{mail['id']}")
    assert detail["receptions"][0]["user"] == MAIL.user
    assert f"<alert.{ALERT_ID}@noc.test>" in dict(detail["headers"])["References"]


async def test_a_repeat_is_the_same_mail_to_the_letter(fakes: Fakes, mailer: EmailSender) -> None:
    for _ in range(3):
        for asked in EVERY:
            await mailer.send(asked)
    mails = await fakes.mails()
    assert len(mails) == len(EVERY)
    assert {(mail["received"], mail["distinct"]) for mail in mails} == {(3, 1)}


@pytest.mark.parametrize(
    ("step", "outcome", "reason"),
    [
        ({"stage": "connect", "code": 421}, "retry", "smtp_421"),
        ({"stage": "connect", "drop": "before"}, "retry", "unreachable"),
        ({"stage": "auth", "code": 535}, "refused", "auth_invalid"),
        ({"stage": "auth", "code": 454}, "retry", "smtp_454"),
        ({"stage": "mail", "code": 552}, "refused", "smtp_552"),
        ({"stage": "rcpt", "code": 421}, "retry", "smtp_421"),
        ({"stage": "rcpt", "code": 450}, "retry", "rcpt_450"),
        ({"stage": "rcpt", "code": 452}, "retry", "rcpt_452"),
        ({"stage": "rcpt", "code": 550}, "bad_address", "smtp_550"),
        ({"stage": "rcpt", "code": 551}, "bad_address", "smtp_551"),
        ({"stage": "rcpt", "code": 553}, "bad_address", "smtp_553"),
        ({"stage": "rcpt", "code": 554}, "refused", "smtp_554"),
        ({"stage": "rcpt", "drop": "before"}, "retry", "unreachable"),
        ({"stage": "rcpt", "hang_s": 3}, "retry", "timeout"),
        ({"stage": "data", "code": 451}, "retry", "smtp_451"),
        ({"stage": "data", "code": 550}, "refused", "smtp_550"),
        ({"stage": "data", "drop": "before"}, "ambiguous", "no_answer"),
        ({"stage": "data", "drop": "after"}, "ambiguous", "no_answer"),
        ({"stage": "data", "hang_s": 3}, "ambiguous", "no_answer"),
    ],
)
async def test_what_a_failure_of_smtp_means(
    fakes: Fakes, mailer: EmailSender, step: dict[str, Any], outcome: str, reason: str
) -> None:
    await fakes.post("clock", {"real": True})
    await fakes.post("mail/script", {"always": step})
    receipt = await mailer.send(message())
    assert (receipt.outcome, receipt.reason) == (outcome, reason)


async def test_a_server_that_is_away_is_asked_again_later() -> None:
    with free_socket() as listener:
        port = listener.getsockname()[1]
    server = MailServer.of(f"smtp://127.0.0.1:{port}", "NOC <noc@noc.test>")
    receipt = await EmailSender(server, WEB, timeout_s=2.0).send(message())
    assert receipt == Receipt("retry", "unreachable")


async def test_beyond_this_machine_mail_is_never_sent_in_clear(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sink's certificate is nobody's: encryption is asked for, and it is not trusted."""
    monkeypatch.setattr("workers.senders.email.LOOPBACK", ())
    url = f"smtp://127.0.0.1:{fakes.smtp_port}"
    sender = EmailSender(MailServer.of(url, "NOC <noc@noc.test>"), WEB, timeout_s=2.0)
    receipt = await sender.send(message())
    assert receipt.outcome == "retry"
    assert await fakes.mails() == []


# WhatsApp


async def test_every_message_fits_its_template(fakes: Fakes, phone: WhatsAppSender) -> None:
    for language in ("pt-BR", "en"):
        for one in EVERY:
            await fakes.advance(10)
            asked = message(one.event, "whatsapp", facts=dict(one.facts), language=language)
            receipt = await phone.send(asked)
            assert receipt.outcome == "sent", (one.event, language, receipt)
            sent = (await fakes.messages())[-1]
            assert sent["wamid"] == receipt.provider_ref
    assert len(await fakes.messages()) == 2 * len(EVERY)


async def test_an_alert_says_the_same_as_the_mail_and_leads_to_it(
    fakes: Fakes, phone: WhatsAppSender
) -> None:
    asked = message(channel="whatsapp")
    await phone.send(asked)
    (call,) = await fakes.calls()
    assert call["body"]["to"] == ANA
    assert call["body"]["biz_opaque_callback_data"] == asked.notification_id
    (sent,) = await fakes.messages()
    assert "*Crítico*: Omie lento" in sent["body"]
    assert sent["button_url"] == f"http://localhost:3000/noc/?alert={ALERT_ID}"


@pytest.mark.parametrize(
    ("code", "outcome", "reason"),
    [
        (190, "refused", "auth_invalid"),
        (0, "refused", "auth_invalid"),
        (10, "refused", "permission"),
        (200, "refused", "permission"),
        (4, "retry", "rate_limited"),
        (130429, "retry", "rate_limited"),
        (131056, "retry", "pair_rate"),
        (131048, "refused", "spam_limit"),
        (131049, "refused", "not_delivered_by_meta"),
        (131026, "bad_address", "undeliverable"),
        (131050, "bad_address", "opted_out"),
        (131042, "refused", "billing"),
        (368, "refused", "account_locked"),
        (133010, "refused", "config_invalid"),
        (131057, "retry", "maintenance"),
        (131000, "retry", "provider_5xx"),
        (2, "retry", "provider_5xx"),
        (132001, "refused", "template"),
        (132015, "refused", "template"),
        (132000, "refused", "config_invalid"),
        (100, "refused", "config_invalid"),
    ],
)
async def test_what_an_error_of_meta_means(
    fakes: Fakes, phone: WhatsAppSender, code: int, outcome: str, reason: str
) -> None:
    await fakes.post("meta/script", {"next": [{"code": code}]})
    receipt = await phone.send(message(channel="whatsapp"))
    assert (receipt.outcome, receipt.reason) == (outcome, reason)


@pytest.mark.parametrize("step", [{"drop": "before"}, {"drop": "after"}, {"hang_s": 2}])
async def test_what_was_cut_off_may_have_arrived(
    fakes: Fakes, phone: WhatsAppSender, step: dict[str, Any]
) -> None:
    await fakes.post("clock", {"real": True})
    await fakes.post("meta/script", {"next": [step]})
    receipt = await phone.send(message(channel="whatsapp"))
    assert receipt == Receipt("ambiguous", "no_answer")


async def test_a_provider_that_is_away_was_sent_nothing() -> None:
    with free_socket() as listener:
        port = listener.getsockname()[1]
    async with open_http("notify", timeout_s=1.0) as http:
        account = MetaAccount(f"http://127.0.0.1:{port}", "v26.0", NUMBER, TOKEN)
        receipt = await WhatsAppSender(MetaClient(account, http), WEB).send(
            message(channel="whatsapp")
        )
    assert receipt == Receipt("retry", "unreachable")


@pytest.mark.parametrize(
    ("status", "headers", "body", "receipt"),
    [
        (429, {"retry-after": "90"}, "", Receipt("retry", "rate_limited", retry_after_s=90)),
        (502, {}, "<html>", Receipt("ambiguous", "unreadable")),
        (200, {}, "{}", Receipt("ambiguous", "unreadable")),
        (404, {}, "nothing here", Receipt("refused", "config_invalid")),
    ],
)
async def test_an_answer_that_is_not_metas(
    status: int, headers: dict[str, str], body: str, receipt: Receipt
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=headers, text=body)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        account = MetaAccount("https://meta.test", "v26.0", NUMBER, TOKEN)
        found = await WhatsAppSender(MetaClient(account, http), WEB).send(
            message(channel="whatsapp")
        )
    assert found == receipt
