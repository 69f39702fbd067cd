"""How long to wait before asking the same thing again."""

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

RETRY_AFTER_MAX_S: Final = 86_400.0
_random = random.SystemRandom()
_SECONDS = re.compile(r"\s*(\d{1,12}(?:\.\d{0,6})?)\s*", re.ASCII)


def backoff(
    failures: int, base_s: float, cap_s: float, chance: Callable[[], float] = _random.random
) -> float:
    """Full jitter: anything up to `base_s` after the first failure, doubled with each, capped.

    Copies that failed together do not come back together.
    """
    return chance() * min(cap_s, base_s * 2.0 ** min(max(failures - 1, 0), 63))


def retry_after(header: str | None, now: datetime) -> float | None:
    """What a `Retry-After` asks for in seconds, at most a day; null: nothing that reads as one.

    Seconds or an HTTP date; one that has passed asks for nothing more.
    """
    if header is None:
        return None
    if (seconds := _SECONDS.fullmatch(header)) is not None:
        return min(float(seconds[1]), RETRY_AFTER_MAX_S)
    try:
        asked = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    if asked.tzinfo is None:  # RFC 9110: a date without an offset is in GMT
        asked = asked.replace(tzinfo=UTC)
    return min(max((asked - now).total_seconds(), 0.0), RETRY_AFTER_MAX_S)
