"""The SMTP sink: real sessions, every mail kept once per Message-ID, trouble to order."""

import asyncio
import ssl
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import pytest

from tests.dev.running_fakes import Fakes, Json

USER, PASSWORD = "noc", "a password"
ANA, BIA = "ana@example.com", "bia@example.com"
PATIENCE_S = 10.0


def mail(message_id: str = "<7.email@noc.local>", to: str = ANA, **more: str) -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = message_id
    message["From"] = "NOC <noc@noc.local>"
    message["To"] = to
    message["Subject"] = more.get("subject", "Fora: Omie não responde — açúcar")
    message["Date"] = "Tue, 24 Nov 2026 12:00:00 +0000"
    message.set_content(more.get("text", "Omie está fora desde 09:14.\n"))
    message.add_alternative(more.get("html", "<p>Omie está <b>fora</b></p>"), subtype="html")
    return message


async def deliver(fakes: Fakes, message: EmailMessage, **how: Any) -> None:
    options = {"username": USER, "password": PASSWORD, "start_tls": False, **how}
    await aiosmtplib.send(
        message, hostname="127.0.0.1", port=fakes.smtp_port, timeout=PATIENCE_S, **options
    )


async def order(fakes: Fakes, **script: Any) -> None:
    await fakes.post("mail/script", script)


async def test_a_mail_is_kept_with_all_its_parts(fakes: Fakes) -> None:
    await deliver(fakes, mail())
    [summary] = await fakes.mails()
    assert summary["message_id"] == "<7.email@noc.local>"
    assert summary["subject"] == "Fora: Omie não responde — açúcar"
    assert (summary["from"], summary["to"]) == ("NOC <noc@noc.local>", ANA)
    assert summary["first_at"] == "2026-11-24T12:00:00+00:00"
    assert summary["received"] == 1
    found = await fakes.get(f"mail/messages/{summary['id']}")
    assert found["text"].strip() == "Omie está fora desde 09:14."
    assert ["Message-ID", "<7.email@noc.local>"] in found["headers"]
    [reception] = found["receptions"]
    assert (reception["rcpt_tos"], reception["user"]) == ([ANA], USER)
    assert reception["encrypted"] is False
    html = await fakes.client.get(f"/_fake/mail/messages/{summary['id']}/html")
    assert "<p>Omie está <b>fora</b></p>" in html.text
    raw = await fakes.client.get(f"/_fake/mail/messages/{summary['id']}/raw")
    assert "Message-ID: <7.email@noc.local>" in raw.text


async def test_the_same_message_id_is_one_mail_that_came_twice(fakes: Fakes) -> None:
    await deliver(fakes, mail())
    await fakes.advance(60)
    await deliver(fakes, mail())
    await deliver(fakes, mail("<8.email@noc.local>"))
    newer, older = sorted(await fakes.mails(), key=lambda one: one["message_id"], reverse=True)
    assert (older["received"], older["distinct"], newer["received"]) == (2, 1, 1)
    assert (older["first_at"], older["last_at"]) == (
        "2026-11-24T12:00:00+00:00",
        "2026-11-24T12:01:00+00:00",
    )


async def test_other_words_under_the_same_message_id_are_noticed(fakes: Fakes) -> None:
    await deliver(fakes, mail())
    await deliver(fakes, mail(subject="Outro assunto"))
    [found] = await fakes.mails()
    assert (found["received"], found["distinct"]) == (2, 2)


async def test_mails_without_message_id_are_never_the_same(fakes: Fakes) -> None:
    bare = b"From: noc@noc.local\r\nTo: ana@example.com\r\nSubject: x\r\n\r\ntext\r\n"
    async with session(fakes) as smtp:
        await smtp.sendmail("noc@noc.local", [ANA], bare)
        await smtp.sendmail("noc@noc.local", [ANA], bare)
    assert [one["message_id"] for one in await fakes.mails()] == [None, None]


def session(fakes: Fakes, **options: Any) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname="127.0.0.1",
        port=fakes.smtp_port,
        timeout=PATIENCE_S,
        **{"username": USER, "password": PASSWORD, "start_tls": False, **options},
    )


async def test_a_probe_greets_signs_in_and_leaves_without_a_mail(fakes: Fakes) -> None:
    async with session(fakes) as smtp:
        assert (await smtp.ehlo()).code == 250
        assert smtp.supports_extension("starttls")
        assert (await smtp.noop()).code == 250
        assert (await smtp.quit()).code == 221
    assert await fakes.mails() == []


@pytest.mark.parametrize("login", [("noc", "wrong"), ("other", PASSWORD), ("noc", "")])
async def test_only_the_configured_user_may_enter(fakes: Fakes, login: tuple[str, str]) -> None:
    with pytest.raises(aiosmtplib.SMTPAuthenticationError) as refusal:
        await deliver(fakes, mail(), username=login[0], password=login[1])
    assert refusal.value.code == 535


async def test_nobody_sends_without_signing_in(fakes: Fakes) -> None:
    with pytest.raises(aiosmtplib.SMTPException) as refusal:
        await deliver(fakes, mail(), username=None, password=None)
    assert "530" in str(refusal.value)
    assert await fakes.mails() == []


async def test_starttls_encrypts_with_a_certificate_that_can_be_checked(fakes: Fakes) -> None:
    pem = (await fakes.client.get("/_fake/mail/certificate")).text
    trusting = ssl.create_default_context(cadata=pem)
    await deliver(fakes, mail(), start_tls=True, tls_context=trusting)
    [summary] = await fakes.mails()
    found = await fakes.get(f"mail/messages/{summary['id']}")
    assert found["receptions"][0]["encrypted"] is True


async def test_a_stranger_to_the_certificate_does_not_go_on(fakes: Fakes) -> None:
    context = ssl.create_default_context()
    with pytest.raises(ssl.SSLCertVerificationError):
        await deliver(fakes, mail(), start_tls=True, tls_context=context)
    assert await fakes.mails() == []


@pytest.mark.parametrize("code", [421, 450, 451, 452, 550, 552, 554])
async def test_an_answer_to_the_data_can_be_ordered(fakes: Fakes, code: int) -> None:
    await order(fakes, next=[{"code": code, "stage": "data", "times": 2}])
    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPDataError) as refusal:
            await deliver(fakes, mail())
        assert refusal.value.code == code
    assert await fakes.mails() == []
    await deliver(fakes, mail())
    assert len(await fakes.mails()) == 1


@pytest.mark.parametrize("code", [450, 550, 551, 553])
async def test_one_recipient_can_be_refused_for_good(fakes: Fakes, code: int) -> None:
    await order(fakes, to="BIA@example.com", always={"code": code})
    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refusal:
            await deliver(fakes, mail(to=BIA))
        assert refusal.value.recipients[0].code == code
    await deliver(fakes, mail(to=ANA))
    await deliver(fakes, mail("<9@noc.local>", to=f"{ANA}, {BIA}"))
    assert {tuple(one["recipients"]) for one in await fakes.mails()} == {(ANA,)}


@pytest.mark.parametrize("code", [535, 534, 454])
async def test_signing_in_can_be_refused_to_order(fakes: Fakes, code: int) -> None:
    await order(fakes, next=[{"code": code}])
    with pytest.raises(aiosmtplib.SMTPAuthenticationError) as refusal:
        await deliver(fakes, mail())
    assert refusal.value.code == code


async def test_the_server_can_be_closed_for_business(fakes: Fakes) -> None:
    await order(fakes, next=[{"code": 421}])
    with pytest.raises(aiosmtplib.SMTPConnectError) as refusal:
        await deliver(fakes, mail())
    assert "421" in str(refusal.value)
    await deliver(fakes, mail())


async def test_dropped_before_the_mail_is_not_kept(fakes: Fakes) -> None:
    await order(fakes, next=[{"drop": "before"}])
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await deliver(fakes, mail())
    assert await fakes.mails() == []


async def test_dropped_after_the_mail_is_kept_and_the_sender_does_not_know(fakes: Fakes) -> None:
    await order(fakes, next=[{"drop": "after"}])
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await deliver(fakes, mail())
    assert [one["received"] for one in await fakes.mails()] == [1]
    await deliver(fakes, mail())
    assert [one["received"] for one in await fakes.mails()] == [2]


@pytest.mark.parametrize("stage", ["connect", "auth", "mail", "rcpt", "data"])
async def test_the_connection_can_be_cut_at_any_stage(fakes: Fakes, stage: str) -> None:
    await order(fakes, next=[{"drop": "before", "stage": stage}])
    with pytest.raises(aiosmtplib.SMTPException):
        await deliver(fakes, mail())
    await deliver(fakes, mail())
    assert [one["received"] for one in await fakes.mails()] == [1]


async def test_a_hanging_session_goes_on_once_its_time_is_over(fakes: Fakes) -> None:
    await order(fakes, next=[{"hang_s": 30, "stage": "data"}])
    sending = asyncio.create_task(deliver(fakes, mail()))
    while (await fakes.get("mail/script"))["waiting"]:
        await asyncio.sleep(0)
    await fakes.advance(29)
    assert await fakes.mails() == []
    assert not sending.done()
    await fakes.advance(1)
    await sending
    assert len(await fakes.mails()) == 1


async def test_a_sender_that_gives_up_leaves_nothing_behind(fakes: Fakes) -> None:
    await order(fakes, next=[{"hang_s": 30, "stage": "data"}])
    with pytest.raises(aiosmtplib.SMTPTimeoutError):
        await aiosmtplib.send(
            mail(),
            hostname="127.0.0.1",
            port=fakes.smtp_port,
            username=USER,
            password=PASSWORD,
            start_tls=False,
            timeout=0.3,
        )
    await fakes.advance(30)
    assert await fakes.mails() == []


async def test_a_reset_forgets_mails_and_script(fakes: Fakes) -> None:
    await deliver(fakes, mail())
    await order(fakes, always={"code": 451})
    await fakes.post("mail/reset")
    assert await fakes.mails() == []
    await deliver(fakes, mail())


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ({}, "next"),
        ({"next": [{"code": 250}]}, "code"),
        ({"next": [{"code": "550"}]}, "code"),
        ({"next": [{"stage": "helo"}]}, "stage"),
        ({"next": [{"drop": "after", "stage": "rcpt"}]}, "drop"),
        ({"to": ANA, "next": [{"code": 451, "stage": "data"}]}, "to"),
        ({"next": [{"code": 451}], "recipient": ANA}, "recipient"),
    ],
)
async def test_a_script_that_makes_no_sense_is_refused_by_name(
    fakes: Fakes, script: Json, word: str
) -> None:
    answer = await fakes.client.post("/_fake/mail/script", json=script)
    assert answer.status_code == 422
    assert word in answer.json()["error"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"Subject: =?utf-8?b?!!!?=\r\nTo: =?nonsense?q?=E9?=\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n",
        b"Content-Type: text/html; charset=no-such\r\n\r\n<p>\xe9</p>",
        b"Content-Transfer-Encoding: base64\r\nContent-Type: text/plain\r\n\r\n!!",
        b"\xff\xfe: \xff\r\nMessage-ID: \xff\r\n\r\n\xff",
        b"Subject: a\r\n b\r\nSubject: two\r\n\r\nx",
        b"Subject: =?utf-8?b?x?=\r\n\r\nx",
        b"Content-Type: text/plain; charset=unicode_escape\r\n\r\n\\ud800",
    ],
)
async def test_a_broken_mail_is_kept_and_shown(fakes: Fakes, raw: bytes) -> None:
    async with session(fakes) as smtp:
        await smtp.sendmail("noc@noc.local", [ANA], raw)
    [summary] = await fakes.mails()
    answer = await fakes.client.get(f"/_fake/mail/messages/{summary['id']}")
    assert answer.status_code == 200
