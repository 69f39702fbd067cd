"""`python -m dev.realtime.testing COMMAND…`: run it on a stand-in behind the least of a gateway.

Needs NOC_TEST_DB_URL: superuser connection string of a cluster with the platform's roles. The
command gets the variables that the JavaScript contract tests read.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from dev.realtime.testing.database import scratch_databases
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.process import REPOSITORY, stand_in
from dev.realtime.testing.project import USER_ID, Project, own_project

REFUSAL_MS = 800


def main(command: list[str]) -> int:
    """Exit code of the command."""
    cluster_url = os.environ.get("NOC_TEST_DB_URL")
    if not cluster_url or not command:
        print(__doc__, file=sys.stderr)
        return 2
    options = {"REFUSAL_DELAY_MS": REFUSAL_MS, "MAX_EVENTS_PER_SECOND": 0}
    with tempfile.TemporaryDirectory() as folder, scratch_databases(cluster_url) as create:
        keys, db_url = SigningKeys(), create()
        jwks = keys.write_jwks(Path(folder, "jwks.json"))
        with stand_in(db_url, jwks, Path(folder, "log"), options) as server:

            async def run() -> int:
                async with own_project(server, keys, db_url) as project:
                    environment = {**os.environ, **_variables(project, jwks)}
                    process = await asyncio.create_subprocess_exec(
                        *command, cwd=REPOSITORY, env=environment
                    )
                    return await process.wait()

            return asyncio.run(run())


def _variables(project: Project, jwks: Path) -> dict[str, str]:
    return {
        "SUPABASE_URL": project.url,
        "SUPABASE_PUBLISHABLE_KEY": project.publishable_key,
        "DATABASE_URL": project.db_url,
        "JWT_JWKS": str(jwks),
        "NOC_TEST_USER_ID": USER_ID,
        "NOC_TEST_TOPIC": project.topic,
        "NOC_TEST_DENIED_TOPIC": project.denied_topic,
        "NOC_TEST_REFUSAL_MS": str(REFUSAL_MS),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
