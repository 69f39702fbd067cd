"""`python -m dev.testing.alive COMMAND…`: runs a command beside a living instance of its own.

The shared one is bare, with no worker, no traffic and no tick; what looks at the whole page needs
all three. The tick runs here rather than by pg_cron, whose first run is up to a minute away.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

import psycopg

from dev.stack import postgres
from dev.stack.instance import Instance
from dev.stack.services import Wanted
from dev.testing import stage

TICK_S: Final = 5.0
# The fake providers of this instance listen on a port of their own.
OWN_FAKES: Final = """
    update noc.check_targets
    set config = replace(config::text, '127.0.0.1:54360', %s)::jsonb
    where probe = 'http'
"""
JUDGED: Final = "select bool_and(status is not null) from noc.check_targets where enabled"
PATIENCE_S: Final = 90.0


def main(command: list[str]) -> int:
    """The command's exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    template = Path(os.environ["NOC_TEST_TEMPLATE"])
    name = f"{stage.PREFIX}{os.getpid()}-alive"
    with stage.running_copy(template, name, Wanted(limits=False)) as (instance, env):
        with psycopg.connect(postgres.dsn(instance, "postgres"), autocommit=True) as db:
            db.execute(OWN_FAKES, (f"127.0.0.1:{instance.ports.fakes}",))
        over, judged = threading.Event(), threading.Event()
        ticking = threading.Thread(target=_tick, args=(instance, over, judged), daemon=True)
        ticking.start()
        judged.wait(PATIENCE_S)
        try:
            return subprocess.run(command, check=False, env={**os.environ, **env}).returncode
        finally:
            over.set()
            ticking.join()


def _tick(instance: Instance, over: threading.Event, judged: threading.Event) -> None:
    """Ticks until it is over, whatever a test does to the database meanwhile."""
    while not over.wait(TICK_S if judged.is_set() else 1.0):
        try:
            with psycopg.connect(postgres.dsn(instance, "postgres"), autocommit=True) as db:
                db.execute("select noc.tick(clock_timestamp())")
                row = db.execute(JUDGED).fetchone()
                if row is not None and row[0]:
                    judged.set()
        except psycopg.OperationalError:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
