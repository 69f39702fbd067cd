"""Incidents: the same trouble in several companies is one, for admin; and what flaps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.db.conftest import A1, A2, B1, Database, World
from tests.db.judging import (
    MIN,
    S,
    alert_of,
    alerts,
    at_that_time,
    judge,
    kinds,
    opened,
    probed,
    recover,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("world", "silence_is_no_news")


def down(db: Database, at: datetime, *companies: str) -> None:
    for company in companies:
        probed(db, "omie", "DOWN", at, company)
    judge(db, at)


def incidents(db: Database) -> list[dict[str, Any]]:
    return db.all(
        "select * from public.noc_alerts where incident and code = 'service_down'"
        " order by opened_at"
    )


def test_three_companies_with_the_same_trouble_are_one_incident(db: Database, at: datetime) -> None:
    down(db, at, A1, A2)
    assert incidents(db) == []
    down(db, at + 119 * S, B1)
    (incident,) = incidents(db)
    assert (incident["service"], incident["severity"]) == ("omie", "critical")
    assert incident["started_at"] == at
    parents = {row["parent_id"] for c in (A1, A2, B1) for row in alerts(db, c, "service_down")}
    assert parents == {incident["alert_id"]}


def test_three_within_more_than_two_minutes_are_three_alerts(db: Database, at: datetime) -> None:
    down(db, at, A1, A2)
    down(db, at + 120 * S, B1)
    assert incidents(db) == []


def test_three_services_of_one_company_are_no_incident(db: Database, at: datetime) -> None:
    for service in ("omie", "f360", "banks"):
        probed(db, service, "DOWN", at, A1)
    judge(db, at)
    assert incidents(db) == []


def test_who_follows_joins_while_it_lasts(db: Database, world: World, at: datetime) -> None:
    db.run("insert into public.companies values ('ABCDEFGHIJKL80', 'Outra', null)")
    down(db, at, A1, A2, B1)
    down(db, at + 30 * MIN, "ABCDEFGHIJKL80")
    (incident,) = incidents(db)
    assert alerts(db, "ABCDEFGHIJKL80", "service_down")[0]["parent_id"] == incident["alert_id"]


def test_it_ends_with_its_last_part(db: Database, at: datetime) -> None:
    down(db, at, A1, A2, B1)
    for minute, company in enumerate((A1, A2)):
        recover(db, at + (1 + minute) * MIN, company=company)
    judge(db, at + 3 * MIN)
    assert incidents(db)[0]["state"] == "open"
    recover(db, at + 4 * MIN, company=B1)
    judge(db, at + 4 * MIN)
    (incident,) = incidents(db)
    assert (incident["close_reason"], incident["closed_at"]) == ("recovered", at + 4 * MIN)


def test_it_is_as_severe_as_its_worst_part(db: Database, world: World, at: datetime) -> None:
    down(db, at, A1, A2, B1)
    (incident,) = incidents(db)
    db.run("update public.noc_alerts set severity = 'warning' where parent_id is not null")
    db.run("select noc.gather_incidents(%s)", at + S)
    at_that_time(
        db, world.admin, "select noc.ack_alert(%s, null, null, %s)", incident["alert_id"], at
    )
    db.run("update public.noc_alerts set severity = 'critical' where company_cnpj = %s", B1)
    db.run("select noc.gather_incidents(%s)", at + 2 * S)
    found = incidents(db)[0]
    assert (found["severity"], found["state"]) == ("critical", "open")
    assert kinds(db, incident["alert_id"]) == [
        "opened", "severity_down", "acknowledged", "severity_up",
    ]  # fmt: skip


@pytest.mark.parametrize(("minutes", "same"), [(15, True), (16, False)])
def test_back_within_the_reopen_window_it_is_the_same_incident(
    db: Database, at: datetime, minutes: int, same: bool
) -> None:
    down(db, at, A1, A2, B1)
    for company in (A1, A2, B1):
        recover(db, at + MIN, company=company)
    judge(db, at + MIN)
    db.run("update public.noc_rules set reopen_s = 0")
    down(db, at + (minutes + 1) * MIN - 2 * S, A1, A2)
    db.run("update public.noc_rules set reopen_s = 900")
    down(db, at + (minutes + 1) * MIN, B1)
    assert len(incidents(db)) == (1 if same else 2)


def test_only_admin_sees_the_incident_and_a_company_only_its_own_part(
    db: Database, world: World, at: datetime
) -> None:
    db.run("update public.noc_rules set enabled = false where scope_kind = 'platform'")
    down(db, at, A1, A2, B1)
    (incident,) = incidents(db)
    db.run("update noc.engine_state set tick_at = %s", at)
    counts = {}
    for who in ("admin", "franqueado_a", "cliente_a1", "cliente_b1"):
        with db.acting_as(getattr(world, who)):
            listed = db.all("select alert_id from public.noc_alerts where state <> 'closed'")
            assert (incident["alert_id"] in [r["alert_id"] for r in listed]) is (who == "admin")
        badge = at_that_time(db, getattr(world, who), "select noc.badge(%s)", at)
        counts[who] = badge["open_alerts"]
    assert counts == {"admin": 1, "franqueado_a": 2, "cliente_a1": 1, "cliente_b1": 1}


def test_admins_list_names_the_parts_and_others_learn_of_no_parent(
    db: Database, world: World, at: datetime
) -> None:
    db.run("update public.noc_rules set enabled = false where scope_kind = 'platform'")
    down(db, at, A1, A2, B1)
    overview = "select noc.overview(null, null, null, null, %s)"
    listed = at_that_time(db, world.admin, overview, at)["alerts"]
    assert sorted((a["incident"], a["parts"]) for a in listed) == [
        (False, None), (False, None), (False, None), (True, 3),
    ]  # fmt: skip
    for alert in at_that_time(db, world.cliente_a1, overview, at)["alerts"]:
        assert (alert["parent_id"], alert["parts"], alert["incident"]) == (None, None, False)


def test_a_company_that_is_well_does_not_turn_yellow_by_an_incident(
    db: Database, world: World, at: datetime
) -> None:
    db.run("insert into public.companies values ('ABCDEFGHIJKL80', 'Outra', null)")
    down(db, at, A1, A2, B1)
    shown = db.all(
        "select status from noc.shown_services(%s, '{ABCDEFGHIJKL80}') where service_name = 'omie'",
        at,
    )
    assert [row["status"] for row in shown] in ([], ["NO_DATA"], ["UP"])


# Flapping


def flip(db: Database, at: datetime, times: int, every: timedelta = 2 * MIN) -> datetime:
    """`times` openings and closings in turn; gives the instant of the last."""
    for number in range(times):
        moment = at + number * every
        probed(db, "omie", "DOWN" if number % 2 == 0 else "UP", moment, A1)
        judge(db, moment)
    return at + (times - 1) * every


@pytest.mark.parametrize(("times", "unstable"), [(3, False), (5, True)])
def test_what_opens_and_closes_too_often_is_unstable(
    db: Database, at: datetime, times: int, unstable: bool
) -> None:
    flip(db, at, times)
    (alert,) = alerts(db, code="service_down")
    assert alert["flapping"] is unstable
    assert (kinds(db, alert["alert_id"])[-1] == "flapping") is unstable


def test_flips_over_more_than_an_hour_are_not_flapping(db: Database, at: datetime) -> None:
    flip(db, at, 9, 21 * MIN)
    assert not any(alert["flapping"] for alert in alerts(db))


@pytest.mark.parametrize(("minutes", "unstable"), [(19, True), (20, False)])
def test_flips_are_counted_over_an_hour_whichever_alert_they_belong_to(
    db: Database, at: datetime, minutes: int, unstable: bool
) -> None:
    flip(db, at, 5, minutes * MIN)
    assert [alert["flapping"] for alert in alerts(db)] == [False, False, unstable]


def test_an_unstable_alert_stays_one_open_row_without_further_events(
    db: Database, at: datetime
) -> None:
    last = flip(db, at, 5)
    (alert,) = alerts(db, code="service_down")
    before = kinds(db, alert["alert_id"])
    for number in range(1, 7):
        probed(db, "omie", "UP" if number % 2 else "DOWN", last + number * MIN, A1)
        judge(db, last + number * MIN)
        (found,) = alerts(db, code="service_down")
        assert (found["state"], found["flapping"]) == ("open", True)
    assert kinds(db, alert["alert_id"]) == before


@pytest.mark.parametrize(("minutes", "calm"), [(59, False), (60, True)])
def test_it_is_over_an_hour_after_its_last_flip_when_good(
    db: Database, at: datetime, minutes: int, calm: bool
) -> None:
    last = flip(db, at, 5) + MIN
    recover(db, last)
    judge(db, last)
    judge(db, last + minutes * MIN)
    (alert,) = alerts(db, code="service_down")
    assert (alert["state"] == "closed", not alert["flapping"]) == (calm, calm)
    if calm:
        assert kinds(db, alert["alert_id"])[-2:] == ["steady", "closed"]


def test_one_that_has_been_bad_for_an_hour_is_an_ordinary_open_alert(
    db: Database, at: datetime
) -> None:
    last = flip(db, at, 5)
    db.run("update noc.check_targets set last_checked_at = %s", last + 60 * MIN)
    judge(db, last + 60 * MIN)
    (alert,) = alerts(db, code="service_down")
    assert (alert["state"], alert["flapping"]) == ("open", False)
    assert kinds(db, alert["alert_id"])[-1] == "steady"


def test_closed_by_hand_it_is_closed(db: Database, world: World, at: datetime) -> None:
    last = flip(db, at, 5)
    (alert,) = alerts(db, code="service_down")
    at_that_time(
        db, world.franqueado_a, "select noc.close_alert(%s, 'sonda ruim', %s)",
        alert["alert_id"], last + S,
    )  # fmt: skip
    found = alert_of(db, alert["alert_id"])
    assert (found["state"], found["flapping"]) == ("closed", False)


def test_a_first_alert_is_not_unstable(db: Database, at: datetime) -> None:
    assert not alert_of(db, opened(db, at))["flapping"]
