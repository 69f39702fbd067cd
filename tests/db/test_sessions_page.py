"""Who uses the dashboards, in numbers: active, most at once, and nobody by name."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.conftest import A1, A2, B1, Database, World
from tests.db.judging import HOUR, MIN, S, at_that_time

Json = dict[str, Any]


def seen(
    db: Database,
    user: UUID,
    starts: datetime,
    last: datetime,
    company: str | None = A1,
    signed_in: bool = True,
) -> None:
    """A session of the dashboard, and one of Auth's while the person is signed in."""
    if signed_in:
        db.run("insert into auth.sessions (id, user_id) values (%s, %s)", uuid4(), user)
    db.run(
        "insert into public.sessions (user_id, company_cnpj, started_at, last_seen_at)"
        " values (%s, %s, %s, %s)",
        user,
        company,
        starts,
        last,
    )


def sessions(db: Database, user: UUID, at: datetime, **more: Any) -> Json:
    answer: Json = at_that_time(
        db,
        user,
        "select noc.list_sessions(%s, null, %s, %s)",
        more.get("company"),
        more.get("range"),
        at,
    )
    return answer


@pytest.mark.parametrize(("ago", "active"), [(5 * MIN - S, 1), (5 * MIN, 0)])
def test_a_session_is_active_for_five_minutes_after_it_was_seen(
    db: Database, world: World, at: datetime, ago: timedelta, active: int
) -> None:
    seen(db, world.cliente_a1, at - HOUR, at - ago)
    assert sessions(db, world.admin, at)["active"] == active


def test_who_signed_out_is_not_active(db: Database, world: World, at: datetime) -> None:
    seen(db, world.cliente_a1, at - HOUR, at - S)
    db.run("delete from auth.sessions where user_id = %s", world.cliente_a1)
    found = sessions(db, world.admin, at)
    assert (found["active"], found["people"]) == (0, 0)
    assert found["companies"][0]["concurrent_max"] == 1


def test_people_are_counted_once_and_never_named(db: Database, world: World, at: datetime) -> None:
    for company in (A1, A2):
        seen(db, world.franqueado_a, at - HOUR, at - S, company)
    seen(db, world.cliente_a1, at - HOUR, at - S)
    found = sessions(db, world.franqueado_a, at)
    assert (found["active"], found["people"]) == (3, 2)
    assert [(c["company_cnpj"], c["active"]) for c in found["companies"]] == [(A1, 2), (A2, 1)]
    assert str(world.cliente_a1) not in str(found)


def test_the_most_at_the_same_time_is_found_within_the_range(
    db: Database, world: World, at: datetime
) -> None:
    for late in (0, 10, 20):
        starts = at - HOUR + (10 + late) * MIN
        seen(db, world.cliente_a1, starts, starts + 12 * MIN)
    row = sessions(db, world.admin, at)["companies"][0]
    assert row["concurrent_max"] == 2
    assert row["concurrent_max_at"] == (at - 30 * MIN).isoformat()
    assert sessions(db, world.admin, at, range="15m")["companies"][0]["concurrent_max"] == 1


def test_the_spark_holds_the_most_of_each_minute_of_an_hour(
    db: Database, world: World, at: datetime
) -> None:
    seen(db, world.cliente_a1, at - 30 * MIN, at - 20 * MIN)
    seen(db, world.franqueado_a, at - 26 * MIN, at - 26 * MIN)
    spark = sessions(db, world.admin, at)["spark"]
    assert len(spark) == 60
    assert spark[:30] == [0] * 30
    assert spark[30:34] == [1] * 4
    assert spark[34:39] == [2] * 5
    assert spark[40:45] == [1] * 5
    assert spark[46:] == [0] * 14


def test_a_session_of_no_company_counts_for_who_sees_everything(
    db: Database, world: World, at: datetime
) -> None:
    seen(db, world.admin, at - MIN, at - S, None)
    assert sessions(db, world.admin, at)["active"] == 1
    assert sessions(db, world.admin, at, company=A1)["active"] == 0
    assert sessions(db, world.franqueado_a, at)["active"] == 0


def test_nobody_counts_foreign_sessions(db: Database, world: World, at: datetime) -> None:
    seen(db, world.cliente_b1, at - MIN, at - S, B1)
    assert sessions(db, world.cliente_b1, at)["active"] == 1
    assert sessions(db, world.cliente_a1, at)["companies"] == []
    error = db.refused(world.cliente_a1, "select public.noc_list_sessions(%s)", B1)
    assert error.diag.message_hint == "scope_not_found"
    error = db.refused(world.cliente_a1, "select public.noc_list_sessions(range => '2d')")
    assert error.diag.message_hint == "range"


def test_whoever_is_seen_is_announced_to_the_company(
    db: Database, world: World, at: datetime
) -> None:
    with db.acting_as(world.cliente_a1):
        db.run("select public.noc_touch_session()")
    db.run("select noc.announce_touched()")
    topics = db.all("select topic from noc.versions where table_name = 'sessions'")
    assert f"noc:company:{A1}" in {row["topic"] for row in topics}
    assert f"noc:company:{B1}" not in {row["topic"] for row in topics}
