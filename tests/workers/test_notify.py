"""The notifier: begin before the send, settle after it, nothing twice, nothing in a log."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from tests.workers.conftest import Platform
from tests.workers.telling import row
from workers.lease import Terms
from workers.model import Message, Receipt
from workers.notify import Notify
from workers.senders import Senders

SETTLE = "/rest/v1/rpc/noc_settle_notification"
BEGIN = "/rest/v1/rpc/noc_begin_notification"
AWAY: tuple[int, dict[str, Any], dict[str, str]] = (
    503,
    {"code": "PGRST002", "message": "no", "details": None, "hint": None},
    {},
)


class Recorder:
    """A channel that remembers what it sent."""

    def __init__(self, *receipts: Receipt | Exception) -> None:
        self.sent: list[Message] = []
        self.receipts = list(receipts)

    async def send(self, message: Message) -> Receipt:
        self.sent.append(message)
        answer = self.receipts.pop(0) if self.receipts else Receipt("sent", provider_ref="ref")
        if isinstance(answer, Exception):
            raise answer
        return answer


def notifier(platform: Platform, **senders: Any) -> Notify:
    channels: Senders = senders
    return Notify(platform.rpc, channels, "notify@here")


async def settled(worker: Notify) -> None:
    """Steps until nothing is running."""
    for _ in range(100):
        await worker.step()
        if not worker.status()["running"] and not worker.status()["unsettled"]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(worker.status())


async def test_a_message_is_begun_sent_and_settled(platform: Platform) -> None:
    platform.fake.untold = [row()]
    mail = Recorder()
    worker = notifier(platform, email=mail)
    assert await worker.step() == 1
    await settled(worker)
    assert len(mail.sent) == 1
    (told,) = platform.fake.told
    assert (told["outcome"], told["provider_ref"], told["fence"]) == ("sent", "ref", 1)
    asked = platform.fake.of("noc_claim_notifications")[0].body
    assert asked == {"worker": "notify@here", "max": 16, "channels": ["email"]}
    assert worker.status()["sent"] == 1


async def test_what_there_is_nothing_to_tell_of_is_not_sent(platform: Platform) -> None:
    begun = row()
    platform.fake.untold = [begun]
    begun |= {"send": False, "reason": "closed"}
    mail = Recorder()
    await settled(notifier(platform, email=mail))
    assert (mail.sent, platform.fake.told) == ([], [])


async def test_without_begin_nothing_is_sent(platform: Platform) -> None:
    platform.fake.untold = [row()]
    platform.fake.broken[BEGIN] = AWAY
    mail = Recorder()
    await settled(notifier(platform, email=mail))
    assert (mail.sent, platform.fake.told) == ([], [])


async def test_a_receipt_that_cannot_be_handed_in_waits_and_the_message_is_not_sent_again(
    platform: Platform,
) -> None:
    platform.fake.untold = [row()]
    platform.fake.broken[SETTLE] = AWAY
    mail = Recorder()
    worker = notifier(platform, email=mail)
    for _ in range(5):
        await worker.step()
        await asyncio.sleep(0.02)
    assert (worker.status()["unsettled"], platform.fake.told) == (1, [])
    del platform.fake.broken[SETTLE]
    await settled(worker)
    assert (len(mail.sent), len(platform.fake.told)) == (1, 1)


async def test_draining_waits_for_what_is_on_its_way(platform: Platform) -> None:
    platform.fake.untold = [row() for _ in range(3)]
    worker = notifier(platform, email=Recorder())
    await worker.step()
    await asyncio.sleep(0)
    await worker.drain()
    assert (len(platform.fake.told), platform.fake.released) == (3, [])


async def test_what_was_claimed_and_not_begun_is_given_back(platform: Platform) -> None:
    platform.fake.untold = [row() for _ in range(3)]
    mail = Recorder()
    worker = notifier(platform, email=mail)
    assert await worker.step() == 3
    await worker.drain()
    assert (mail.sent, platform.fake.of("noc_begin_notification")) == ([], [])
    assert {(one["id"], one["fence"]) for one in platform.fake.released} == {
        (notification_id, 1) for notification_id in platform.fake.begun
    }
    assert platform.fake.of("noc_release_leases")[0].body["kind"] == "notification"


async def test_a_drain_ends_where_nothing_can_be_given_back(platform: Platform) -> None:
    platform.fake.untold = [row()]
    platform.fake.break_all()
    del platform.fake.broken["/rest/v1/rpc/noc_claim_notifications"]
    worker = notifier(platform, email=Recorder())
    await worker.step()
    await worker.drain()
    assert worker.status()["running"] == 0


async def test_a_send_whose_lease_is_over_is_cut_off_and_counts_as_perhaps_sent(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.fake.untold = [row()]
    platform.fake.broken["/rest/v1/rpc/noc_renew_leases"] = (200, [], {})
    monkeypatch.setattr(Notify, "terms", Terms(renew_s=0.05))

    class Slow(Recorder):
        async def send(self, message: Message) -> Receipt:
            await asyncio.sleep(5)
            return await super().send(message)

    mail = Slow()
    await settled(notifier(platform, email=mail))
    (told,) = platform.fake.told
    assert (told["outcome"], told["reason"], mail.sent) == ("ambiguous", "lease_lost", [])


async def test_a_bug_of_a_sender_ends_as_perhaps_sent(platform: Platform) -> None:
    platform.fake.untold = [row()]
    await settled(notifier(platform, email=Recorder(ValueError("ana@empresa.test"))))
    assert platform.fake.told[0]["outcome"] == "ambiguous"


async def test_no_log_line_holds_a_person(
    platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="workers")
    mail = Recorder(Receipt("bad_address", "smtp_550"), ValueError("ana@empresa.test"))
    platform.fake.untold = [row(), row(), row() | {"facts": None}]
    await settled(notifier(platform, email=mail))
    text = "\n".join(str(vars(record)) for record in caplog.records)
    assert "smtp_550" in text
    assert "ana@empresa.test" not in text
    assert "Ana Lima" not in text


async def test_without_a_channel_it_says_so_once_and_goes_on_asking(
    platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    worker = notifier(platform)
    for _ in range(3):
        await worker.step()
    assert [record.getMessage() for record in caplog.records].count(
        "no channel is configured: messages wait (SMTP_URL, WHATSAPP_TOKEN)"
    ) == 1
    assert platform.fake.of("noc_claim_notifications")[2].body["channels"] == []
