"""What befalls several companies by one service within moments is told once."""

from __future__ import annotations

import os
import secrets
from collections import Counter, defaultdict
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, GROUP_B, Database, World
from tests.db.judging import MIN, S
from tests.db.telling import (
    PHONE,
    WAIT,
    Json,
    begin,
    claim,
    close_alert,
    contact,
    only_ours,
    open_alert,
    outbox,
    plan,
    send_all,
    settle,
    told,
)
from tests.scale import scaled

pytestmark = pytest.mark.usefixtures("world", only_ours.__name__)

NO_LIMITS = (
    "create or replace function noc.notification_limits()"
    " returns table (per_contact integer, per_company integer, storm integer)"
    " language sql immutable set search_path = '' as 'select 1000000, 1000000, 1000000'"
)


def of_group(db: Database, **given: object) -> UUID:
    """Somebody who looks after both companies of group A."""
    return contact(db, company_cnpj=None, group_id=GROUP_A, **given)


def both(db: Database, at: datetime, **given: Any) -> tuple[UUID, UUID]:
    """An alert of each company of group A, planned in one turn."""
    first, second = open_alert(db, at, A1, **given), open_alert(db, at, A2, **given)
    plan(db, at)
    return first, second


def names(message: Json) -> set[str]:
    """The companies that a message of several names."""
    return {line["company_cnpj"] for line in message["facts"]["lines"]}


# The wait


def test_warnings_of_one_service_in_several_companies_are_one_message(
    db: Database, at: datetime
) -> None:
    of_group(db)
    both(db, at)
    assert sorted(told(db)) == [
        ("group", "email", "queued"),
        ("opened", "email", "bundled"),
        ("opened", "email", "bundled"),
    ]
    assert send_all(db, at + WAIT - S) == []
    (sent,) = send_all(db, at + WAIT)
    facts = sent["facts"]
    assert (sent["event"], facts["count"], facts["companies"]) == ("group", 2, 2)
    assert (facts["event"], facts["service"], facts["code"]) == ("opened", "omie", "p95_latency")
    assert names(sent) == {A1, A2}


def test_a_warning_that_stays_alone_is_told_as_itself_after_the_wait(
    db: Database, at: datetime
) -> None:
    of_group(db)
    alert_id = open_alert(db, at)
    plan(db, at)
    assert send_all(db, at + WAIT - S) == []
    (sent,) = send_all(db, at + WAIT)
    assert (sent["event"], sent["facts"]["alert_id"]) == ("opened", str(alert_id))


def test_what_is_critical_does_not_wait(db: Database, at: datetime) -> None:
    of_group(db)
    both(db, at, severity="critical")
    (sent,) = send_all(db, at)
    assert names(sent) == {A1, A2}
    open_alert(db, at + S, A1, severity="critical")
    plan(db, at + S)
    open_alert(db, at + 2 * S, A2, severity="critical")
    plan(db, at + 2 * S)
    assert [one["event"] for one in send_all(db, at + 2 * S)] == ["opened", "opened"]


@pytest.mark.parametrize(("seconds", "messages"), [(10, 1), (11, 2)])
def test_what_comes_within_the_wait_of_the_first_joins_it(
    db: Database, at: datetime, seconds: int, messages: int
) -> None:
    of_group(db)
    open_alert(db, at, A1)
    plan(db, at)
    open_alert(db, at + seconds * S, A2)
    plan(db, at + seconds * S)
    assert len(send_all(db, at + MIN)) == messages
    assert outbox(db)[0]["run_at"] == at + WAIT


def test_a_group_takes_in_what_comes_while_it_waits(db: Database, at: datetime) -> None:
    contact(db, role="admin")
    both(db, at)
    open_alert(db, at + 5 * S, B1)
    plan(db, at + 5 * S)
    (sent,) = send_all(db, at + WAIT)
    assert names(sent) == {A1, A2, B1}
    (group,) = outbox(db, event="group")
    assert (group["company_cnpj"], group["run_at"]) == (None, at + WAIT)


def test_what_a_worker_has_is_joined_by_nothing(db: Database, at: datetime) -> None:
    of_group(db)
    open_alert(db, at, A1)
    plan(db, at)
    (lease,) = claim(db, at + WAIT)
    open_alert(db, at + WAIT, A2)
    plan(db, at + WAIT)
    assert begin(db, lease, at + WAIT)["event"] == "opened"
    (later,) = send_all(db, at + 2 * WAIT)
    assert later["facts"]["company_cnpj"] == A2


@pytest.mark.parametrize(
    "other",
    [{"service": "f360"}, {"severity": "critical"}, {"company": B1}, {"code": "error_rate"}],
)
def test_only_what_is_alike_is_told_together(
    db: Database, at: datetime, other: dict[str, Any]
) -> None:
    of_group(db)
    contact(db, group_id=GROUP_B, company_cnpj=None, email="b@empresa.test")
    open_alert(db, at, A1)
    open_alert(db, at, **({"company": A2} | other))
    plan(db, at)
    sent = send_all(db, at + WAIT)
    together = other == {"code": "error_rate"}  # of one service, whatever the rule
    assert [one["event"] for one in sent] == (["group"] if together else ["opened", "opened"])


def test_each_contact_and_channel_has_a_group_of_its_own(db: Database, at: datetime) -> None:
    of_group(db, phone=PHONE, whatsapp_from="warning")
    contact(db, email="a1@empresa.test")
    both(db, at)
    sent = send_all(db, at + WAIT)
    assert {(one["to"], one["event"]) for one in sent} == {
        ("ana@empresa.test", "group"),
        (PHONE, "group"),
        ("a1@empresa.test", "opened"),
    }


# The end


def test_whoever_was_told_in_a_group_is_told_of_the_ends_which_are_grouped_too(
    db: Database, at: datetime
) -> None:
    of_group(db)
    alerts = both(db, at)
    send_all(db, at + WAIT)
    for alert_id in alerts:
        close_alert(db, alert_id, at + 5 * MIN)
    plan(db, at + 5 * MIN)
    (end,) = send_all(db, at + 5 * MIN + WAIT)
    assert (end["event"], end["facts"]["event"], names(end)) == ("group", "closed", {A1, A2})


def test_an_end_of_one_of_a_group_is_told_as_itself(db: Database, at: datetime) -> None:
    of_group(db)
    first, _ = both(db, at)
    send_all(db, at + WAIT)
    close_alert(db, first, at + MIN)
    plan(db, at + MIN)
    (end,) = send_all(db, at + MIN + WAIT)
    assert (end["event"], end["facts"]["alert_id"]) == ("closed", str(first))


def test_a_group_of_which_one_is_left_is_told_as_that_one_and_says_so_again(
    db: Database, at: datetime
) -> None:
    of_group(db)
    first, second = both(db, at)
    close_alert(db, first, at + 5 * S)
    plan(db, at + 5 * S)
    (lease,) = claim(db, at + WAIT)
    once = begin(db, lease, at + WAIT)
    assert (once["event"], once["facts"]["alert_id"]) == ("opened", str(second))
    settle(db, lease, at + WAIT, "ambiguous")
    (again,) = send_all(db, at + 2 * MIN)
    assert again == once
    assert outbox(db, alert_id=first)[0]["reason"] == "closed"


def test_a_group_of_which_none_is_left_is_not_told(db: Database, at: datetime) -> None:
    of_group(db)
    for alert_id in both(db, at):
        close_alert(db, alert_id, at + 5 * S)
    plan(db, at + 5 * S)
    assert send_all(db, at + WAIT) == []
    assert outbox(db, event="group")[0]["reason"] == "closed"


def test_what_was_muted_before_its_group_left_is_not_in_it(db: Database, at: datetime) -> None:
    of_group(db)
    first, second = both(db, at)
    db.run("update public.noc_alerts set muted_by = 'silence' where alert_id = %s", first)
    (sent,) = send_all(db, at + WAIT)
    assert sent["facts"]["alert_id"] == str(second)
    assert outbox(db, alert_id=first)[0]["reason"] == "muted"


def test_a_company_that_the_contact_lost_is_not_named_in_the_group(
    db: Database, world: World, at: datetime
) -> None:
    of_group(db, user_id=world.franqueado_a)
    _, second = both(db, at)
    db.run("update public.companies set group_id = %s where company_cnpj = %s", GROUP_B, A2)
    (sent,) = send_all(db, at + WAIT)
    assert sent["facts"]["company_cnpj"] == A1
    assert outbox(db, alert_id=second)[0]["reason"] == "not_allowed"


def test_a_group_that_cannot_be_sent_is_told_by_the_other_channel(
    db: Database, at: datetime
) -> None:
    of_group(db, phone=PHONE)
    both(db, at)
    send_all(db, at + WAIT, "refused")
    (sent,) = send_all(db, at + WAIT)
    assert (sent["channel"], names(sent)) == ("whatsapp", {A1, A2})


# Limits


def test_a_group_counts_as_one_message(db: Database, at: datetime) -> None:
    of_group(db)
    for number in range(9):
        open_alert(db, at, (A1, A2)[number % 2])
    plan(db, at)
    (sent,) = send_all(db, at + WAIT)
    assert (sent["event"], sent["facts"]["count"]) == ("group", 9)
    for service in ("f360", "llm", "banks", "api", "supabase:rest", "supabase:auth"):
        open_alert(db, at + MIN, service=service)
    plan(db, at + MIN)
    assert [one["event"] for one in send_all(db, at + MIN + WAIT)] == ["opened"] * 5
    (bundled,) = outbox(db, state="bundled", reason="contact_limit")
    assert bundled["bundle_id"] == outbox(db, event="bundle")[0]["notification_id"]


def test_what_goes_beyond_the_limit_is_bundled_whether_it_has_company_or_not(
    db: Database, at: datetime
) -> None:
    of_group(db)
    for service in ("f360", "llm", "banks", "api", "supabase:rest", "supabase:auth"):
        open_alert(db, at, service=service)
    plan(db, at)
    both(db, at + 11 * S)
    assert outbox(db, event="group") == []
    (bundle,) = outbox(db, event="bundle")
    sent = send_all(db, bundle["run_at"])
    assert [one["facts"]["count"] for one in sent if one["event"] == "bundle"] == [2]


def test_what_joins_a_waiting_message_goes_beyond_no_limit(db: Database, at: datetime) -> None:
    of_group(db)
    for service in ("omie", "f360", "llm", "banks", "api", "supabase:rest"):
        open_alert(db, at, service=service)
    plan(db, at)
    open_alert(db, at + 5 * S, A2)
    plan(db, at + 5 * S)
    events = Counter(one["event"] for one in send_all(db, at + WAIT))
    assert events == {"opened": 5, "group": 1}


# Never lost, never doubled


def test_whatever_comes_and_goes_each_alert_is_told_once_and_so_is_its_end(
    db: Database, at: datetime
) -> None:
    seed = os.environ.get("NOC_SEED") or secrets.token_hex(4)
    print(f"\ngroups: seed {seed}", flush=True)
    chance = Random(seed)
    db.run(NO_LIMITS)
    of_group(db, phone=PHONE, whatsapp_from="warning")
    contact(db, role="admin", email="admin@noc.test")
    begun: Counter[tuple[str, str, str]] = Counter()
    live: list[UUID] = []
    now = at
    for turn in range(scaled(200, least=30)):
        if turn % 10 == 0:  # an open transaction has no statistics of its own rows
            db.run("analyze noc.notifications")
        now += chance.choice((1, 3, 10, 10, 11)) * S
        live = _come_and_go(db, now, chance, live)
        plan(db, now)
        for lease in claim(db, now) if chance.random() < 0.7 else []:
            _send(db, lease, now, begun, chance.choice(("sent", "sent", "retry", "ambiguous")))
    for minutes in range(1, 90, 10):
        for lease in claim(db, now + minutes * MIN):
            _send(db, lease, now + minutes * MIN, begun, "sent")

    told_twice = [key for key, times in begun.items() if times > 1]
    assert told_twice == []
    both_ends_are_told(db)


def both_ends_are_told(db: Database) -> None:
    """By each channel where none stood in for the other, and to each contact in any case."""
    told: dict[tuple[UUID, UUID], list[Json]] = defaultdict(list)
    for row in db.all(EVERY):
        told[row["alert_id"], row["contact_id"]].append(row)
        if not row["moved"]:
            assert row["opened"] or not row["live"], f"an opening is lost: {row}"
            assert row["live"] or row["opened"] == row["closed"], f"one end alone is told: {row}"
    for rows in told.values():
        opened, closed = (any(row[what] for row in rows) for what in ("opened", "closed"))
        assert opened or not rows[0]["live"], f"an opening is lost: {rows}"
        assert rows[0]["live"] or opened == closed, f"one end alone is told: {rows}"


# Of each alert, contact and channel: whether its beginning and its end were told by it, and whether
# a message of this contact about it went by the other channel while a provider was cut off.
EVERY = """
    select a.alert_id, c.contact_id, h.channel, a.state <> 'closed' as live,
        coalesce(bool_or(n.event = 'opened' and t.told), false) as opened,
        coalesce(bool_or(n.event = 'closed' and t.told), false) as closed,
        exists (
            select from noc.notifications as i
            left join noc.notifications as g on g.notification_id = i.bundle_id
            where i.alert_id = a.alert_id and i.contact_id = c.contact_id
                and ('cut_off' in (i.reason, g.reason) or i.instead_of is not null)
        ) as moved
    from public.noc_alerts as a
    left join public.companies as m on m.company_cnpj = a.company_cnpj
    inner join noc.contacts as c on c.role = 'admin' or c.group_id = m.group_id
    cross join (values ('email'), ('whatsapp')) as h (channel)
    left join noc.notifications as n
        on n.alert_id = a.alert_id and n.contact_id = c.contact_id and n.channel = h.channel
    left join noc.notifications as b on b.notification_id = n.bundle_id
    cross join lateral (select noc.has_told(
        case when n.state = 'bundled' then b.state else n.state end,
        case when n.state = 'bundled' then b.may_have_arrived else n.may_have_arrived end
    ) as told) as t
    where (h.channel = 'email' or c.phone is not null)
        and a.code = 'p95_latency'
    group by 1, 2, 3, 4
"""


def _come_and_go(db: Database, now: datetime, chance: Random, live: list[UUID]) -> list[UUID]:
    """Some alerts open and some of the live ones close; gives those that live."""
    for _ in range(chance.choice((0, 0, 1, 2, 4))):
        company, service = chance.choice((A1, A2, B1)), chance.choice(("omie", "f360"))
        severity = chance.choice(("warning", "warning", "critical"))
        live = [*live, open_alert(db, now, company, service=service, severity=severity)]
    over = [alert_id for alert_id in live if chance.random() < 0.15]
    for alert_id in over:
        close_alert(db, alert_id, now)
    return [alert_id for alert_id in live if alert_id not in over]


def _send(
    db: Database, lease: Json, now: datetime, begun: Counter[tuple[str, str, str]], outcome: str
) -> None:
    """Sends as a worker would, and counts each alert that a new message tells of."""
    message = begin(db, lease, now)
    if not message["send"]:
        return
    settle(db, lease, now, outcome)
    attempts = db.one(
        "select attempts from noc.notifications where notification_id = %s",
        message["notification_id"],
    )
    if attempts > 1:  # the same message again
        return
    lines = message["facts"].get("lines") or [message["facts"] | {"event": message["event"]}]
    for line in lines:
        if line["event"] in ("opened", "closed"):
            begun[(line["alert_id"], line["event"], message["to"])] += 1
