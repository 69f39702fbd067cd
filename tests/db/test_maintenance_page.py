"""What people see of maintenance: the preview, the list, the status of services, early ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, A2, B1, GROUP_A, GROUP_B, Database, World
from tests.db.judging import MIN, S, alerts, at_that_time, judge, opened, probed, traffic
from tests.db.test_maintenance import HOUR, window

pytestmark = pytest.mark.usefixtures("world", "silence_is_no_news")

DAY = 24 * HOUR
EVERYBODY = ["admin", "franqueado_a", "cliente_a1"]


def weekly(db: Database, user: UUID, at: datetime, **other: Any) -> str:
    """A window of an hour every day that opens at `at`; gives its id."""
    window_id: str = window(db, user, at, last_day=None, **other)["window_id"]
    return window_id


def listed(db: Database, user: UUID, at: datetime, ended: bool = False) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = at_that_time(
        db, user, "select noc.list_silences(%s, %s)", ended, at
    )
    return entries


def preview(db: Database, user: UUID, at: datetime, **wanted: Any) -> dict[str, Any]:
    """Of an hour's window that opens at `at`, or as wanted."""
    window = {
        "timezone": "UTC",
        "first_day": at.date().isoformat(),
        "last_day": at.date().isoformat(),
        "starts": at.strftime("%H:%M"),
        "minutes": 60,
        **wanted,
    }
    answer: dict[str, Any] = at_that_time(
        db, user, "select noc.preview_maintenance(%s, %s)", Jsonb(window), at
    )
    return answer


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


# The preview


def test_the_preview_says_when_for_how_many_companies_and_which_alerts_fall_silent(
    db: Database, world: World, at: datetime
) -> None:
    opened(db, at)
    opened(db, at, A2, "f360")
    opened(db, at, B1)
    said = preview(db, world.franqueado_a, at)
    companies = db.one("select count(*) from public.companies where group_id = %s", GROUP_A)
    assert (said["companies"], said["matching"], said["critical"]) == (companies, 2, 2)
    assert {alert["service"] for alert in said["alerts"]} == {"omie", "f360"}
    assert (instant(said["starts_at"]), instant(said["ends_at"])) == (at, at + HOUR)


@pytest.mark.parametrize(
    ("scope", "matching"),
    [
        ({}, None),
        ({"service": "f360"}, 1),
        ({"company_cnpj": A1}, 1),
        ({"group_id": str(GROUP_A)}, 2),
        ({"company_cnpj": A1, "service": "f360"}, 0),
    ],
)
def test_the_preview_reaches_what_the_window_would(
    db: Database, world: World, at: datetime, scope: dict[str, Any], matching: int | None
) -> None:
    opened(db, at)
    opened(db, at, A2, "f360")
    opened(db, at, B1)
    if matching is None:
        matching = db.one("select count(*) from public.noc_alerts")
    assert preview(db, world.admin, at, **scope)["matching"] == matching
    window(db, world.admin, at, **scope)
    muted = "select count(*) from public.noc_alerts where muted_by like 'maintenance:%%'"
    assert db.one(muted) == matching


def test_the_preview_of_a_window_that_never_opens_says_so(
    db: Database, world: World, at: datetime
) -> None:
    past = (at - 2 * DAY).date().isoformat()
    said = preview(db, world.admin, at, first_day=past, last_day=past)
    assert (said["starts_at"], said["ends_at"]) == (None, None)


@pytest.mark.parametrize("who", ["cliente_a1", "franqueado_b", "stranger"])
def test_who_does_not_operate_a_company_gets_no_preview_of_it(
    db: Database, world: World, who: str
) -> None:
    wanted = {"company_cnpj": A1, "first_day": "2026-11-26", "starts": "10:00", "minutes": 60}
    error = db.refused(
        getattr(world, who), "select public.noc_preview_maintenance(%s)", Jsonb(wanted)
    )
    assert (error.sqlstate, error.diag.message_hint) == ("PT404", "scope_not_found")


def test_the_preview_names_the_field_that_is_wrong(db: Database, world: World) -> None:
    wanted = {"first_day": "2026-11-26", "starts": "10:00", "minutes": 4}
    error = db.refused(world.admin, "select public.noc_preview_maintenance(%s)", Jsonb(wanted))
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "minutes")


# The list


def test_its_operator_may_change_a_window_and_whom_it_covers_only_sees_it(
    db: Database, world: World, at: datetime
) -> None:
    window(db, world.admin, at, group_id=str(GROUP_A))
    window(db, world.admin, at)
    window(db, world.admin, at, group_id=str(GROUP_B))
    seen = [(w["group_id"], w["can_edit"], w["by"]) for w in listed(db, world.franqueado_a, at)]
    assert sorted(seen, key=str) == [
        (str(GROUP_A), True, db.one("select email from auth.users where id = %s", world.admin)),
        (None, False, None),
    ]
    assert all(w["can_edit"] for w in listed(db, world.admin, at))
    assert len(listed(db, world.admin, at)) == 3


@pytest.mark.parametrize("who", ["cliente_a1", "stranger"])
def test_who_operates_nothing_is_told_of_no_window(
    db: Database, world: World, at: datetime, who: str
) -> None:
    window(db, world.admin, at)
    assert listed(db, getattr(world, who), at) == []


def test_who_sees_a_wider_window_counts_the_own_alerts_alone(
    db: Database, world: World, at: datetime
) -> None:
    opened(db, at)
    opened(db, at, B1)
    window(db, world.admin, at)
    assert [w["muting"] for w in listed(db, world.franqueado_a, at)] == [1]
    assert [w["muting"] for w in listed(db, world.franqueado_b, at)] == [1]
    assert listed(db, world.admin, at)[0]["muting"] >= 2


def test_the_list_names_the_present_time_before_the_next_one(
    db: Database, world: World, at: datetime
) -> None:
    weekly(db, world.admin, at, minutes=1380)
    (entry,) = listed(db, world.admin, at + 22 * HOUR)
    assert (instant(entry["starts_at"]), entry["active"]) == (at, True)
    (entry,) = listed(db, world.admin, at + 23 * HOUR)
    assert (instant(entry["starts_at"]), entry["active"]) == (at + DAY, False)


def test_an_ended_window_is_listed_with_its_last_time_when_asked_for(
    db: Database, world: World, at: datetime
) -> None:
    window(db, world.admin, at)
    assert listed(db, world.admin, at + 2 * HOUR) == []
    (entry,) = listed(db, world.admin, at + 2 * HOUR, ended=True)
    assert (instant(entry["ends_at"]), entry["active"]) == (at + HOUR, False)


# Early ends


END = "select noc.end_maintenance(%s, true, %s)"


def test_a_weekly_window_is_ended_for_this_time_and_opens_the_next(
    db: Database, world: World, at: datetime
) -> None:
    window_id = weekly(db, world.admin, at)
    at_that_time(db, world.admin, END, window_id, at + 10 * MIN)
    until = "select noc.maintenance_until(%s, 'omie', %s)"
    assert db.one(until, A1, at + 9 * MIN) == at + 10 * MIN
    assert db.one(until, A1, at + 10 * MIN) is None
    assert db.one(until, A1, at + DAY) == at + DAY + HOUR
    (entry,) = listed(db, world.admin, at + 10 * MIN)
    assert instant(entry["starts_at"]) == at + DAY


def test_what_fails_after_the_early_end_opens(db: Database, world: World, at: datetime) -> None:
    window_id = weekly(db, world.admin, at)
    probed(db, "omie", "DOWN", at + MIN, A1)
    judge(db, at + MIN)
    assert alerts(db) == []
    at_that_time(db, world.admin, END, window_id, at + 10 * MIN)
    db.run("update noc.check_targets set last_checked_at = %s", at + 10 * MIN)
    judge(db, at + 10 * MIN)
    (alert,) = alerts(db)
    assert (alert["opened_at"], alert["started_at"]) == (at + 10 * MIN, at + MIN)
    assert alert["muted_by"] is None


def test_a_window_that_is_not_open_has_no_time_to_end(
    db: Database, world: World, at: datetime
) -> None:
    window_id = weekly(db, world.admin, at, starts=at + HOUR)
    error = db.refused(world.admin, END, window_id, at, role="postgres")
    assert (error.sqlstate, error.diag.message_hint) == ("PT409", "not_open")
    assert db.one("select noc.maintenance_until(%s, 'omie', %s)", A1, at + HOUR) == at + 2 * HOUR


def test_an_ended_time_stays_ended_unless_the_times_are_changed(
    db: Database, world: World, at: datetime
) -> None:
    window_id = weekly(db, world.admin, at)
    at_that_time(db, world.admin, END, window_id, at + 10 * MIN)
    until = "select noc.maintenance_until(%s, 'omie', %s)"
    weekly(db, world.admin, at, window_id=window_id, title="outro nome")
    assert db.one(until, A1, at + 11 * MIN) is None
    weekly(db, world.admin, at, window_id=window_id, minutes=90)
    assert db.one(until, A1, at + 11 * MIN) == at + 90 * MIN


@pytest.mark.parametrize("who", ["cliente_a1", "franqueado_b", "franqueado_a", "stranger"])
def test_who_does_not_operate_all_of_a_window_cannot_end_its_time(
    db: Database, world: World, at: datetime, who: str
) -> None:
    window_id = weekly(db, world.admin, at)
    assert at_that_time(db, getattr(world, who), END, window_id, at)["code"] == "PT404"
    assert db.one("select noc.maintenance_until(%s, 'omie', %s)", A1, at) is not None


def test_the_trail_says_whether_it_was_this_time_or_for_ever(
    db: Database, world: World, at: datetime
) -> None:
    window_id = weekly(db, world.admin, at)
    at_that_time(db, world.admin, END, window_id, at + MIN)
    ever = "select noc.end_maintenance(%s, false, %s)"
    at_that_time(db, world.admin, ever, window_id, at + 2 * MIN)
    rows = db.all(
        "select payload ->> 'only_now' as now from public.noc_audit"
        " where action = 'end_maintenance' order by audit_id"
    )
    assert [row["now"] for row in rows] == ["true", "false"]


# The page


def overview(db: Database, user: UUID, at: datetime) -> dict[str, Any]:
    answer: dict[str, Any] = at_that_time(
        db, user, "select noc.overview(null, null, null, null, %s)", at
    )
    return answer


@pytest.mark.parametrize("who", EVERYBODY)
def test_the_page_shows_maintenance_and_its_end_where_a_service_is_down_in_it(
    db: Database, world: World, at: datetime, who: str
) -> None:
    user = getattr(world, who)
    probed(db, "f360", "UP", at)
    probed(db, "omie", "DOWN", at)
    window(db, world.admin, at, service="omie")
    seen = overview(db, user, at + S)
    (card,) = [s for s in seen["services"] if s["service_name"] == "omie"]
    assert (card["status"], instant(card["until"])) == ("MAINTENANCE", at + HOUR)
    banner = seen["banner"]
    assert (banner["kind"], banner["status"], banner["service"]) == ("maintenance", "UP", "omie")
    assert instant(banner["until"]) == at + HOUR
    db.run("update noc.check_targets set last_checked_at = %s", at + HOUR)
    assert overview(db, user, at + HOUR)["banner"]["status"] == "DOWN"


def test_the_banner_names_the_company_of_the_one_window_to_who_sees_several(
    db: Database, world: World, at: datetime
) -> None:
    probed(db, "omie", "UP", at)
    window(db, world.franqueado_a, at, company_cnpj=A1, service="f360")
    name = db.one("select name from public.companies where company_cnpj = %s", A1)
    said = {
        who: overview(db, getattr(world, who), at + S)["banner"]
        for who in ("admin", "franqueado_a", "cliente_a1", "franqueado_b")
    }
    assert {who: (b["kind"], b["windows"], b["company_name"]) for who, b in said.items()} == {
        "admin": ("maintenance", 1, name),
        "franqueado_a": ("maintenance", 1, name),
        "cliente_a1": ("maintenance", 1, None),
        "franqueado_b": ("calm", None, None),
    }


def test_what_is_down_outside_of_the_window_comes_before_it(
    db: Database, world: World, at: datetime
) -> None:
    probed(db, "f360", "DOWN", at)
    probed(db, "omie", "DOWN", at)
    window(db, world.admin, at, service="omie")
    banner = overview(db, world.admin, at + S)["banner"]
    assert (banner["kind"], banner["service"]) == ("health", "f360")


@pytest.mark.parametrize("who", EVERYBODY)
def test_where_maintenance_covers_everything_nothing_is_wrong_and_nothing_is_unknown(
    db: Database, world: World, at: datetime, who: str
) -> None:
    user = getattr(world, who)
    probed(db, "omie", "DOWN", at)
    window(db, world.admin, at)
    db.run("update noc.engine_state set tick_at = %s", at)
    assert at_that_time(db, user, "select noc.badge(%s)", at + S)["status"] == "UP"
    banner = overview(db, user, at + S)["banner"]
    assert (banner["kind"], banner["service"]) == ("maintenance", None)
    late = at + 2 * MIN
    assert at_that_time(db, user, "select noc.badge(%s)", late)["status"] == "NO_DATA"


def cells(db: Database, user: UUID, at: datetime) -> dict[str, tuple[str, str, str | None]]:
    """Status of the row, and status and end of its cell of Omie, by company."""
    matrix = at_that_time(db, user, "select noc.matrix(null, null, 'omie', null, %s)", at)
    return {
        row["company_cnpj"]: (row["status"], cell["status"], cell["until"])
        for row in matrix["companies"]
        for cell in row["cells"]
    }


def test_the_matrix_shows_maintenance_in_the_companies_that_it_covers(
    db: Database, world: World, at: datetime
) -> None:
    for company in (A1, A2):
        traffic(db, at - MIN, company=company)
    window(db, world.franqueado_a, at, company_cnpj=A1)
    seen = cells(db, world.admin, at + S)
    assert seen[A1][:2] == ("MAINTENANCE", "MAINTENANCE")
    assert instant(str(seen[A1][2])) == at + HOUR
    assert seen[A2] == ("UP", "UP", None)
    assert cells(db, world.admin, at + HOUR)[A1] == ("UP", "UP", None)


def test_the_matrix_shows_a_groups_window_in_each_of_its_companies(
    db: Database, world: World, at: datetime
) -> None:
    for company in (A1, A2, B1):
        traffic(db, at - MIN, company=company)
    window(db, world.franqueado_a, at)
    seen = cells(db, world.admin, at + S)
    assert {company: seen[company][1] for company in (A1, A2, B1)} == {
        A1: "MAINTENANCE",
        A2: "MAINTENANCE",
        B1: "UP",
    }


def test_a_trouble_that_the_window_does_not_cover_is_still_shown_in_the_matrix(
    db: Database, world: World, at: datetime
) -> None:
    traffic(db, at - MIN)
    probed(db, "omie", "DOWN", at)
    window(db, world.franqueado_a, at, company_cnpj=A1)
    assert cells(db, world.admin, at + S)[A1][1:] == ("DOWN", None)


# Hints


def versions(db: Database) -> dict[str, int]:
    rows = db.all("select topic, version from noc.versions where table_name = 'noc_silences'")
    return {row["topic"]: row["version"] for row in rows}


@pytest.mark.parametrize(
    ("scope", "told", "untold"),
    [
        ({"company_cnpj": A1}, {f"noc:company:{A1}", f"noc:group:{GROUP_A}"}, f"noc:company:{A2}"),
        (
            {"group_id": str(GROUP_A)},
            {f"noc:company:{A1}", f"noc:company:{A2}", f"noc:group:{GROUP_A}"},
            f"noc:company:{B1}",
        ),
        ({}, {f"noc:company:{A1}", f"noc:company:{B1}", f"noc:group:{GROUP_B}"}, None),
    ],
)
def test_everybody_whom_it_covers_hears_of_a_window_that_is_made_opens_and_ends(
    db: Database,
    world: World,
    at: datetime,
    scope: dict[str, Any],
    told: set[str],
    untold: str | None,
) -> None:
    def heard(before: dict[str, int]) -> set[str]:
        after = versions(db)
        return {topic for topic, version in after.items() if version != before.get(topic)}

    def tick(moment: datetime) -> None:
        db.run("select noc.tick(%s)", moment)

    tick(at)
    before = versions(db)
    window(db, world.admin, at + S, starts=at + HOUR, **scope)
    assert heard(before) >= told | {"noc:global"}
    assert untold not in heard(before)
    tick(at + HOUR - 10 * S)
    for moment in (at + HOUR, at + 2 * HOUR):
        before = versions(db)
        tick(moment)
        assert heard(before) >= told | {"noc:global"}
        assert untold not in heard(before)
        before = versions(db)
        tick(moment + timedelta(seconds=10))
        assert heard(before) == set()
