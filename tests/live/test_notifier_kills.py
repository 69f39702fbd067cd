"""kill -9 of the notifier in the middle of its sends: nothing lost, nothing told twice."""

from __future__ import annotations

import random
import secrets
import time
from collections import Counter
from typing import Any, Final

import pytest

from tests.live.instance import Live
from tests.live.replicas import alone
from tests.live.sending import leases_run_out
from tests.live.telling import OPEN, Post
from tests.live.waiting import took, wait_until
from tests.scale import scaled

# What Meta took, and what its webhooks have said since.
REACHED: Final = {"sent", "delivered", "read"}
KILLS: Final = scaled(100, least=4)
PEOPLE: Final = 10  # told of each alert, by mail and by WhatsApp
NOTIFIER: Final = "notify-1"
RECOVERY_S: Final = 35.0
# People who have not been told of anything, so that no limit bundles what they are told.
PEOPLE_OF: Final = """
    insert into noc.contacts (name, email, phone, role, email_from, whatsapp_from)
    select 'Pessoa', format('p%%s-%%s@noc.test', %s::int, n),
        format('+5511%%s', 900000000 + %s::int * 1000 + n), 'admin', 'critical', 'critical'
    from generate_series(1, %s) as n
"""
FORGET: Final = """
    update noc.contacts set email_from = null, whatsapp_from = null where deleted_at is null
"""
ALERT: Final = """
    with opened as (
        insert into public.noc_alerts (rule_id, code, fingerprint, target, service, severity,
            severity_max, started_at, opened_at, flipped_at, last_seen_at, value, last_value,
            threshold, unit)
        select r.rule_id, r.code, gen_random_uuid()::text, 'service:omie', 'omie', 'critical',
            'critical', now(), now(), now(), now(), 2, 2, 1, 'status'
        from public.noc_rules as r where r.code = 'service_down'
        returning alert_id, severity
    )
    insert into noc.alert_events (alert_id, at, kind, severity)
    select o.alert_id, now(), 'opened', o.severity from opened as o
"""
UNPLANNED: Final = "select count(*) from noc.unplanned_events"
MESSAGES: Final = """
    select n.notification_id::text, n.channel, n.state::text, c.email, c.phone, n.event,
        n.instead_of is not null
    from noc.notifications as n inner join noc.contacts as c on c.contact_id = n.contact_id
"""
# From the beginning of a send that its worker did not end to when others may send it.
RECOVERIES: Final = """
    select extract(epoch from a.ended_at - a.begun_at)::float
    from noc.notification_attempts as a where a.outcome = 'lost'
"""


@pytest.fixture(scope="module")
def telling(copied: Live) -> Live:
    """One notifier, slow providers, and nobody who is told of anything else."""
    alone(copied, NOTIFIER)
    return copied


def test_no_alert_is_lost_and_none_told_twice_though_the_notifier_is_killed(
    telling: Live,
) -> None:
    seed = secrets.token_hex(4)
    chance = random.Random(seed)
    print(f"\nnotifier kills: seed {seed}", flush=True)
    for number in range(KILLS):
        telling.rows(PEOPLE_OF, number, number, PEOPLE)
        telling.rows(ALERT)
        while telling.value(UNPLANNED):  # the schedule's own tick may be at it
            telling.rows("select noc.tick(clock_timestamp())")
        telling.rows(FORGET)
        time.sleep(chance.uniform(0.05, 1.2))
        telling.kill(NOTIFIER)
        if number == KILLS - 1:
            leases_run_out(telling)
        telling.repair(NOTIFIER)
    began = time.monotonic()
    wait_until("every message has ended", lambda: telling.value(OPEN) == 0)
    took("from the last kill to the last message", time.monotonic() - began)

    rows = telling.rows(MESSAGES)
    assert Counter(row[5:] for row in rows) == {("opened", False): KILLS * PEOPLE * 2}
    repeats = mails_are_whole(rows, Post(telling))
    unknown = telephones_rang_once(rows, Post(telling))
    print(
        f"notifier: {KILLS} kills, {len(rows)} messages, 0 lost, 0 doubled,"
        f" {repeats} repeats, {unknown} unknown"
    )
    recoveries = [seconds for (seconds,) in telling.rows(RECOVERIES)]
    took(f"longest of {len(recoveries)} recoveries", max(recoveries, default=0.0))
    assert recoveries, "no kill met a message on its way"
    assert max(recoveries) <= RECOVERY_S


def mails_are_whole(rows: list[tuple[Any, ...]], post: Post) -> int:
    """Each mail arrived under its own id, its repeats alike to the letter; gives how many."""
    wanted = {f"<{row[0]}@noc.local>": row[3] for row in rows if row[1] == "email"}
    assert {row[2] for row in rows if row[1] == "email"} == {"sent"}
    mails = {mail["message_id"]: mail for mail in post.mails()}
    assert {name: mail["recipients"] for name, mail in mails.items()} == {
        name: [address] for name, address in wanted.items()
    }
    assert {mail["distinct"] for mail in mails.values()} == {1}
    return sum(mail["received"] - 1 for mail in mails.values())


def telephones_rang_once(rows: list[tuple[Any, ...]], post: Post) -> int:
    """Nothing by WhatsApp went out twice; what was cut off is unknown; gives how many."""
    states = {row[0]: row[2] for row in rows if row[1] == "whatsapp"}
    rang = Counter(one["biz_opaque_callback_data"] for one in post.messages())
    assert set(states.values()) <= REACHED | {"unknown"}
    assert set(rang.values()) == {1}
    assert {name for name, state in states.items() if state in REACHED} <= set(rang)
    return Counter(states.values())["unknown"]
