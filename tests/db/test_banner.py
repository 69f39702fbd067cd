"""The banner: which of all that is wrong it names, and what it says of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.db.conftest import A1, A2, B1, Database, World
from tests.db.judging import MIN, at_that_time, probed
from tests.db.telling import open_alert

pytestmark = pytest.mark.usefixtures("world")


def banner_of(db: Database, world: World, at: datetime) -> dict[str, Any]:
    query = "select noc.overview(null, null, null, null, %s) -> 'banner'"
    banner: dict[str, Any] = at_that_time(db, world.admin, query, at)
    return banner


def named(db: Database, world: World, at: datetime) -> tuple[str, str]:
    """Title and service."""
    banner = banner_of(db, world, at)
    return banner["title"], banner["service"]


def test_what_everybody_feels_is_named_before_what_one_company_does(
    db: Database, world: World, at: datetime
) -> None:
    open_alert(db, at, A1, severity="critical")
    open_alert(db, at + MIN, None, "service_down", "supabase:auth", severity="critical")
    assert named(db, world, at + 2 * MIN) == ("service_down", "supabase:auth")


def test_what_is_worse_is_named_before_what_everybody_feels(
    db: Database, world: World, at: datetime
) -> None:
    open_alert(db, at, None, "service_down", "supabase:auth", severity="warning")
    open_alert(db, at + MIN, A1, severity="critical")
    assert named(db, world, at + 2 * MIN) == ("p95_latency", "omie")


def test_what_more_companies_feel_is_named_first_and_then_what_is_older(
    db: Database, world: World, at: datetime
) -> None:
    open_alert(db, at, A1, service="f360")
    open_alert(db, at + MIN, A2, service="banks")
    assert named(db, world, at + 2 * MIN) == ("p95_latency", "f360")
    open_alert(db, at + 2 * MIN, B1, service="banks")
    assert named(db, world, at + 3 * MIN) == ("p95_latency", "banks")


@pytest.mark.parametrize("answers", ["UP", "DEGRADED", "DOWN"])
@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("p95_latency", "p95_latency"),
        ("error_rate", "error_rate"),
        ("whatsapp_queue_pending", "service_troubled"),
    ],
)
def test_what_outlives_its_cause_is_not_said_to_be_down(
    db: Database, world: World, at: datetime, answers: str, code: str, title: str
) -> None:
    probed(db, "omie", answers, at)
    open_alert(db, at, None, code=code, severity="critical" if answers != "DOWN" else "warning")
    db.run("update public.noc_alerts set muted_by = 'inhibition:' || gen_random_uuid()")
    banner = banner_of(db, world, at)
    assert banner["status"] == "DOWN"
    assert banner["title"] == (title if answers != "DOWN" else "service_down")


def test_a_probe_that_is_degraded_is_not_said_to_be_down(
    db: Database, world: World, at: datetime
) -> None:
    probed(db, "omie", "DEGRADED", at)
    banner = banner_of(db, world, at)
    assert (banner["status"], banner["title"]) == ("DEGRADED", "service_troubled")
