"""Jobs that companies run on a timetable. A job's whole course follows from its time, so a
restarted simulator reports the end of what it had begun."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from dev.simulator.catalogue import Company
from dev.simulator.chance import chance
from dev.simulator.scenarios import Scenario, behaviour
from dev.simulator.traffic import Event

FAILURE_RATE: Final = 0.01
HOPELESS: Final = 0.5  # of calls unanswered: no job that needs the service can end well


@dataclass(frozen=True, slots=True)
class JobType:
    """A job that starts once in each `period_s` and usually runs for `median_s`."""

    name: str
    service: str
    period_s: int
    median_s: float


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job; `luck` between 0 and 1 decides how it ends."""

    job_id: str
    job_type: JobType
    starts: datetime
    ends: datetime
    luck: float


JOB_TYPES: Final = (
    JobType("sincronizar_omie", "omie", 300, 25),
    JobType("sincronizar_f360", "f360", 600, 35),
    JobType("importar_extratos", "banks", 600, 40),
    JobType("consolidacao", "api", 900, 90),
    JobType("enviar_cobrancas", "whatsapp", 1800, 60),
)


def job_events(
    company: Company, since: datetime, until: datetime, scenario: Scenario, seed: int
) -> list[Event]:
    """Starts and ends of the company's jobs in `since <= at < until`, in order."""
    found: list[tuple[datetime, Event]] = []
    for run in _runs(company.cnpj, since, until, seed):
        if since <= run.starts < until:
            found.append((run.starts, _report(run, "running", None, None)))
        if since <= run.ends < until:
            found.append((run.ends, _end(run, company, scenario)))
    return [event for _, event in sorted(found, key=lambda pair: pair[0])]


def _runs(cnpj: str, since: datetime, until: datetime, seed: int) -> Iterator[Run]:
    """All runs that may start or end in the span: none runs longer than its period."""
    for job_type in JOB_TYPES:
        first = int(since.timestamp() // job_type.period_s) - 2
        last = int(until.timestamp() // job_type.period_s)
        for turn in range(first, last + 1):
            yield _run(cnpj, job_type, turn, seed)


@lru_cache(maxsize=512)
def _run(cnpj: str, job_type: JobType, turn: int, seed: int) -> Run:
    source = chance(seed, "job", cnpj, job_type.name, turn)
    period = job_type.period_s
    starts = datetime.fromtimestamp(turn * period + source.random() * period * 0.9, UTC)
    lasts = min(source.lognormvariate(math.log(job_type.median_s), 0.5), period * 0.9)
    identity = f"noc-simulator/{seed}/{cnpj}/{job_type.name}/{turn}"
    ends = starts + timedelta(seconds=lasts)
    return Run(str(uuid5(NAMESPACE_OID, identity)), job_type, starts, ends, source.random())


def _end(run: Run, company: Company, scenario: Scenario) -> Event:
    how = behaviour(scenario, run.ends, company.cnpj, run.job_type.service)
    failure_rate = 1.0 if how.no_answer_rate > HOPELESS else FAILURE_RATE + how.error_rate
    if run.luck >= failure_rate:
        return _report(run, "success", run.ends, None)
    reason = "no answer" if how.no_answer_rate > HOPELESS else "answered 502"
    return _report(run, "failed", run.ends, f"{run.job_type.service}: {reason}")


def _report(run: Run, status: str, ended: datetime | None, error: str | None) -> Event:
    return {
        "job_id": run.job_id,
        "job_type": run.job_type.name,
        "status": status,
        "started_at": run.starts.isoformat(timespec="milliseconds"),
        "finished_at": None if ended is None else ended.isoformat(timespec="milliseconds"),
        "error": error,
    }
