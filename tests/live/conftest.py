"""The instance that most of these tests share, and the people who look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.instance import Live, running, senders_alone, without_traffic
from tests.live.person import Person
from tests.live.replicas import QUIET, copies
from tests.live.silence import DeadWorker, StoppedSchedule, dead_worker, stopped_schedule
from tests.live.waiting import wait_until
from tests.scale import scale

Env = Callable[[str], str]
HERE = Path(__file__).parent
SILENCE = "test_silence.py"
# Too long for every run; left out, not skipped.
collect_ignore = [] if scale() >= 1 else ["test_scenario.py"]


@dataclass(frozen=True, slots=True)
class People:
    """One of each role; `cliente` belongs to group A, `cliente_b` to group B."""

    admin: Person
    franqueado: Person
    cliente: Person
    cliente_b: Person

    def everybody(self) -> tuple[Person, ...]:
        """Everybody who signed in."""
        return (self.admin, self.franqueado, self.cliente, self.cliente_b)


@dataclass(frozen=True, slots=True)
class Silences:
    """The stories of silence.py, as they come to their ends."""

    schedule: Future[StoppedSchedule]
    worker: Future[DeadWorker]


@pytest.fixture(scope="session")
def template(env: Env) -> Path:
    """The migrated cluster that every instance is copied from."""
    return Path(env("NOC_TEST_TEMPLATE"))


@pytest.fixture(scope="session")
def live(template: Path) -> Iterator[Live]:
    """A whole NOC without traffic of its own, every probe of it UP."""
    with running(template, "live", without_traffic) as started:
        wait_until("every probe is UP", lambda: all_up(started))
        yield started


@pytest.fixture(scope="session")
def senders(template: Path) -> Iterator[Live]:
    """An instance without probes and traffic, at which files take turns (sending.py)."""
    with running(template, "senders", senders_alone) as started:
        started.rows("update public.noc_rules set enabled = false")
        yield started


@pytest.fixture(scope="session")
def copied(template: Path) -> Iterator[Live]:
    """Several copies of some workers, slow providers, and nobody who is told of anything else."""
    with running(template, "copies", copies) as started:
        started.rows(QUIET)
        yield started


@pytest.fixture(scope="session")
def people(live: Live) -> People:
    """Signed in while all is well, as people are when an outage comes."""
    return People(*(live.person(name) for name in ("admin", "franqueado", "cliente", "cliente.b")))


@pytest.fixture(scope="session", autouse=True)
def silences(request: pytest.FixtureRequest, template: Path) -> Iterator[Silences | None]:
    """Begun with the first of these tests: their minutes pass beside the others."""
    chosen = {item.path.name for item in request.session.items if item.path.parent == HERE}
    if SILENCE not in chosen:
        yield None
        return
    if chosen != {SILENCE}:
        request.getfixturevalue("live")  # the one that the others wait for starts first
    with ThreadPoolExecutor(2) as beside:
        yield Silences(
            beside.submit(stopped_schedule, template), beside.submit(dead_worker, template)
        )


def all_up(live: Live) -> bool:
    """Whether every check was judged UP and the engine ticks."""
    query = """
        select bool_and(t.status = 'UP') is true and noc.tick_at() > now() - interval '20 seconds'
        from noc.check_targets as t where t.enabled
    """
    return bool(live.value(query))
