"""What can be played, and what each does to one company's calls of one service."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from dev.simulator.files import read_json, write_json

SLOW_COMPANY: Final = "11222333000181"
FAILING_COMPANY: Final = "A1B2C3D4000193"
FILLING_COMPANY: Final = "12ABC34501DE35"
ESCALATES_AFTER: Final = timedelta(minutes=6)
# An alert closes on good calls, not on few: after a story they stay as many as in it.
AFTERMATH: Final = timedelta(minutes=15)

STORIES: Final[Mapping[str, str]] = {
    "latency": (
        "Padaria Três Marias: p95 of omie rises from 0.7 s to about 1.8 s (limit 1.2 s). "
        "DEGRADED, yellow, after about 4 min."
    ),
    "errors": (
        "Transportes Caiçara: 8 % of all calls answer 5xx, 15 % from minute 6 on. "
        "DEGRADED, yellow, after about 5 min; DOWN, red, after about 10 min."
    ),
    "queue": (
        "Farmácia Ipê Amarelo: the host writes to the same six people again and again, who are "
        "sent one message each in 6 s; over 130 wait after 40 s (limit 100). DEGRADED, yellow, "
        "after about 4 min."
    ),
    "llm-down": (
        "All companies: the LLM provider answers 503 to probes, calls get no answer. "
        "LLM DOWN, red, after three bad probes: about 45 s."
    ),
    "erp-down": (
        "All companies: Omie accepts connections and never answers. omie DOWN, red, after three "
        "probes that time out: about 60 s; its error rate follows. F360 stays up."
    ),
    "recover": (
        "Back to normal. Probes are good after two answers, waiting messages leave within 3 min; "
        "alerts of the 5 min windows close after 5 to 8 min."
    ),
}
NORMAL: Final = "recover"
ALWAYS: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story and when it began; `recover` is the normal state."""

    name: str
    since: datetime

    def plays(self, name: str, at: datetime) -> bool:
        """Whether this story is on at that moment."""
        return self.name == name and at >= self.since


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How calls of one service turn out. Rates are ratios 0..1.

    `median_ms` null: each endpoint's own. `rate_factor` multiplies the number of calls: below 1
    while callers back off from a dead provider, above 1 while they retry.
    """

    median_ms: float | None = None
    sigma: float = 0.4
    error_rate: float = 0.0005
    client_error_rate: float = 0.02
    no_answer_rate: float = 0.0001
    rate_factor: float = 1.0


BUSY: Final = 3.0
# A service with few calls may not show 5 % by one unlucky call; our own has many.
CALM: Final = Behaviour()
CALM_API: Final = replace(CALM, error_rate=0.004)
SLOW: Final = replace(CALM, median_ms=1080.0, sigma=0.3, rate_factor=2.0)
FAILING: Final = replace(CALM, error_rate=0.08, rate_factor=BUSY)
FAILING_MORE: Final = replace(FAILING, error_rate=0.15)
DEAD: Final = replace(CALM, no_answer_rate=0.97, rate_factor=0.4)


def behaviour(scenario: Scenario, at: datetime, cnpj: str, service: str) -> Behaviour:
    """How that company's calls of that service go at that moment."""
    calm = CALM_API if service == "api" else CALM
    if at < scenario.since:
        return calm
    if _is_aftermath(scenario, at):
        return replace(calm, rate_factor=BUSY)
    match scenario.name:
        case "latency" if cnpj == SLOW_COMPANY and service == "omie":
            return SLOW
        case "errors" if cnpj == FAILING_COMPANY:
            return FAILING if at < scenario.since + ESCALATES_AFTER else FAILING_MORE
        case "llm-down" if service == "llm":
            return DEAD
        case "erp-down" if service == "omie":
            return DEAD
    return calm


def least_activity(scenario: Scenario, at: datetime) -> float:
    """Traffic as in business hours while a story plays and just after, at night as well."""
    if at < scenario.since:
        return 0.0
    return 1.0 if scenario.name != NORMAL or _is_aftermath(scenario, at) else 0.0


def _is_aftermath(scenario: Scenario, at: datetime) -> bool:
    return scenario.name == NORMAL and scenario.since <= at < scenario.since + AFTERMATH


def queue_fills(scenario: Scenario, at: datetime, cnpj: str) -> bool:
    """Whether that company hands over more messages than may leave."""
    return scenario.plays("queue", at) and cnpj == FILLING_COMPANY


def write_scenario(path: Path, scenario: Scenario) -> None:
    """Switches every process that reads the file."""
    write_json(path, {"name": scenario.name, "since": scenario.since.isoformat()})


def read_scenario(path: Path) -> Scenario:
    """What is played; normal when nothing, or nothing that is known, was written."""
    content = read_json(path)
    try:
        since = datetime.fromisoformat(content["since"])
    except (KeyError, TypeError, ValueError):
        return Scenario(NORMAL, ALWAYS)
    known = content.get("name") in STORIES and since.tzinfo is not None
    return Scenario(content["name"], since) if known else Scenario(NORMAL, ALWAYS)
