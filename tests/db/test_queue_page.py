"""The queue per company: what is counted, how it is judged, what holds it, and who is told whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, Database, World, member
from tests.db.judging import HOUR, MIN, S, at_that_time, judge, queued
from tests.db.queueing import NUMBER, claim, enqueue, many, sent, wanted
from tests.db.test_queue_pauses import pause, resume

Json = dict[str, Any]


def queue(db: Database, user: UUID, at: datetime, company: str | None = None) -> Json:
    """The answer of noc.list_queue at `at`."""
    answer: Json = at_that_time(db, user, "select noc.list_queue(%s, null, %s)", company, at)
    return answer


def of(found: Json, company: str = A1) -> Json:
    (one,) = (c for c in found["companies"] if c["company_cnpj"] == company)
    return dict(one)


def reported(db: Database, at: datetime, state: str, company: str = A1, count: int = 1) -> None:
    """Messages of a service that are in this state since `at`."""
    db.run(
        "insert into public.queue_whatsapp (company_cnpj, external_id, status, state, created_at,"
        " updated_at) select %s, gen_random_uuid()::text, noc.queue_status_of(%s), %s, %s, %s"
        " from generate_series(1, %s)",
        company,
        state,
        state,
        at - MIN,
        at,
        count,
    )


def test_each_figure_counts_its_own_span(db: Database, world: World, at: datetime) -> None:
    for state, old in (("failed", 61 * MIN), ("dead", 25 * HOUR), ("sent", 11 * MIN)):
        reported(db, at, state)
        reported(db, at - old, state)
    reported(db, at - 40 * 24 * HOUR, "unknown")
    reported(db, at, "retry", count=2)
    reported(db, at, "sending")
    row = of(queue(db, world.cliente_a1, at))
    assert (row["pending"], row["sending"], row["dead"], row["unknown"]) == (2, 1, 1, 1)
    assert row["failed"] == 2  # what died counts too, as on the card
    assert row["sent_last_10min"] == 1
    assert row["drain_s"] == 1800
    card = at_that_time(
        db, world.cliente_a1, "select noc.overview(null, null, null, '1h', %s)", at
    )["kpis"]["queue"]
    assert card["failed"] == row["failed"]


@pytest.mark.parametrize(
    ("waiting", "gone", "drains"), [(0, 0, 0), (0, 5, 0), (3, 0, None), (3, 6, 300)]
)
def test_a_queue_drains_at_the_pace_of_the_last_ten_minutes(
    db: Database, world: World, at: datetime, waiting: int, gone: int, drains: int | None
) -> None:
    reported(db, at - HOUR, "sent")
    reported(db, at, "queued", count=waiting)
    reported(db, at - MIN, "sent", count=gone)
    assert of(queue(db, world.admin, at))["drain_s"] == drains


@pytest.mark.parametrize(
    ("count", "status"), [(100, "UP"), (101, "DEGRADED"), (500, "DEGRADED"), (501, "DOWN")]
)
def test_what_waits_is_judged_by_the_limits_in_force(
    db: Database, world: World, at: datetime, count: int, status: str
) -> None:
    queued(db, count, at)
    assert of(queue(db, world.admin, at))["status"] == status


def test_the_companys_own_limits_judge_it(db: Database, world: World, at: datetime) -> None:
    db.run(
        "insert into public.noc_rules (code, metric, scope_kind, comparator, service, company_cnpj,"
        " degraded_threshold, down_threshold) values ('whatsapp_queue_pending', 'queue_pending',"
        " 'company', 'above', 'whatsapp', %s, 1, 2)",
        A1,
    )
    for company in (A1, A2):
        queued(db, 3, at, company)
    found = queue(db, world.franqueado_a, at)
    assert [(c["company_cnpj"], c["status"]) for c in found["companies"]] == [
        (A1, "DOWN"),
        (A2, "UP"),
    ]


def test_an_open_alert_on_the_queue_colours_it(db: Database, world: World, at: datetime) -> None:
    reported(db, at, "dead", count=21)
    judge(db, at + S)
    assert of(queue(db, world.admin, at + S))["status"] == "DOWN"


def test_a_paused_queue_is_never_green_and_drains_never(
    db: Database, world: World, at: datetime
) -> None:
    queued(db, 900, at)
    queued(db, 1, at, A2)
    pause(db, at, A1, by=world.admin)
    found = queue(db, world.admin, at + S)
    held, free = of(found), of(found, A2)
    assert (held["status"], held["share"], held["drain_s"]) == ("PAUSED", 0, None)
    assert (free["status"], free["share"], free["pauses"]) == ("UP", 1, [])


def test_a_pause_ends_in_a_ramp_that_is_shown(db: Database, world: World, at: datetime) -> None:
    pause(db, at, A1, by=world.admin)
    assert of(queue(db, world.admin, at + S))["pauses"][0]["ramp_until"] is None
    resume(db, at + MIN, A1, ramp_s=300)
    row = of(queue(db, world.admin, at + MIN + 150 * S))
    assert (row["share"], row["status"]) == (0.5, "NO_DATA")
    (shown,) = row["pauses"]
    assert shown["until"] == (at + MIN).isoformat()
    assert shown["ramp_until"] == (at + MIN + 300 * S).isoformat()
    assert queue(db, world.admin, at + MIN + 300 * S)["companies"] == []


def test_an_open_pause_says_that_it_has_no_end(db: Database, world: World, at: datetime) -> None:
    pause(db, at, None, GROUP_A, until=None, by=world.admin)
    for company in (A1, A2):
        (shown,) = of(queue(db, world.admin, at), company)["pauses"]
        assert (shown["scope"], shown["label"], shown["until"]) == ("group", "Grupo A", None)


def test_a_refusing_provider_is_down_and_names_nobody(
    db: Database, world: World, at: datetime
) -> None:
    sent(db, at, "hold_number", reason="auth_invalid")
    row = of(queue(db, world.admin, at + S))
    assert (row["status"], row["share"]) == ("DOWN", 0)
    (shown,) = row["pauses"]
    assert (shown["scope"], shown["by"], shown["reason"]) == ("number", None, "auth_invalid")
    # Who sends by itself is not held by our number.
    reported(db, at, "queued", A2)
    assert of(queue(db, world.admin, at + S), A2)["pauses"] == []


@pytest.mark.parametrize(
    ("scope", "who", "named"),
    [
        ((A1, None), "admin", True),
        ((A1, None), "franqueado_a", True),
        ((A1, None), "cliente_a1", False),
        ((None, GROUP_A), "franqueado_a", True),
        ((None, GROUP_A), "cliente_a1", False),
        ((None, None), "admin", True),
        ((None, None), "franqueado_a", False),
    ],
)
def test_people_and_reasons_are_told_to_who_operates_what_is_paused(
    db: Database,
    world: World,
    at: datetime,
    scope: tuple[str | None, UUID | None],
    who: str,
    named: bool,
) -> None:
    pause(db, at, *scope, by=world.admin)
    row = of(queue(db, getattr(world, who), at))
    (shown,) = row["pauses"]
    email = db.one("select email from auth.users where id = %s", world.admin)
    assert (shown["by"], shown["reason"]) == (
        (email, "número em revisão") if named else (None, None)
    )
    assert row["can_operate"] == (who != "cliente_a1")


def test_a_franqueado_of_one_company_is_not_told_of_its_groups_pause(
    db: Database, world: World, at: datetime
) -> None:
    owner = member(db, "franqueado", company=A1)
    pause(db, at, None, GROUP_A, by=world.admin)
    (shown,) = of(queue(db, owner, at))["pauses"]
    assert (shown["by"], shown["reason"]) == (None, None)


def test_only_companies_with_something_to_show_are_listed(
    db: Database, world: World, at: datetime
) -> None:
    reported(db, at - timedelta(hours=24, seconds=1), "delivered")
    reported(db, at - timedelta(hours=23), "delivered", A2)
    pause(db, at, B1)
    found = [c["company_cnpj"] for c in queue(db, world.admin, at)["companies"]]
    assert sorted(found) == sorted([A2, B1])
    assert queue(db, world.stranger, at)["companies"] == []
    assert queue(db, world.stranger, at)["totals"]["pending"] == 0


def test_worst_comes_first_then_who_waits_most(db: Database, world: World, at: datetime) -> None:
    queued(db, 5, at, A1)
    queued(db, 501, at, A2)
    queued(db, 9, at, B1)
    found = queue(db, world.admin, at)
    assert [c["company_cnpj"] for c in found["companies"]] == [A2, B1, A1]
    assert found["totals"]["pending"] == 515


def test_a_foreign_company_is_as_one_that_does_not_exist(
    db: Database, world: World, at: datetime
) -> None:
    for company in (B1, "00000000000191"):
        error = db.refused(world.franqueado_a, "select public.noc_list_queue(%s)", company)
        assert (error.sqlstate, error.diag.message_hint) == ("PT404", "scope_not_found")


def test_what_a_worker_settles_is_announced_by_the_tick(
    db: Database, world: World, at: datetime
) -> None:
    def version() -> int:
        found: int | None = db.one(
            "select version from noc.versions where topic = %s and table_name = 'queue_whatsapp'",
            f"noc:company:{A1}",
        )
        return found or 0

    db.run("select noc.tick(%s)", at)
    enqueue(db, at, wanted())
    before = version()
    db.run("select noc.tick(%s)", at + 10 * S)
    queued_at = version()
    assert queued_at > before
    db.run("select noc.tick(%s)", at + 60 * S)
    assert version() == queued_at
    (lease,) = claim(db, at + 61 * S)
    db.run("select noc.begin_message(%s, %s, %s, %s)",
           lease["message_id"], lease["fence"], NUMBER, at + 61 * S)  # fmt: skip
    db.run("select noc.settle_message(%s, %s, 'sent', null, null, 'x', null, %s)",
           lease["message_id"], lease["fence"], at + 62 * S)  # fmt: skip
    db.run("select noc.tick(%s)", at + 70 * S)
    assert version() > queued_at


def test_leased_messages_are_under_way(db: Database, world: World, at: datetime) -> None:
    many(db, at, 3)
    claim(db, at, 2)
    row = of(queue(db, world.admin, at))
    assert (row["pending"], row["sending"]) == (1, 2)
