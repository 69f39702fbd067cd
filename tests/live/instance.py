"""A whole NOC of a test's own: every process, free ports, the schedule switched on."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from dev.stack import lifecycle, postgres
from dev.stack import process as processes
from dev.stack.instance import Instance, new_instance
from dev.stack.keys import Keys
from dev.stack.paths import MIGRATIONS
from dev.stack.service import Service
from dev.stack.services import Wanted, database_service, other_services
from dev.stack.supervisor import Supervisor
from dev.testing.stage import copy_cluster, discard
from tests.live.person import Person
from workers.model import WORKERS

API_ONLY: Final = Wanted(web=False, workers=False, traffic=False, limits=False)
SENDING: Final = ("notify", "whatsapp", "act")  # the workers whose work leaves the NOC
WHOLE: Final = Wanted(web=False, workers=True, traffic=True, limits=False)
INTERVAL_S: Final = 5  # of every probe, the least that a check may have
RECHECK_S: Final = 2
CHECKS: Final = f"""
    update noc.check_targets set
        interval_s = {INTERVAL_S},
        timeout_s = case probe when 'http' then 2 else timeout_s end,
        config = replace(config::text, '127.0.0.1:54360', '127.0.0.1:%d')::jsonb
            || '{{"recheck_s": {RECHECK_S}}}',
        next_at = now()
"""
# The machine that runs the tests may be slow, which would be a true alert and is not the matter.
CALM: Final = "update public.noc_rules set enabled = false where code = 'p95_latency'"
Arrange = Callable[[list[Service]], list[Service]]
# Free ports stay free only until somebody takes them: instances start one after the other.
STARTING: Final = threading.Lock()


class Live:
    """One running instance. `services` are all of its processes but the database."""

    def __init__(self, instance: Instance, keys: Keys, arrange: Arrange) -> None:
        self.instance = instance
        self.keys = keys
        self._supervisor = Supervisor(instance, lambda _: None)
        found, _ = other_services(instance, keys, _platform_key(instance), WHOLE)
        self.services = arrange(found)

    @property
    def names(self) -> list[str]:
        """Every process, the database first."""
        return ["postgres", *(one.name for one in self.services)]

    def repair(self, *names: str) -> None:
        """Starts what does not run, as `make up` does; of everything, or of these alone."""
        every = [database_service(self.instance), *self.services]
        self._supervisor.up([one for one in every if not names or one.name in names])

    def stop(self, name: str) -> None:
        """Ends a process as an operator would."""
        self._supervisor.stop(name, signal.SIGINT if name == "postgres" else signal.SIGTERM)

    def pid(self, name: str) -> int:
        """Of a process that was started."""
        record = processes.read_record(self.instance.run / f"{name}.json")
        assert record is not None, f"{name} was never started"
        return record.pid

    def kill(self, name: str) -> None:
        """Ends a process as the kernel does when memory is short."""
        record = processes.read_record(self.instance.run / f"{name}.json")
        assert record is not None, f"{name} was never started"
        with suppress(ProcessLookupError):
            os.kill(record.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(record.pid, 0)  # PostgreSQL takes a zombie for a running server
        processes.sweep(record)

    def person(self, name: str) -> Person:
        """Signs one of the demo users in."""
        return Person.signed_in(self.instance.api_url, self.keys.publishable, name)

    def rows(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """A statement as `postgres`, committed; a connection of its own, so any crash may come."""
        with psycopg.connect(
            postgres.dsn(self.instance, "postgres"), autocommit=True, connect_timeout=5
        ) as db:
            cursor = db.execute(query.encode(), arguments or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, query: str, *arguments: object) -> Any:
        """The first column of the first row; null without rows."""
        found = self.rows(query, *arguments)
        return found[0][0] if found else None

    def now(self) -> datetime:
        """The database's clock."""
        at: datetime = self.value("select clock_timestamp()")
        return at

    def function_calls(self, path: str = "/functions/v1/") -> int:
        """Calls to edge functions below the path in the gateway's log, but those of the workers."""
        lines = (self.instance.log / "access.json").read_text().splitlines()
        calls = [json.loads(line) for line in lines]
        return sum(
            one["uri"].startswith(path) and not one["agent"].startswith("noc-worker/")
            for one in calls
        )

    def switch_schedule_on(self) -> None:
        """Puts pg_cron's jobs back, and begins at once: a job's own first run is a minute away."""
        (file,) = MIGRATIONS.glob("*_schedule.sql")
        self.rows(file.read_text())
        self.tick_at_once()

    def tick_at_once(self) -> None:
        """Runs the job for the rest of this minute: pg_cron itself begins with the next one."""
        threading.Thread(target=self._tick_through_this_minute, daemon=True).start()

    def _tick_through_this_minute(self) -> None:
        with suppress(psycopg.OperationalError):
            self.rows(self.value("select command from cron.job where jobname = 'noc.tick'"))


@contextmanager
def running(template: Path, label: str, arrange: Arrange) -> Iterator[Live]:
    """Starts an instance from the migrated template; stopped and deleted at the end."""
    with ExitStack() as held:
        with STARTING:
            instance = new_instance(f"test-{os.getpid()}-{label}")
            held.callback(discard, instance)
            live = _started(instance, template, arrange)
        yield live


def without_traffic(services: list[Service]) -> list[Service]:
    """Everything but the simulator: what the test sends is all that there is."""
    return [one for one in services if one.name != "traffic"]


def each_worker_alone(services: list[Service]) -> list[Service]:
    """The workers as processes of their own, as in a deployment by containers."""
    kept = [one for one in services if one.name not in ("traffic", "workers")]
    (together,) = (one for one in services if one.name == "workers")
    return kept + [_only(together, name) for name in WORKERS]


def senders_alone(services: list[Service]) -> list[Service]:
    """The API with its functions, whom messages and calls go to, and the workers of SENDING."""
    wanted = ("rest", "gateway", "auth", "fakes", "jobs", *SENDING)
    return [
        one
        for one in each_worker_alone(services)
        if one.name in wanted or one.name.startswith("function-")
    ]


def _started(instance: Instance, template: Path, arrange: Arrange) -> Live:
    instance.save()
    copy_cluster(template, instance)
    keys = lifecycle.up(instance, API_ONLY, lambda _: None)
    live = Live(instance, keys, arrange)
    live.rows(CHECKS % instance.ports.fakes)
    live.rows(CALM)
    live.repair()
    live.switch_schedule_on()
    return live


def _only(workers: Service, name: str) -> Service:
    command: Sequence[str] = (*workers.command[:-1], name)
    return replace(workers, name=name, command=tuple(command))


def _platform_key(instance: Instance) -> str | None:
    key: str | None = json.loads((instance.data / "noc-platform-key.json").read_text())
    return key
