"""API calls and log lines of one company in one slot of time."""

import math
from bisect import bisect
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
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
    source = chance(seed, "calls", company.cnpj, slot.timestamp())
    how = {name: behaviour(scenario, slot, company.cnpj, name) for name in SERVICES}
    shares = tuple(
        accumulate(endpoint.weight * how[endpoint.service].rate_factor for endpoint in ENDPOINTS)
    )
    level = max(activity(slot), least_activity(scenario, slot)) * shares[-1] / _WEIGHTS[-1]
    expected = CALLS_PER_S * company.weight * level * SLOT.total_seconds()
    events = []
    for _ in range(poisson(source, expected)):
        endpoint = ENDPOINTS[bisect(shares, source.random() * shares[-1])]
        events.append(_call(endpoint, how[endpoint.service], slot, source))
    return sorted(events, key=_when)


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


def _call(endpoint: Endpoint, how: Behaviour, slot: datetime, source: Random) -> Event:
    status, unanswered = _status(endpoint.method, how, source)
    median = endpoint.median_ms if how.median_ms is None else how.median_ms
    sigma = endpoint.sigma if how.median_ms is None else how.sigma
    latency = source.lognormvariate(math.log(median), sigma)
    return {
        "timestamp": _moment(slot, source),
        "service": endpoint.service,
        "method": endpoint.method,
        "endpoint": endpoint.route,
        "status": status,
        "latency_ms": TIMEOUT_MS if unanswered else min(round(latency), MAX_MS),
    }


def _status(method: str, how: Behaviour, source: Random) -> tuple[int, bool]:
    """An HTTP status, 0 for none, and whether the call waited in vain."""
    drawn = source.random()
    if drawn < how.no_answer_rate:
        return 0, True
    drawn -= how.no_answer_rate
    if drawn < how.error_rate:
        return _one_of(SERVER_ERRORS, source), False
    drawn -= how.error_rate
    if drawn < how.client_error_rate:
        return _one_of(CLIENT_ERRORS, source), False
    return (201 if method == "POST" else 200), False


def _line(how: Behaviour, source: Random) -> tuple[str, str]:
    failing = how.error_rate + how.no_answer_rate
    drawn = source.random()
    if drawn < 0.03 + failing:
        return "error", ERROR_LINES[source.randrange(len(ERROR_LINES))]
    if drawn < 0.15 + failing:
        return "warn", WARN_LINES[source.randrange(len(WARN_LINES))]
    return "info", INFO_LINES[source.randrange(len(INFO_LINES))]


def _one_of(choices: Sequence[int], source: Random) -> int:
    return choices[source.randrange(len(choices))]


def _moment(slot: datetime, source: Random) -> str:
    return (slot + SLOT * source.random()).isoformat(timespec="milliseconds")


def _when(event: Event) -> str:
    return str(event["timestamp"])
