"""API calls and log lines of one company in one slot of time."""

import math
from bisect import bisect
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Any, Final

from dev.simulator.catalogue import ENDPOINTS, Company, Endpoint
from dev.simulator.chance import chance, poisson
from dev.simulator.rhythm import activity
from dev.simulator.scenarios import Behaviour, Scenario, behaviour, least_activity

Event = dict[str, Any]

SLOT: Final = timedelta(seconds=2)
CALLS_PER_S: Final = 1.0  # of a company with weight 1.0 at the busiest moment
LINES_PER_S: Final = 0.05
TIMEOUT_MS: Final = 10_000
MAX_MS: Final = 60_000

SERVER_ERRORS: Final = (500, 502, 503, 504)
CLIENT_ERRORS: Final = (400, 401, 404, 404, 409, 422, 429)
SERVICES: Final = tuple(dict.fromkeys(endpoint.service for endpoint in ENDPOINTS))
_WEIGHTS: Final = tuple(accumulate(endpoint.weight for endpoint in ENDPOINTS))

INFO_LINES: Final = ("sync finished", "report rendered", "cache refreshed", "statement imported")
WARN_LINES: Final = ("slow answer, retrying", "rate limit near", "duplicate entry skipped")
ERROR_LINES: Final = ("no answer from the provider", "unexpected answer from the provider")


def slot_start(at: datetime) -> datetime:
    """The start of the slot that holds `at`; slots are aligned to the epoch."""
    length = SLOT.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // length * length, UTC)


def calls(company: Company, slot: datetime, scenario: Scenario, seed: int) -> list[Event]:
    """The API calls that the company made in the slot, oldest first."""
    minute = slot.replace(second=0, microsecond=0)
    made = _minute_of_calls(company, minute, scenario, seed)
    return [event for at, event in made if slot <= at < slot + SLOT]


@lru_cache(maxsize=32)
def _minute_of_calls(
    company: Company, minute: datetime, scenario: Scenario, seed: int
) -> tuple[tuple[datetime, Event], ...]:
    """All calls of a minute. Their outcomes are dealt out over the whole minute, so that 8 % are
    8 % of a few calls as well, and a story's course does not hang on luck."""
    source = chance(seed, "calls", company.cnpj, minute.timestamp())
    end = minute + timedelta(seconds=59)
    how = {name: behaviour(scenario, end, company.cnpj, name) for name in SERVICES}
    shares = tuple(
        accumulate(endpoint.weight * how[endpoint.service].rate_factor for endpoint in ENDPOINTS)
    )
    level = max(activity(minute), least_activity(scenario, end)) * shares[-1] / _WEIGHTS[-1]
    count = poisson(source, CALLS_PER_S * company.weight * level * 60)
    drawn: dict[tuple[str, Behaviour], list[tuple[datetime, Endpoint]]] = {}
    for at in sorted(minute + timedelta(seconds=60 * source.random()) for _ in range(count)):
        endpoint = ENDPOINTS[bisect(shares, source.random() * shares[-1])]
        now = behaviour(scenario, at, company.cnpj, endpoint.service)
        drawn.setdefault((endpoint.service, now), []).append((at, endpoint))
    made = [
        (at, _call(at, endpoint, now, outcome, source))
        for (_, now), few in drawn.items()
        for (at, endpoint), outcome in zip(few, _deal(now, len(few), source), strict=True)
    ]
    return tuple(sorted(made, key=lambda pair: pair[0]))


def _deal(how: Behaviour, count: int, source: Random) -> list[str]:
    """That many outcomes in random order; of each kind the expected number, rounded by chance."""
    outcomes: list[str] = []
    for outcome, rate in (
        ("unanswered", how.no_answer_rate),
        ("server", how.error_rate),
        ("client", how.client_error_rate),
    ):
        outcomes += [outcome] * int(rate * count + source.random())
    outcomes = outcomes[:count] + ["good"] * (count - len(outcomes))
    source.shuffle(outcomes)
    return outcomes


def log_lines(company: Company, slot: datetime, scenario: Scenario, seed: int) -> list[Event]:
    """What the company's services wrote in the slot."""
    source = chance(seed, "lines", company.cnpj, slot.timestamp())
    events = []
    for _ in range(poisson(source, LINES_PER_S * activity(slot) * SLOT.total_seconds())):
        endpoint = ENDPOINTS[bisect(_WEIGHTS, source.random() * _WEIGHTS[-1])]
        how = behaviour(scenario, slot, company.cnpj, endpoint.service)
        level, message = _line(how, source)
        events.append(
            {
                "timestamp": _moment(slot, source),
                "service": endpoint.service,
                "level": level,
                "message": f"{endpoint.method} {endpoint.route}: {message}",
            }
        )
    return sorted(events, key=_when)


def _call(at: datetime, endpoint: Endpoint, how: Behaviour, outcome: str, source: Random) -> Event:
    median = endpoint.median_ms if how.median_ms is None else how.median_ms
    sigma = endpoint.sigma if how.median_ms is None else how.sigma
    latency = min(round(source.lognormvariate(math.log(median), sigma)), MAX_MS)
    return {
        "timestamp": at.isoformat(timespec="milliseconds"),
        "service": endpoint.service,
        "method": endpoint.method,
        "endpoint": endpoint.route,
        "status": _status(endpoint.method, outcome, source),
        "latency_ms": TIMEOUT_MS if outcome == "unanswered" else latency,
    }


def _status(method: str, outcome: str, source: Random) -> int:
    """An HTTP status; 0 when no answer came."""
    match outcome:
        case "unanswered":
            return 0
        case "server":
            return SERVER_ERRORS[source.randrange(len(SERVER_ERRORS))]
        case "client":
            return CLIENT_ERRORS[source.randrange(len(CLIENT_ERRORS))]
    return 201 if method == "POST" else 200


def _line(how: Behaviour, source: Random) -> tuple[str, str]:
    failing = how.error_rate + how.no_answer_rate
    drawn = source.random()
    if drawn < 0.03 + failing:
        return "error", ERROR_LINES[source.randrange(len(ERROR_LINES))]
    if drawn < 0.15 + failing:
        return "warn", WARN_LINES[source.randrange(len(WARN_LINES))]
    return "info", INFO_LINES[source.randrange(len(INFO_LINES))]


def _moment(slot: datetime, source: Random) -> str:
    return (slot + SLOT * source.random()).isoformat(timespec="milliseconds")


def _when(event: Event) -> str:
    return str(event["timestamp"])
