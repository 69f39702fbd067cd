"""Probes: claiming, settling, and when a status is believed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, B1, Database, World

S = timedelta(seconds=1)


@pytest.fixture
def check(db: Database, world: World) -> UUID:
    """The only due check: Omie with A1's credentials, every 60 s, timeout 5 s."""
    db.run("delete from noc.check_targets where service_name not like 'supabase:%%'")
    db.run("update noc.check_targets set enabled = false")
    check_id: UUID = db.one(
        "insert into noc.check_targets (service_name, company_cnpj, probe, interval_s)"
        " values ('omie', %s, 'omie', 60) returning check_id",
        A1,
    )
    db.run("update noc.check_targets set next_at = '2026-01-01' where enabled")
    return check_id


def claim(db: Database, at: datetime) -> list[dict[str, Any]]:
    claimed: list[dict[str, Any]] = db.one("select noc.claim_checks('w1', 10, %s)", at)
    return claimed


def settle(
    db: Database,
    check: UUID,
    outcome: str,
    checked_at: datetime,
    reason: str | None = None,
    fence: int | None = None,
    at: datetime | None = None,
) -> dict[str, Any]:
    answer: dict[str, Any] = db.one(
        "select noc.settle_check(%s, %s, %s, %s, 120, %s, '{}', %s)",
        check,
        fence,
        checked_at,
        outcome,
        reason,
        at or checked_at,
    )
    return answer


def probe(db: Database, check: UUID, at: datetime, *outcomes: str) -> tuple[str | None, datetime]:
    """Settle one outcome every 10 s from `at`; gives the status and the time of the next one."""
    status = None
    for outcome in outcomes:
        status = settle(db, check, outcome, at)["status"]
        at += 10 * S
    return status, at


def target(db: Database, check: UUID) -> dict[str, Any]:
    return db.all("select * from noc.check_targets where check_id = %s", check)[0]


def test_the_platform_is_probed_from_the_first_migration(db: Database) -> None:
    found = db.all(
        "select service_name, probe, interval_s, timeout_s from noc.check_targets"
        " where service_name like 'supabase:%%' and company_cnpj is null order by 1"
    )
    assert [tuple(row.values()) for row in found] == [
        ("supabase:auth", "auth", 15, 5),
        ("supabase:functions", "functions", 15, 5),
        ("supabase:postgres", "postgres", 15, 5),
        ("supabase:realtime", "realtime", 20, 5),
        ("supabase:rest", "rest", 15, 5),
    ]


def test_a_first_good_result_is_believed_at_once(db: Database, check: UUID, at: datetime) -> None:
    assert settle(db, check, "good", at)["status"] == "UP"


def test_two_bad_results_change_nothing_and_the_third_means_down(
    db: Database, check: UUID, at: datetime
) -> None:
    _, start = probe(db, check, at, "good")
    status, later = probe(db, check, start, "bad", "bad")
    assert status == "UP"
    assert probe(db, check, later, "bad")[0] == "DOWN"
    assert target(db, check)["since"] == start


def test_a_good_result_between_bad_ones_starts_the_count_anew(
    db: Database, check: UUID, at: datetime
) -> None:
    assert probe(db, check, at, "good", "bad", "bad", "good", "bad", "bad")[0] == "UP"


def test_one_good_result_does_not_end_down_and_two_do(
    db: Database, check: UUID, at: datetime
) -> None:
    status, later = probe(db, check, at, "bad", "bad", "bad", "good")
    assert status == "DOWN"
    assert probe(db, check, later, "bad", "good")[0] == "DOWN"
    assert probe(db, check, later + 20 * S, "good")[0] == "UP"
    assert target(db, check)["since"] == later + 10 * S


@pytest.mark.parametrize("reason", ["auth_invalid", "billing", "blocked_until"])
def test_a_refusal_that_cannot_pass_by_itself_means_down_at_once(
    db: Database, check: UUID, at: datetime, reason: str
) -> None:
    probe(db, check, at, "good")
    answer = settle(db, check, "bad", at + S, reason=reason)
    assert answer["status"] == "DOWN"
    assert datetime.fromisoformat(answer["since"]) == at + S


def test_a_timeout_is_not_such_a_refusal(db: Database, check: UUID, at: datetime) -> None:
    probe(db, check, at, "good")
    assert settle(db, check, "bad", at + S, reason="timeout")["status"] == "UP"


def test_two_slow_results_are_up_and_the_third_means_degraded_since_the_first(
    db: Database, check: UUID, at: datetime
) -> None:
    _, start = probe(db, check, at, "good")
    status, later = probe(db, check, start, "slow", "slow")
    assert status == "UP"
    assert probe(db, check, later, "slow")[0] == "DEGRADED"
    assert target(db, check)["since"] == start


def test_a_service_that_answers_slowly_now_and_then_does_not_stay_down(
    db: Database, check: UUID, at: datetime
) -> None:
    sequence = ("bad", "bad", "bad", "slow", "good", "slow", "good", "slow")
    assert probe(db, check, at, *sequence)[0] == "DEGRADED"


@pytest.mark.parametrize(
    ("outcomes", "wait_s"),
    [(("good",), 60), (("good", "bad"), 10), (("bad", "bad", "bad"), 60), (("bad",), 10)],
)
def test_a_status_in_doubt_is_asked_again_after_ten_seconds(
    db: Database, check: UUID, at: datetime, outcomes: tuple[str, ...], wait_s: int
) -> None:
    for outcome in outcomes:
        at += 100 * S
        fence = claim(db, at)[0]["fence"]
        settle(db, check, outcome, at, fence=fence)
    assert target(db, check)["next_at"] == at + wait_s * S


def test_a_check_may_set_its_own_pace_in_doubt(db: Database, check: UUID, at: datetime) -> None:
    db.run("""update noc.check_targets set config = '{"recheck_s": 60}'""")
    settle(db, check, "bad", at, fence=claim(db, at)[0]["fence"])
    assert target(db, check)["next_at"] == at + 60 * S


def test_a_claimed_check_is_not_given_twice_before_its_lease_ends(
    db: Database, check: UUID, at: datetime
) -> None:
    assert [c["check_id"] for c in claim(db, at)] == [str(check)]
    assert claim(db, at + 14.9 * S) == []
    assert claim(db, at + 15 * S)[0]["fence"] == 2


def test_a_check_of_an_inactive_company_rests(db: Database, check: UUID, at: datetime) -> None:
    db.run("update public.companies set active = false where company_cnpj = %s", A1)
    assert claim(db, at) == []
    assert str(check) not in {c["check_id"] for c in db.one("select noc.list_checks()")}


def test_a_result_of_a_lost_lease_is_refused_and_not_logged(
    db: Database, check: UUID, at: datetime
) -> None:
    stale = claim(db, at)[0]["fence"]
    fresh = claim(db, at + 20 * S)[0]["fence"]
    assert settle(db, check, "bad", at + 21 * S, fence=stale)["accepted"] is False
    assert settle(db, check, "good", at + 22 * S, fence=fresh)["accepted"] is True
    assert db.all("select outcome from public.service_health where company_cnpj = %s", A1) == [
        {"outcome": "good"}
    ]


def test_settling_twice_changes_nothing(db: Database, check: UUID, at: datetime) -> None:
    fence = claim(db, at)[0]["fence"]
    first = settle(db, check, "bad", at, fence=fence)
    before = target(db, check)
    assert settle(db, check, "bad", at, fence=fence, at=at + S) == first
    assert target(db, check) == before
    assert db.one("select count(*) from public.service_health where company_cnpj = %s", A1) == 1


def test_a_spooled_outage_counts_from_when_it_began(
    db: Database, check: UUID, at: datetime
) -> None:
    probe(db, check, at, "good")
    back = at + timedelta(hours=2)
    for minute in (30, 31, 32):
        answer = settle(db, check, "bad", at + timedelta(minutes=minute), at=back)
    assert answer["status"] == "DOWN"
    assert datetime.fromisoformat(answer["since"]) == at + timedelta(minutes=30)


def test_a_result_older_than_the_last_is_logged_with_the_status_of_its_moment(
    db: Database, check: UUID, at: datetime
) -> None:
    _, later = probe(db, check, at, "good", "bad", "bad", "bad")
    before = target(db, check)
    assert settle(db, check, "good", at + 15 * S, at=later)["status"] == "DOWN"
    assert target(db, check) == before
    logged = db.one("select status from public.service_health where checked_at = %s", at + 15 * S)
    assert logged == "UP"


@pytest.mark.parametrize(
    ("age", "accepted"),
    [
        (timedelta(hours=48), True),
        (timedelta(hours=48, seconds=1), False),
        (timedelta(seconds=-60), True),
        (timedelta(seconds=-61), False),
    ],
)
def test_results_are_taken_from_two_days_ago_to_a_minute_ahead(
    db: Database, check: UUID, at: datetime, age: timedelta, accepted: bool
) -> None:
    query = "select noc.settle_check(%s, null, %s, 'good', 1, null, '{}', %s)"
    if accepted:
        db.run(query, check, at - age, at)
    else:
        error = db.refused(None, query, check, at - age, at, role="postgres")
        assert (error.sqlstate, error.diag.message_hint) == ("PT400", "checked_at")


@pytest.mark.parametrize(
    ("outcome", "latency_ms", "reason", "details", "hint"),
    [
        ("fine", 1, None, {}, "outcome"),
        ("good", -1, None, {}, "latency_ms"),
        ("good", 3600001, None, {}, "latency_ms"),
        ("good", 1, "Not a code", {}, "reason"),
        ("good", 1, None, [], "details"),
        ("good", 1, None, {"x": "y" * 4000}, "details"),
    ],
)
def test_a_result_that_is_none_is_refused_by_the_name_of_its_field(
    db: Database,
    check: UUID,
    at: datetime,
    outcome: str,
    latency_ms: int,
    reason: str | None,
    details: object,
    hint: str,
) -> None:
    error = db.refused(
        None,
        "select noc.settle_check(%s, null, %s, %s, %s, %s, %s, %s)",
        check,
        at,
        outcome,
        latency_ms,
        reason,
        Jsonb(details),
        at,
        role="postgres",
    )
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", hint)


def test_an_unknown_check_is_refused(db: Database, world: World, at: datetime) -> None:
    error = db.refused(
        None,
        "select noc.settle_check(%s, null, %s, 'good', 1, null, '{}', %s)",
        uuid4(),
        at,
        at,
        role="postgres",
    )
    assert (error.sqlstate, error.diag.message_hint) == ("PT404", "check_not_found")


def test_only_a_confirmed_change_is_announced(db: Database, check: UUID, at: datetime) -> None:
    def version() -> int | None:
        found: int | None = db.one(
            "select version from noc.versions where table_name = 'service_health' and topic = %s",
            f"noc:company:{A1}",
        )
        return found

    probe(db, check, at, "good")
    known = version()
    _, later = probe(db, check, at + 10 * S, "bad", "bad")
    assert version() == known
    probe(db, check, later, "bad")
    assert version() != known


def test_a_shared_provider_going_down_is_told_to_every_company(
    db: Database, check: UUID, at: datetime
) -> None:
    db.run("update noc.check_targets set company_cnpj = null where check_id = %s", check)
    probe(db, check, at, "bad", "bad", "bad")
    topics = db.all("select topic from noc.versions where table_name = 'service_health'")
    assert {f"noc:company:{B1}", "noc:global"} <= {row["topic"] for row in topics}


def test_workers_claim_settle_and_list_and_others_do_not(
    db: Database, check: UUID, world: World
) -> None:
    settle_now = "select public.noc_settle_check(%s, null, now(), 'good', 1, null, '{}')"
    db.run("grant noc_worker to current_user")
    with db.acting_as(None, "noc_worker"):
        assert db.one("select public.noc_claim_checks('w1', 1)") is not None
        assert db.one(settle_now, check)["accepted"] is True
        assert len(db.one("select public.noc_list_checks()")) == 1
    assert db.refused(world.admin, "select public.noc_claim_checks('w1', 1)").sqlstate == "42501"
    assert db.refused(world.admin, settle_now, check).sqlstate == "42501"
    assert db.refused(world.admin, "select public.noc_list_checks()").sqlstate == "42501"
    assert db.refused(None, "table noc.check_targets", role="noc_worker").sqlstate == "42501"


def test_a_member_reads_probes_of_its_companies_without_their_details(
    db: Database, check: UUID, world: World, at: datetime
) -> None:
    probe(db, check, at, "good")
    seen = "select outcome from public.service_health where company_cnpj = %s"
    with db.acting_as(world.cliente_a1):
        assert len(db.all(seen, A1)) == 1
    with db.acting_as(world.cliente_b1):
        assert db.all(seen, A1) == []
    assert db.refused(world.admin, "select details from public.service_health").sqlstate == "42501"


def test_probes_of_no_company_are_read_by_admin_alone(
    db: Database, check: UUID, world: World, at: datetime
) -> None:
    db.run("update noc.check_targets set company_cnpj = null where check_id = %s", check)
    probe(db, check, at, "good")
    seen = "select 1 from public.service_health where company_cnpj is null"
    with db.acting_as(world.admin):
        assert db.all(seen)
    with db.acting_as(world.franqueado_a):
        assert db.all(seen) == []


def test_an_outage_that_was_spooled_and_is_over_is_an_alert_with_its_true_beginning(
    db: Database, check: UUID, at: datetime
) -> None:
    probe(db, check, at - 60 * S, "good", "good")
    db.run("select noc.tick(%s)", at - 30 * S)
    for number, outcome in enumerate(["bad"] * 3 + ["good"] * 2):
        settle(db, check, outcome, at + number * 15 * S, at=at + 100 * S)

    for later, state in ((110 * S, "open"), (120 * S, "closed")):
        db.run("select noc.tick(%s)", at + later)
        (alert,) = db.all(
            "select state::text, started_at from public.noc_alerts where company_cnpj = %s", A1
        )
        assert (alert["state"], alert["started_at"]) == (state, at)
