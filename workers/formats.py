"""Numbers, lengths of time and instants as recipients read them; times are Brasília's."""

from datetime import datetime
from zoneinfo import ZoneInfo

from workers.words import Words

ZONE = ZoneInfo("America/Sao_Paulo")
_STATUSES = ("UP", "DEGRADED", "DOWN")
MINUTE, HOUR, DAY = 60, 3600, 86400


def number(value: float, words: Words, digits: int = 0) -> str:
    """1.840 or 12,5: without needless zeros."""
    text = f"{value:,.{digits}f}"
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", words.thousands) + (f"{words.decimal}{rest}" if rest else "")


def length(seconds: float) -> str:
    """4 s · 27 min · 3 h 12 min · 2 d 4 h."""
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        return _two(whole // HOUR, "h", whole % HOUR // MINUTE, "min")
    return _two(whole // DAY, "d", whole % DAY // HOUR, "h")


def moment(at: datetime) -> str:
    """23/11 09:14 BRT."""
    return f"{at.astimezone(ZONE):%d/%m %H:%M} BRT"


def measure(value: float, unit: str, words: Words) -> str:
    """A value in the unit of its rule."""
    match unit:
        case "ms":
            return f"{number(value, words)} ms"
        case "ratio":
            return f"{number(value * 100, words, 1)} %"
        case "seconds":
            return length(value)
        case "status":
            return words.texts[_STATUSES[min(max(int(value), 0), 2)]]
        case _:
            return number(value, words)


def _two(many: int, unit: str, rest: int, small: str) -> str:
    return f"{many} {unit} {rest} {small}" if rest else f"{many} {unit}"
