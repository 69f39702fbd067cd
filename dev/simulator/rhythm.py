"""How busy a moment is: business hours in Brazil, a dip at lunch, quiet nights and weekends."""

from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Final

# America/Sao_Paulo has had no daylight saving since 2019; so no time zone database is needed.
SAO_PAULO: Final = timezone(timedelta(hours=-3))
WEEKEND: Final = 0.4

# (hour of the day, activity); straight lines between, 1.0 is the busiest hour.
HOURS: Final = (
    (0.0, 0.25),
    (6.0, 0.25),
    (9.0, 0.9),
    (11.0, 1.0),
    (12.5, 0.7),
    (14.5, 1.0),
    (17.0, 0.9),
    (20.0, 0.4),
    (24.0, 0.25),
)


def activity(at: datetime) -> float:
    """Between 0.1 and 1.0 of the busiest moment's traffic; `at` in any time zone."""
    local = at.astimezone(SAO_PAULO)
    hour = local.hour + local.minute / 60 + local.second / 3600
    level = _on_lines(hour)
    return level * WEEKEND if local.weekday() >= 5 else level


def _on_lines(hour: float) -> float:
    for (left, low), (right, high) in pairwise(HOURS):
        if hour <= right:
            return low + (high - low) * (hour - left) / (right - left)
    return HOURS[-1][1]
