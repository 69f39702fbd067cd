"""What waits for the morning. The tests' noon is 09:00 in Brasília."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.db.conftest import Database
from tests.db.judging import HOUR, MIN, S, evaluate, traffic
from tests.db.telling import WAIT, contact, judge, only_ours, outbox, plan, send_all, slow

pytestmark = pytest.mark.usefixtures("world", only_ours.__name__)


@pytest.mark.parametrize(
    ("quiet", "waits"),
    [
        (("08:00", "10:00"), 60),
        (("22:00", "09:30"), 30),
        (("09:00", "09:01"), 1),
        (("22:00", "09:00"), 0),
        (("09:01", "08:00"), 0),
    ],
)
def test_a_warning_waits_until_quiet_hours_are_over(
    db: Database, at: datetime, quiet: tuple[str, str], waits: int
) -> None:
    contact(db, quiet_from=quiet[0], quiet_until=quiet[1])
    slow(db, at)
    assert [one["run_at"] for one in outbox(db)] == [at + max(waits * MIN, WAIT)]


def test_what_is_critical_and_what_is_over_pass_through_quiet_hours(
    db: Database, at: datetime
) -> None:
    contact(db, quiet_from="08:00", quiet_until="10:00")
    judge(db, "DOWN", at)
    assert len(send_all(db, at)) == 1
    judge(db, "UP", at + MIN)
    assert [one["event"] for one in send_all(db, at + MIN)] == ["closed"]


def test_what_is_critical_does_not_wait_in_a_bundle_until_the_morning(
    db: Database, at: datetime
) -> None:
    contact(db, quiet_from="08:00", quiet_until="10:00")
    services = ("omie", "f360", "llm", "banks", "api", "supabase:rest", "supabase:auth")
    for service in services:
        traffic(db, at - 180 * S, 1500, service=service)
    evaluate(db, at - 180 * S)
    evaluate(db, at)
    plan(db, at)
    (bundle,) = outbox(db, event="bundle")
    assert bundle["run_at"] >= at + HOUR
    for number, service in enumerate((*services, "whatsapp")):
        judge(db, "DOWN", at + MIN + number * S, service=service)
    (bundle,) = outbox(db, event="bundle")
    assert bundle["run_at"] <= at + 4 * MIN
