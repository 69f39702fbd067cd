"""How bad an episode was while it fired: its worst value and its mean."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.db.conftest import A1, A2, B1, Database, World
from tests.db.judging import MIN, S, alert_of, alerts, evaluate, judge, opened, queued, recover

pytestmark = pytest.mark.usefixtures("world")

CODE = "whatsapp_queue_pending"


def waiting(db: Database, count: int, at: datetime, company: str = A1) -> None:
    """So many messages wait, and are judged."""
    queued(db, count, at, company)
    evaluate(db, at)


def kept(db: Database, company: str = A1) -> tuple[Any, Any]:
    """Worst and mean of the latest alert."""
    last = alerts(db, company, CODE)[-1]
    return last["worst_value"], last["mean_value"]


def open_at(db: Database, at: datetime) -> None:
    """An alert of 120 waiting messages that opens at `at`."""
    waiting(db, 120, at - 3 * MIN)
    waiting(db, 120, at)
    assert kept(db) == (120, 120)


def test_the_worst_is_noted_at_once_and_each_minute_counts_once_in_the_mean(
    db: Database, at: datetime
) -> None:
    open_at(db, at)
    waiting(db, 300, at + 10 * S)
    assert kept(db) == (300, 120)
    waiting(db, 200, at + 20 * S)
    assert kept(db) == (300, 120)
    waiting(db, 180, at + 70 * S)
    assert kept(db) == (300, 150)
    waiting(db, 240, at + 80 * S)
    assert kept(db) == (300, 150)
    waiting(db, 240, at + 130 * S)
    assert kept(db) == (300, 180)


def test_what_is_good_again_changes_neither_and_they_stay_when_it_closes(
    db: Database, at: datetime
) -> None:
    open_at(db, at)
    waiting(db, 240, at + MIN)
    for minute in range(2, 6):
        waiting(db, 10, at + minute * MIN)
    assert alerts(db, code=CODE)[0]["state"] == "closed"
    assert kept(db) == (240, 180)
    waiting(db, 900, at + 6 * MIN)
    assert kept(db) == (240, 180)


def test_an_alert_that_is_back_goes_on_where_it_was(db: Database, at: datetime) -> None:
    open_at(db, at)
    for minute in range(1, 5):
        waiting(db, 10, at + minute * MIN)
    for minute in (5, 8):
        waiting(db, 180, at + minute * MIN)
    assert alerts(db, code=CODE)[0]["reopen_count"] == 1
    assert kept(db) == (180, 150)


def test_a_status_has_no_figures(db: Database, at: datetime) -> None:
    alert_id = opened(db, at)
    evaluate(db, at + MIN)
    recover(db, at + 2 * MIN)
    alert = alert_of(db, alert_id)
    assert (alert["state"], alert["worst_value"], alert["mean_value"]) == ("closed", None, None)


def test_an_incident_has_the_figures_of_its_parts(db: Database, world: World, at: datetime) -> None:
    for company, count in ((A1, 120), (A2, 150), (B1, 210)):
        queued(db, count, at, company)
    judge(db, at)
    judge(db, at + 3 * MIN)
    whole = db.one("select alert_id from public.noc_alerts where incident")
    with db.acting_as(world.admin):
        shown = db.one("select public.noc_timeline(%s)", whole)["data"]["alert"]
    assert (shown["worst_value"], shown["mean_value"]) == (210, 160)


def test_the_timeline_shows_both(db: Database, world: World, at: datetime) -> None:
    open_at(db, at)
    waiting(db, 240, at + MIN)
    alert_id = alerts(db, code=CODE)[0]["alert_id"]
    with db.acting_as(world.cliente_a1):
        shown = db.one("select public.noc_timeline(%s)", alert_id)["data"]["alert"]
    assert (shown["worst_value"], shown["mean_value"]) == (240, 180)
