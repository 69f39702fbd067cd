"""From an alert in the database to the mailbox and the telephone of whom it concerns."""

from __future__ import annotations

import pytest

from tests.live.instance import Live
from tests.live.sending import at_rest
from tests.live.telling import Post, probed
from tests.live.waiting import wait_until

COMPANY = "A1B2C3D4000193"


@pytest.fixture(scope="module")
def telling(senders: Live) -> Live:
    """An instance whose only worker is the notifier; the silence of others would be told too."""
    at_rest(senders, ("notify",), rules=("service_down",))
    return senders


def test_an_alert_and_its_end_reach_whom_they_concern_and_nobody_else(telling: Live) -> None:
    post = Post(telling)
    probed(telling, "DOWN", [COMPANY])
    wait_until("both are mailed", lambda: len(post.mails()) >= 2)
    wait_until("both are told by WhatsApp", lambda: len(post.messages()) >= 2)
    mails = post.mails()
    assert sorted(mail["recipients"][0] for mail in mails) == [
        "admin@noc.local",
        "franqueado@noc.local",
    ]
    assert {mail["subject"] for mail in mails} == {
        "[NOC] Crítico · API não responde · Transportes Caiçara"
    }
    text = post.mail(mails[0]["id"])["text"]
    alert_id = telling.value(
        "select alert_id from public.noc_alerts where company_cnpj = %s", COMPANY
    )
    assert f"/noc/?alert={alert_id}" in text
    assert "Medido: fora do ar" in text

    probed(telling, "UP", [COMPANY])
    wait_until("the end is mailed", lambda: len(post.mails()) >= 4)
    wait_until("the end is told by WhatsApp", lambda: len(post.messages()) >= 4)
    ends = [mail for mail in post.mails() if "Normalizado" in mail["subject"]]
    assert sorted(mail["recipients"][0] for mail in ends) == [
        "admin@noc.local",
        "franqueado@noc.local",
    ]
