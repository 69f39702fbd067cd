"""A running copy of a migrated template cluster, for tests that commit, crash or schedule."""

import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dev.stack import postgres
from dev.stack import process as processes
from dev.stack.instance import Instance, new_instance
from dev.stack.supervisor import Supervisor
from dev.testing.stage import copy_cluster

STOP: Final = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class Cluster:
    """One PostgreSQL server of a test's own; its cron jobs are unscheduled, as in the template."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._supervisor = Supervisor(instance, print)

    def dsn(self, role: str = "postgres") -> str:
        """A connection URL; roles: postgres, supabase_admin (superuser), authenticator."""
        return postgres.dsn(self._instance, role)

    @property
    def pid(self) -> int:
        """The postmaster's process."""
        record = processes.read_record(self._instance.run / "postgres.json")
        assert record is not None, "the cluster was never started"
        return record.pid

    def start(self) -> None:
        """Starts the server, after a stop or a crash too; returns once it accepts SQL."""
        self._supervisor.up([postgres.service(self._instance)])

    def stop(self, mode: str = "fast") -> None:
        """Stops it: `fast` ends sessions cleanly, `immediate` is a crash that leaves WAL."""
        self._supervisor.stop("postgres", STOP[mode])

    def kill(self) -> None:
        """SIGKILL to the postmaster, as the kernel does when memory is short."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def copy_of(template: Path) -> Iterator[Cluster]:
    """Copies a stopped cluster and starts it on a free port, in about 1 s; deleted at the end."""
    name = f"test-{os.getpid()}-{secrets.token_hex(4)}"
    instance = new_instance(name)
    for folder in (instance.run, instance.log):
        folder.mkdir(parents=True, exist_ok=True)
    instance.save()
    cluster = Cluster(instance)
    try:
        postgres.make_folder(instance.socket)
        copy_cluster(template, instance)
        cluster.start()
        yield cluster
    finally:
        cluster.stop("immediate")
        postgres.remove_cluster(instance)
        shutil.rmtree(instance.home, ignore_errors=True)
