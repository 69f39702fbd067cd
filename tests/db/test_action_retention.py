"""How long actions and their items stay."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.db.acting import do, failed_jobs, handled, preview
from tests.db.conftest import A1, Database, World
from tests.db.judging import HOUR

DAY = timedelta(days=1)


def left(db: Database, table: str) -> int:
    found: int = db.one(f"select count(*) from {table}")
    return found


@pytest.mark.parametrize(("days", "actions"), [(729, 1), (732, 0)])
def test_an_action_stays_two_years_after_its_end(
    db: Database, world: World, at: datetime, days: int, actions: int
) -> None:
    do(db, world.admin, at - days * DAY, "pause_queue", {"minutes": 30})
    db.run("select noc.revert_expired_actions(%s)", at - days * DAY + HOUR)
    db.run("select noc.maintain(%s)", at + HOUR)
    assert left(db, "public.noc_actions") == actions


def test_one_that_lasts_stays_whatever_its_age(db: Database, world: World, at: datetime) -> None:
    do(db, world.admin, at - 900 * DAY, "pause_queue", {"until_resumed": True})
    db.run("select noc.maintain(%s)", at)
    assert left(db, "public.noc_actions") == 1


@pytest.mark.parametrize(("days", "items"), [(390, 1), (400, 0)])
def test_items_go_with_the_jobs_that_they_name(
    db: Database, world: World, at: datetime, days: int, items: int
) -> None:
    handled(db)
    then = at - days * DAY
    (job,) = failed_jobs(db, then)
    action = do(db, world.admin, then, "reprocess", {"job_ids": [str(job)]})
    with db.acting_as(world.admin, "postgres"):
        db.run("select noc.abort_action(%s, 'não é preciso', %s)", action["action_id"], then)
    db.run("select noc.maintain(%s)", at)
    assert left(db, "noc.action_items") == items
    assert left(db, "public.noc_actions") == 1


@pytest.mark.parametrize(("hours", "plans"), [(24, 1), (25, 0)])
def test_a_plan_stays_for_a_day(
    db: Database, world: World, at: datetime, hours: int, plans: int
) -> None:
    preview(db, world.admin, at - hours * HOUR, "pause_queue", company=A1)
    db.run("select noc.maintain(%s)", at)
    assert left(db, "noc.action_plans") == plans
