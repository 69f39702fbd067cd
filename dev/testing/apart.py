"""`python -m dev.testing.apart COMMAND…`: runs a command on a cluster of its own.

A copy of the run's template: what the command locks, ticks or commits there disturbs no other
step that runs at the same time.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from dev.testing.cluster import copy_of


def main(command: list[str]) -> int:
    """The command's exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with copy_of(Path(os.environ["NOC_TEST_TEMPLATE"])) as cluster:
        env = {
            **os.environ,
            "DATABASE_URL": cluster.dsn(),
            "NOC_TEST_DB_URL": cluster.dsn("supabase_admin"),
            "PGPORT": str(conninfo_to_dict(cluster.dsn())["port"]),
        }
        return subprocess.run(command, check=False, env=env).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
