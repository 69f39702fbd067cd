"""What is in the cluster: the platform's objects, our migrations, the demo seed.

A mark in the data folder says which files were applied. Without a mark the folder is unfinished
and made again. Until the first release the migrations are edited in place: a demo database that
was made from other files is thrown away and rebuilt; anything else is refused.
"""

import hashlib
import json
import subprocess
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Final

import psycopg

from dev.stack import cli_tool, postgres
from dev.stack.errors import StackError
from dev.stack.instance import Instance
from dev.stack.paths import MIGRATIONS, PLATFORM, ROOT, SEED

MARK: Final = "noc-applied.json"
DEMO_FILE: Final = "90_demo.sql"
OWNER_GRANT: Final = "supabase_realtime_admin"


class Verdict(Enum):
    """How the cluster compares with the repository."""

    ABSENT = "absent"
    CURRENT = "current"
    BEHIND = "behind"  # only newer migrations are missing
    STALE = "stale"  # made from files that have changed since


def compare(instance: Instance) -> Verdict:
    """What has to be done before the instance can be used."""
    applied = _read_mark(instance)
    if applied is None:
        return Verdict.ABSENT
    wanted = _sources(instance.demo)
    if applied == wanted:
        return Verdict.CURRENT
    new = wanted.keys() - applied.keys()
    unchanged = all(wanted.get(name) == text for name, text in applied.items())
    last = max((name for name in applied if name.startswith("migrations/")), default="")
    if unchanged and all(name.startswith("migrations/") and name > last for name in new):
        return Verdict.BEHIND
    return Verdict.STALE


def require_rebuildable(instance: Instance) -> None:
    """Raises `StackError` when the data may not be thrown away: a release is out, or no demo."""
    if not instance.demo:
        raise StackError(
            f"the database of '{instance.name}' was made from other migrations and is not a demo; "
            "use `make reset` if its data may go."
        )
    released = released_in()
    if released:
        raise StackError(
            f"a migration that {released} released has been edited; put it back and add a new one."
        )


def fill(instance: Instance) -> None:
    """Gives an empty, running cluster everything; raises `StackError` when a file fails."""
    for path in _platform_files(instance.demo):
        postgres.run_sql_file(instance, path)
    push(instance)


def push(instance: Instance) -> None:
    """Applies missing migrations as hosted would, then marks what is applied.

    Hosted lets `postgres` own the policies on realtime.messages through supautils. Here it is a
    member of that table's owner for just as long as the push takes.
    """
    if any(MIGRATIONS.glob("*.sql")):
        _as_admin(instance, f"grant {OWNER_GRANT} to postgres")
        try:
            seed = ["--include-seed"] if instance.demo and SEED.exists() else []
            cli_tool.run(instance, "db", "push", *seed)
        finally:
            _as_admin(instance, f"revoke {OWNER_GRANT} from postgres")
    mark(instance)


def mark(instance: Instance) -> None:
    """Says in the data folder that all of the repository's files are applied."""
    _mark_path(instance).write_text(json.dumps(_sources(instance.demo)))


def unschedule_all(instance: Instance) -> None:
    """Takes every pg_cron job out: only tests of the schedule want them to run."""
    _as_admin(instance, "select cron.unschedule(jobid) from cron.job")


def released_in() -> str | None:
    """The newest release tag, null before the first one or outside a git checkout."""
    done = subprocess.run(
        ["git", "tag", "--list", "v*", "--sort=-v:refname"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split("\n", 1)[0] or None


def _as_admin(instance: Instance, statement: str) -> None:
    with psycopg.connect(postgres.dsn(instance, postgres.ADMIN), autocommit=True) as connection:
        connection.execute(statement.encode())


def _platform_files(demo: bool) -> list[Path]:
    files = sorted(PLATFORM.glob("*.sql"))
    return [path for path in files if demo or path.name != DEMO_FILE]


def _sources(demo: bool) -> dict[str, str]:
    """Every file that makes the database, with the hash of its text."""
    groups = {
        "platform": _platform_files(demo),
        "migrations": sorted(MIGRATIONS.glob("*.sql")),
        "seed": [SEED] if demo and SEED.exists() else [],
    }
    return {
        f"{group}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for group, paths in groups.items()
        for path in paths
    }


def _mark_path(instance: Instance) -> Path:
    return instance.data / MARK


def _read_mark(instance: Instance) -> Mapping[str, str] | None:
    try:
        mark: dict[str, str] = json.loads(_mark_path(instance).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return mark
