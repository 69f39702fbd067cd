"""A message on its way: leased, begun, settled; lost workers, limits, holds and the dead."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, Database, World
from tests.db.judging import HOUR, MIN, S, alerts, at_that_time, evaluate
from tests.db.queueing import (
    NUMBER,
    attempts,
    begin,
    begun,
    claim,
    companies_of,
    enqueue,
    many,
    row,
    sent,
    settle,
    wanted,
)
from workers.senders import meta_errors

pytestmark = pytest.mark.usefixtures("world")

MS = timedelta(milliseconds=1)


def test_a_message_goes_out_once_and_what_is_sent_is_what_was_asked(
    db: Database, at: datetime
) -> None:
    enqueue(db, at, wanted(button="fatura/7", language="en", to="+5511988880001"))
    (lease,) = claim(db, at)
    assert begin(db, lease, at) == {
        "send": True,
        "message_id": lease["message_id"],
        "to": "5511988880001",
        "template": "cobranca",
        "language": "en",
        "parameters": ["Ana", "R$ 10,00"],
        "button": "fatura/7",
    }
    assert settle(db, lease, at, ref="wamid.1") == {"accepted": True, "state": "sent"}
    found = row(db)
    assert (found["status"], found["state"], found["attempts"]) == ("sent", "sent", 1)
    assert found["provider_ref"] == "wamid.1"
    assert claim(db, at + HOUR) == []


def test_a_message_is_not_sent_before_its_time_nor_after_its_end(
    db: Database, at: datetime
) -> None:
    runs, ends = at + HOUR, at + 2 * HOUR
    enqueue(db, at, wanted(run_at=runs.isoformat(), expires_at=ends.isoformat()))
    assert claim(db, runs - MS) == []
    (lease,) = claim(db, runs)
    assert begin(db, lease, ends) == {"send": False, "reason": "expired"}
    assert (row(db)["state"], row(db)["error_class"]) == ("cancelled", "expired")


def test_the_tick_ends_what_nobody_claims_in_time(db: Database, at: datetime) -> None:
    enqueue(db, at, wanted(expires_at=(at + HOUR).isoformat()))
    assert db.one("select noc.tend_queue(%s) ->> 'expired'", at + HOUR - MS) == "0"
    assert db.one("select noc.tend_queue(%s) ->> 'expired'", at + HOUR) == "1"
    assert row(db)["state"] == "cancelled"


def test_what_a_service_only_reports_is_not_claimed(db: Database, at: datetime) -> None:
    db.run(
        "insert into public.queue_whatsapp (company_cnpj, external_id, status, created_at,"
        " updated_at) values (%s, 'x', 'queued', %s, %s)",
        A1,
        at,
        at,
    )
    assert claim(db, at + HOUR) == []


def test_two_workers_never_hold_one_message(db: Database, at: datetime) -> None:
    enqueue(db, at, wanted())
    (first,) = claim(db, at)
    assert claim(db, at + 30 * S - MS) == []
    (second,) = claim(db, at + 30 * S)
    assert second["fence"] > first["fence"]
    assert begin(db, first, at + 30 * S) == {"send": False, "reason": "lease_lost"}
    assert begin(db, second, at + 30 * S)["send"]
    assert begin(db, second, at + 30 * S) == {"send": False, "reason": "lease_lost"}
    assert not settle(db, first, at + 31 * S)["accepted"]
    assert settle(db, second, at + 31 * S)["accepted"]
    assert not settle(db, second, at + 31 * S)["accepted"]


def test_a_worker_that_ends_before_it_began_costs_no_try(db: Database, at: datetime) -> None:
    enqueue(db, at, wanted())
    (lease,) = claim(db, at)
    db.run("select noc.tend_queue(%s)", at + 30 * S)
    found = row(db)
    assert (found["state"], found["attempts"], found["failures"]) == ("queued", 0, 0)
    assert attempts(db, lease["message_id"]) == []


def test_a_worker_that_ends_in_the_middle_leaves_what_nobody_sends_again(
    db: Database, at: datetime
) -> None:
    lease = begun(db, at)
    db.run("select noc.tend_queue(%s)", at + 30 * S - MS)
    assert row(db)["state"] == "sending"
    db.run("select noc.tend_queue(%s)", at + 30 * S)
    found = row(db)
    assert (found["status"], found["state"], found["error_class"]) == (
        "failed",
        "unknown",
        "worker_lost",
    )
    assert [one["outcome"] for one in attempts(db, lease["message_id"])] == ["lost"]
    assert claim(db, at + HOUR) == []


def test_its_late_word_is_still_heard(db: Database, at: datetime) -> None:
    lease = begun(db, at)
    db.run("select noc.tend_queue(%s)", at + 30 * S)
    assert not settle(db, lease, at + MIN, "refused")["accepted"]
    lease_of_another = lease | {"fence": lease["fence"] + 1}
    assert not settle(db, lease_of_another, at + MIN)["accepted"]
    db.run("update noc.message_attempts set outcome = 'lost'")
    assert settle(db, lease, at + MIN) == {"accepted": True, "state": "sent"}


def test_a_provider_that_knows_repeats_is_asked_again(db: Database, at: datetime) -> None:
    lease = begun(db, at)
    db.run("update noc.phone_numbers set idempotent = true")
    db.run("select noc.tend_queue(%s)", at + 30 * S)
    assert row(db)["state"] == "retry"
    (again,) = claim(db, at + MIN)
    assert begin(db, again, at + MIN)["send"]
    assert settle(db, again, at + MIN, "ambiguous")["state"] == "retry"
    assert len(attempts(db, lease["message_id"])) == 2


@pytest.mark.parametrize(
    ("outcome", "state", "status"),
    [
        ("retry", "retry", "queued"),
        ("ambiguous", "unknown", "failed"),
        ("refused", "dead", "failed"),
        ("bad_address", "dead", "failed"),
    ],
)
def test_what_became_of_a_send_says_where_the_message_goes(
    db: Database, at: datetime, outcome: str, state: str, status: str
) -> None:
    sent(db, at, outcome, reason="why", code=131026)
    found = row(db)
    assert (found["state"], found["status"]) == (state, status)
    assert (found["error_class"], found["error_code"]) == ("why", 131026)


def test_a_message_is_tried_ten_times_and_waits_longer_each_time(
    db: Database, at: datetime
) -> None:
    enqueue(db, at, wanted())
    waits = []
    for _ in range(10):
        (lease,) = claim(db, at)
        assert begin(db, lease, at)["send"]
        settle(db, lease, at, "retry")
        waits.append((row(db)["run_at"] - at).total_seconds())
        at = max(row(db)["run_at"], at + 6 * S)
    assert row(db)["state"] == "dead"
    for number, wait in enumerate(waits[:-1], 1):
        assert 0 <= wait <= min(900, 2 * 2**number)
    assert max(waits) > 15, "ten waits of the longest 4 s are not as good as one of 900 s"
    assert claim(db, at + HOUR) == []


def test_what_the_provider_asks_to_wait_is_the_least(db: Database, at: datetime) -> None:
    sent(db, at, "retry", reason="rate_limited", retry_after_s=600)
    assert timedelta(seconds=600) <= row(db)["run_at"] - at <= timedelta(seconds=604)


def test_every_company_has_its_part_of_a_claim(db: Database, at: datetime) -> None:
    many(db, at, 60, A1)
    many(db, at, 3, A2)
    many(db, at + S, 60, B1)
    claimed = Counter(companies_of(db, claim(db, at + S, 12)))
    assert claimed[A2] == 3
    assert claimed[A1] + claimed[B1] == 9
    assert abs(claimed[A1] - claimed[B1]) <= 3


def test_the_first_of_each_company_comes_before_the_second_of_any(
    db: Database, at: datetime
) -> None:
    many(db, at, 20, A1)
    many(db, at, 2, A2)
    many(db, at, 20, B1)
    order = companies_of(db, claim(db, at, 8))
    assert set(order[:3]) == set(order[3:6]) == {A1, A2, B1}


def test_the_next_claim_begins_with_another_company(db: Database, at: datetime) -> None:
    for company in (A1, A2, B1):
        many(db, at, 20, company)
    first = [companies_of(db, claim(db, at, 4))[0] for _ in range(3)]
    assert set(first) == {A1, A2, B1}


def test_no_more_is_claimed_than_may_be_begun_now(db: Database, at: datetime) -> None:
    many(db, at, 40)
    leases = claim(db, at, 100)
    assert len(leases) == 13
    assert all(begin(db, lease, at)["send"] for lease in leases)
    assert claim(db, at, 100) == []
    assert len(claim(db, at + S, 100)) == 13


def test_small_claims_go_on_where_the_last_one_ended(db: Database, at: datetime) -> None:
    for company in (A1, A2, B1):
        many(db, at, 4, company)
    seen = [companies_of(db, claim(db, at, 1))[0] for _ in range(6)]
    assert Counter(seen) == {A1: 2, A2: 2, B1: 2}


def test_the_urgent_and_then_the_old_go_first(db: Database, at: datetime) -> None:
    enqueue(db, at, wanted("low", priority=2), wanted("new", run_at=(at + S).isoformat()))
    enqueue(db, at, wanted("old"))
    enqueue(db, at + S, wanted("urgent", priority=0))
    order = []
    for _ in range(4):
        (lease,) = claim(db, at + S, 1)
        order.append(row(db, lease["message_id"])["external_id"])
    assert order == ["urgent", "old", "new", "low"]


def test_a_number_sends_at_its_pace_and_no_faster(db: Database, at: datetime) -> None:
    many(db, at, 100)
    begun_at = []
    for ms in range(0, 1300, 10):
        for lease in claim(db, at + ms * MS, 100):
            if begin(db, lease, at + ms * MS)["send"]:
                begun_at.append(ms)
    within = [sum(1 for one in begun_at if first <= one < first + 1000) for first in begun_at]
    assert max(within) <= 80
    assert max(within) <= 48 + 12 + 1, "the share that is used, and its burst"
    assert len(begun_at) >= 1.3 * 48


def test_a_number_whose_limit_was_raised_sends_faster(db: Database, at: datetime) -> None:
    many(db, at, 100)
    claim(db, at, 1)
    db.run("update noc.phone_numbers set per_second = 1000, target_share = 1")
    leases = claim(db, at)
    assert sum(begin(db, lease, at)["send"] for lease in leases) >= 90


def test_a_recipient_is_sent_one_message_in_six_seconds(db: Database, at: datetime) -> None:
    to = "5511977770001"
    enqueue(db, at, *(wanted(f"p{n}", to=to) for n in range(4)))
    enqueue(db, at, wanted("other"))
    begun_at: list[float] = []
    others = 0
    for half in range(80):
        now = at + half * 500 * MS
        for lease in claim(db, now):
            if begin(db, lease, now)["send"]:
                settle(db, lease, now)
                if row(db, lease["message_id"])["external_id"] == "other":
                    others += 1
                else:
                    begun_at.append(half / 2)
    assert others == 1
    assert len(begun_at) == 4
    assert all(later - one >= 6 for one, later in pairwise(begun_at))
    assert begun_at[-1] <= 30, "they do not wait for much longer than they have to"
    assert row(db, db.one(
        "select message_id from public.queue_whatsapp where external_id = 'p3'"
    ))["attempts"] == 1  # fmt: skip


def test_a_pause_that_has_committed_holds_what_was_leased_before(
    db: Database, at: datetime
) -> None:
    enqueue(db, at, wanted())
    (lease,) = claim(db, at)
    db.run("select noc.pause_queue(%s, null, %s, 'teste', null, null, %s)", A1, at + HOUR, at)
    assert begin(db, lease, at) == {"send": False, "reason": "paused"}
    assert (row(db)["state"], row(db)["attempts"]) == ("queued", 0)
    assert claim(db, at + MIN) == []
    (lease,) = claim(db, at + HOUR)
    assert begin(db, lease, at + HOUR)["send"]


def test_a_paused_company_does_not_hold_the_others(db: Database, at: datetime) -> None:
    many(db, at, 50, A1)
    many(db, at, 5, B1)
    db.run("select noc.pause_queue(null, %s, %s, 'teste', null, null, %s)", GROUP_A, at + HOUR, at)
    assert companies_of(db, claim(db, at)) == [B1] * 5


def test_what_waited_leaves_little_by_little_after_a_pause(db: Database, at: datetime) -> None:
    many(db, at, 100)
    db.run("select noc.pause_queue(%s, null, %s, 'teste', null, null, %s)", A1, at + HOUR, at)
    db.run("select noc.resume_queue(%s, null, 600, null, %s)", A1, at)
    count = 0
    for ms in range(0, 1000, 20):
        leases = claim(db, at + ms * MS)
        count += sum(begin(db, lease, at + ms * MS)["send"] for lease in leases)
    assert 4 <= count <= 5, "a tenth of 48 in a second"


def test_a_number_that_is_refused_stops_for_a_while_and_tries_again_by_itself(
    db: Database, at: datetime
) -> None:
    sent(db, at, "hold_number", reason="auth_invalid", code=190)
    found = row(db)
    assert (found["state"], found["failures"], found["error_code"]) == ("retry", 0, 190)
    many(db, at, 3, B1)
    assert claim(db, at + 15 * MIN - MS) == []
    assert claim(db, at + HOUR, number="500000000000002") != []
    assert db.one("select reason from noc.queue_pauses where phone_number_id = %s", NUMBER) == (
        "auth_invalid"
    )
    assert db.one("select target from public.noc_audit where action = 'queue_held'") == (
        f"number:{NUMBER}"
    )


def test_a_company_that_is_refused_waits_for_a_person(db: Database, at: datetime) -> None:
    sent(db, at, "hold_company", reason="spam_limit", code=131048)
    enqueue(db, at, wanted("b"), company=B1)
    later = at + timedelta(days=2)
    assert companies_of(db, claim(db, later)) == [B1]
    assert db.one("select noc.resume_queue(%s, null, 0, null, %s)", A1, later)
    assert companies_of(db, claim(db, later)) == [A1]


def test_many_refusals_hold_once(db: Database, at: datetime) -> None:
    many(db, at, 5)
    leases = [lease for lease in claim(db, at) if begin(db, lease, at)["send"]]
    for lease in leases:
        settle(db, lease, at, "hold_number", "billing", 131042)
    assert len(leases) == 5
    assert db.one("select count(*) from public.noc_audit where action = 'queue_held'") == 1


def test_resuming_everything_resumes_the_numbers_too(db: Database, at: datetime) -> None:
    sent(db, at, "hold_number", reason="auth_invalid")
    assert db.one("select noc.resume_queue(null, null, 0, null, %s)", at + MIN)
    assert len(claim(db, at + MIN)) == 1


@pytest.mark.parametrize(
    ("outcome", "company", "judged"),
    [("hold_company", A1, A1), ("hold_number", A1, A1), ("retry", A1, None)],
)
def test_a_queue_that_the_provider_holds_raises_an_alert(
    db: Database, at: datetime, outcome: str, company: str, judged: str | None
) -> None:
    sent(db, at, outcome, reason="billing", code=131042)
    evaluate(db, at + S)
    found = [one["severity"] for one in alerts(db, company, "whatsapp_queue_held")]
    assert found == (["critical"] if judged else [])
    assert alerts(db, B1, "whatsapp_queue_held") == []


def test_a_pause_of_a_person_raises_none(db: Database, world: World, at: datetime) -> None:
    enqueue(db, at, wanted())
    db.run("select noc.pause_queue(%s, null, null, 'teste', %s, null, %s)", A1, world.admin, at)
    evaluate(db, at + S)
    assert alerts(db, A1, "whatsapp_queue_held") == []


def test_a_dead_message_is_sent_again_when_asked_with_all_of_its_tries(
    db: Database, at: datetime
) -> None:
    lease = sent(db, at, "refused", reason="template", code=132001)
    later = at + timedelta(days=5)
    answer = db.one("select noc.retry_dead_message(%s, %s)", lease["message_id"], later)
    assert answer == "queued"
    found = row(db)
    assert (found["state"], found["failures"], found["error_code"]) == ("retry", 0, None)
    assert not settle(db, lease, later)["accepted"]
    (again,) = claim(db, later)
    assert begin(db, again, later)["send"]
    assert settle(db, again, later)["state"] == "sent"


RESOLVE = "select noc.resolve_unknown('message', %s, %s, 'liguei e confirmei', %s)"


@pytest.mark.parametrize(
    ("outcome", "state", "again"),
    [("arrived", "sent", 0), ("resend", "retry", 1), ("drop", "dead", 0)],
)
def test_a_person_resolves_what_is_unknown(
    db: Database, world: World, at: datetime, outcome: str, state: str, again: int
) -> None:
    lease = sent(db, at, "ambiguous")
    answer = at_that_time(db, world.franqueado_a, RESOLVE, lease["message_id"], outcome, at + MIN)
    assert answer == {
        "kind": "message",
        "id": lease["message_id"],
        "outcome": outcome,
        "state": state,
    }
    assert row(db)["state"] == state
    assert len(claim(db, at + MIN)) == again
    assert db.one("select target from public.noc_audit where action = 'resolve_unknown'") == (
        f"message:{lease['message_id']}"
    )


def test_nobody_else_resolves_it_and_nothing_that_is_known(
    db: Database, world: World, at: datetime
) -> None:
    lease = sent(db, at, "ambiguous")
    for who in (world.franqueado_b, world.cliente_a1, world.stranger):
        answer = at_that_time(db, who, RESOLVE, lease["message_id"], "resend", at)
        assert answer["hint"] == "message_not_found"
    nothing = at_that_time(db, world.admin, RESOLVE, uuid4(), "resend", at)
    assert nothing["hint"] == "message_not_found"
    at_that_time(db, world.admin, RESOLVE, lease["message_id"], "arrived", at)
    error = db.refused(world.admin, RESOLVE, lease["message_id"], "drop", at, role="postgres")
    assert error.diag.message_hint == "not_unknown"


def test_what_was_said_is_gone_after_thirty_days_and_not_sent_again(
    db: Database, world: World, at: datetime
) -> None:
    lease = sent(db, at, "ambiguous")
    later = at + timedelta(days=30, seconds=1)
    db.run("delete from noc.message_contents where created_at < %s - interval '30 days'", later)
    error = db.refused(world.admin, RESOLVE, lease["message_id"], "resend", later, role="postgres")
    assert error.diag.message_hint == "content_gone"


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("select noc.claim_messages('', 1, 'n', now())", "worker"),
        ("select noc.claim_messages('w', 0, 'n', now())", "max"),
        ("select noc.claim_messages('w', 101, 'n', now())", "max"),
        ("select noc.claim_messages('w', 1, '', now())", "number"),
        ("select noc.settle_message(gen_random_uuid(), 1, 'lost', 'a', 1, 'r', 1)", "outcome"),
        ("select noc.settle_message(gen_random_uuid(), 1, 'retry', null, 1, 'r', 1)", "reason"),
        ("select noc.settle_message(gen_random_uuid(), 1, 'retry', 'A b', 1, 'r', 1)", "reason"),
        (
            "select noc.settle_message(gen_random_uuid(), 1, 'retry', 'a', 1, repeat('r', 201), 1)",
            "provider_ref",
        ),
        (
            "select noc.settle_message(gen_random_uuid(), 1, 'retry', 'a', 1, 'r', 86401)",
            "retry_after_s",
        ),
        (
            "select noc.settle_message(gen_random_uuid(), 1, 'retry', 'a', 1, 'r', 1)",
            "message_not_found",
        ),
    ],
)
def test_bad_input_of_a_worker_is_named(db: Database, query: str, hint: str) -> None:
    error = db.refused(None, query, role="postgres")
    assert error.diag.message_hint == hint


def test_the_codes_mean_the_same_in_answers_and_in_webhooks(db: Database) -> None:
    here = {
        one["code"]: (one["reason"], one["bad_address"], one["hold"])
        for one in db.all("select * from noc.provider_errors")
    }
    there = {
        code: (receipt.reason, receipt.outcome == "bad_address", receipt.hold)
        for code, receipt in meta_errors.CODES.items()
    }
    assert here == there
