"""One row with sensible defaults."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.workers.fake_supabase import check_row
from workers.model import Check, Observation, Outcome, Result

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def check(probe: str = "http", **fields: Any) -> Check:
    return Check.from_row(check_row(probe=probe, **fields))


def result(
    second: float = 0.0,
    outcome: Outcome = "bad",
    reason: str | None = "timeout",
    check_id: str = "c1",
    fence: int | None = None,
) -> Result:
    seen = Observation(outcome, 5, reason, {"status_class": "5xx"})
    return Result(check_id, fence, START + timedelta(seconds=second), seen)
