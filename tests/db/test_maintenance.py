"""Maintenance windows: when they are open, what they hold back, and what stands at their end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, A2, B1, GROUP_A, Database, World
from tests.db.judging import MIN, S, alert_of, alerts, at_that_time, judge, opened, probed, recover

pytestmark = pytest.mark.usefixtures("world", "silence_is_no_news")

HOUR = 60 * MIN
SAVE = "select noc.save_maintenance(%s, %s)"


def window(
    db: Database, user: UUID, at: datetime, starts: datetime | None = None, **other: Any
) -> dict[str, Any]:
    """An hour's window of the caller's whole scope; gives the answer of noc.save_maintenance."""
    starts = (starts or at).astimezone(UTC)
    wanted = {
        "title": "migração do ERP",
        "timezone": "UTC",
        "first_day": starts.date().isoformat(),
        "last_day": starts.date().isoformat(),
        "starts": starts.strftime("%H:%M"),
        "minutes": 60,
        **other,
    }
    answer: dict[str, Any] = at_that_time(db, user, SAVE, Jsonb(wanted), at)
    return answer


def down(db: Database, at: datetime, company: str | None = A1) -> None:
    """Omie's probe of the company is down since `at`."""
    probed(db, "omie", "DOWN", at, company)
    judge(db, at)


def test_what_fails_during_maintenance_opens_nothing(
    db: Database, world: World, at: datetime
) -> None:
    window(db, world.franqueado_a, at)
    down(db, at + MIN)
    assert alerts(db) == []


def test_what_fails_and_recovers_during_maintenance_was_never_an_alert(
    db: Database, world: World, at: datetime
) -> None:
    window(db, world.franqueado_a, at)
    down(db, at + MIN)
    recover(db, at + 30 * MIN)
    judge(db, at + 2 * HOUR)
    assert alerts(db) == []


def test_what_still_fails_at_its_end_opens_then_with_its_true_beginning(
    db: Database, world: World, at: datetime
) -> None:
    window(db, world.franqueado_a, at)
    down(db, at + MIN)
    db.run("update noc.check_targets set last_checked_at = %s", at + HOUR)
    judge(db, at + HOUR - S)
    assert alerts(db) == []
    judge(db, at + HOUR)
    (alert,) = alerts(db)
    assert (alert["opened_at"], alert["started_at"]) == (at + HOUR, at + MIN)
    assert alert["muted_by"] is None


def test_an_alert_that_was_open_before_is_muted_and_its_recovery_passes(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    answer = window(db, world.franqueado_a, at + S)
    assert alert_of(db, alert_id)["muted_by"] == f"maintenance:{answer['window_id']}"
    recover(db, at + MIN)
    assert alert_of(db, alert_id)["close_reason"] == "recovered"


def test_only_its_scope_is_under_maintenance(db: Database, world: World, at: datetime) -> None:
    window(db, world.franqueado_a, at, company_cnpj=A1)
    for company in (A1, A2, B1, None):
        down(db, at + S, company)
    opened_for = [len(alerts(db, company, "service_down")) for company in (A1, A2, B1, None)]
    assert opened_for == [0, 1, 1, 1]


def test_a_groups_window_holds_its_companies_of_the_moment(
    db: Database, world: World, at: datetime
) -> None:
    window(db, world.franqueado_a, at)
    db.run("update public.companies set group_id = null where company_cnpj = %s", A2)
    for company in (A1, A2):
        down(db, at + S, company)
    assert [len(alerts(db, company)) for company in (A1, A2)] == [0, 1]


def test_a_window_of_one_service_leaves_the_others(
    db: Database, world: World, at: datetime
) -> None:
    window(db, world.franqueado_a, at, service="f360")
    down(db, at + S)
    assert len(alerts(db)) == 1


@pytest.mark.parametrize(
    ("after", "held"), [(-S, False), (0 * S, True), (HOUR - S, True), (HOUR, False)]
)
def test_a_window_is_open_from_its_first_instant_to_before_its_last(
    db: Database, world: World, at: datetime, after: Any, held: bool
) -> None:
    window(db, world.admin, at - HOUR, starts=at)
    until = db.one("select noc.maintenance_until(%s, 'omie', %s)", A1, at + after)
    assert (until == at + HOUR) is held


@pytest.mark.parametrize(
    ("instant", "held"),
    [
        ("2026-11-27T02:59:59+00", False),  # Thursday 23:59:59 in São Paulo
        ("2026-11-27T03:00:00+00", True),  # Friday 00:00
        ("2026-11-27T07:59:59+00", True),
        ("2026-11-27T08:00:00+00", False),
        ("2026-11-28T03:00:00+00", False),  # Saturday
        ("2026-12-04T03:00:00+00", True),  # the Friday after
        ("2026-11-20T03:00:00+00", False),  # the Friday before the first day
    ],
)
def test_a_weekly_window_follows_the_clock_of_its_time_zone(
    db: Database, world: World, instant: str, held: bool
) -> None:
    moment = datetime.fromisoformat(instant)
    wanted = {
        "title": "semanal",
        "first_day": "2026-11-25",
        "weekdays": [5],
        "starts": "00:00",
        "minutes": 300,
    }
    at_that_time(db, world.admin, SAVE, Jsonb(wanted), datetime(2026, 11, 25, tzinfo=UTC))
    assert (db.one("select noc.maintenance_until(%s, 'omie', %s)", A1, moment) is not None) is held


def test_a_window_over_midnight_is_open_on_both_days(
    db: Database, world: World, at: datetime
) -> None:
    evening = at.replace(hour=23)
    window(db, world.admin, at, starts=evening, minutes=240)
    held = [
        db.one("select noc.maintenance_until(null, 'omie', %s)", evening + hours * HOUR) is not None
        for hours in (0, 1, 3, 4)
    ]
    assert held == [True, True, True, False]


def test_the_answer_says_when_it_opens_next(db: Database, world: World, at: datetime) -> None:
    assert window(db, world.admin, at, starts=at + HOUR)["next_at"] == (at + HOUR).isoformat()
    assert window(db, world.admin, at + 3 * HOUR, starts=at)["next_at"] is None


def test_a_service_under_maintenance_shows_that_and_not_down(
    db: Database, world: World, at: datetime
) -> None:
    window(db, world.admin, at)
    down(db, at + S, None)
    shown = at_that_time(
        db,
        world.admin,
        "select status from noc.shown_services(%s, '{*}') where service_name = 'omie'",
        at + S,
    )
    assert shown == "MAINTENANCE"
    after = "select status from noc.shown_services(%s, '{*}') where service_name = 'omie'"
    db.run("update noc.check_targets set last_checked_at = %s", at + HOUR)
    assert at_that_time(db, world.admin, after, at + HOUR) == "DOWN"


# Rights and bad input


@pytest.mark.parametrize("who", ["cliente_a1", "franqueado_b", "stranger"])
def test_who_does_not_operate_a_company_cannot_plan_its_maintenance(
    db: Database, world: World, at: datetime, who: str
) -> None:
    assert window(db, getattr(world, who), at, company_cnpj=A1)["code"] == "PT404"
    assert db.one("select count(*) from noc.maintenance_windows") == 0


def test_a_franqueado_can_neither_change_nor_end_anothers_window(
    db: Database, world: World, at: datetime
) -> None:
    window_id = window(db, world.admin, at)["window_id"]
    answer = window(db, world.franqueado_a, at, window_id=window_id)
    assert answer["code"] == "PT404"
    end = "select noc.end_maintenance(%s, false, %s)"
    assert at_that_time(db, world.franqueado_a, end, window_id, at)["code"] == "PT404"
    assert db.one("select noc.maintenance_until(%s, 'omie', %s)", B1, at) is not None


def test_its_operator_changes_and_ends_it(db: Database, world: World, at: datetime) -> None:
    window_id = window(db, world.franqueado_a, at)["window_id"]
    window(db, world.franqueado_a, at, window_id=window_id, group_id=str(GROUP_A), minutes=120)
    assert db.one("select noc.maintenance_until(%s, 'omie', %s)", A1, at) == at + 2 * HOUR
    at_that_time(
        db, world.franqueado_a, "select noc.end_maintenance(%s, false, %s)", window_id, at + MIN
    )
    assert db.one("select noc.maintenance_until(%s, 'omie', %s)", A1, at + MIN) is None
    error = db.refused(
        world.admin, "select noc.end_maintenance(%s, false, %s)", window_id, at, role="postgres"
    )
    assert (error.sqlstate, error.diag.message_hint) == ("PT409", "already_ended")


@pytest.mark.parametrize(
    ("field", "value", "taken"),
    [
        ("title", "", False),
        ("title", "x" * 121, False),
        ("title", "x" * 120, True),
        ("timezone", "Mars/Olympus", False),
        ("timezone", "America/Sao_Paulo", True),
        ("service", "sap", False),
        ("first_day", None, False),
        ("first_day", "amanhã", False),
        ("last_day", "2000-01-01", False),
        ("last_day", "2200-01-01", False),
        ("weekdays", [], False),
        ("weekdays", [0], False),
        ("weekdays", [8], False),
        ("weekdays", [1, 7], True),
        ("starts", "25:00", False),
        ("starts", None, False),
        ("minutes", 4, False),
        ("minutes", 5, True),
        ("minutes", 1440, True),
        ("minutes", 1441, False),
        ("minutes", "viel", False),
    ],
)
def test_a_window_is_refused_by_the_field_that_is_wrong(
    db: Database, world: World, at: datetime, field: str, value: Any, taken: bool
) -> None:
    wanted = {
        "title": "x",
        "first_day": date.today().isoformat(),
        "starts": "00:00",
        "minutes": 60,
        field: value,
    }
    if taken:
        assert "window_id" in at_that_time(db, world.admin, SAVE, Jsonb(wanted), at)
        return
    error = db.refused(world.admin, SAVE, Jsonb(wanted), at, role="postgres")
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", field)


def test_a_window_is_on_the_trail_before_and_after(
    db: Database, world: World, at: datetime
) -> None:
    window_id = window(db, world.admin, at)["window_id"]
    window(db, world.admin, at, window_id=window_id, minutes=90)
    entries = db.all(
        "select payload from public.noc_audit where action = 'save_maintenance' order by audit_id"
    )
    minutes = [
        [row["payload"][side] and row["payload"][side]["minutes"] for side in ("before", "after")]
        for row in entries
    ]
    assert minutes == [[None, 60], [60, 90]]
