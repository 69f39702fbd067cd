"""`python -m dev.deploy_check`: checks the project that DATABASE_URL names; changes nothing."""

import argparse
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import psycopg

from dev.deploy_check import access, contents, schedule
from dev.deploy_check.finding import Check, Database, Finding, one
from dev.project import ProjectError, connected, database_url, place_of

CHECKS: Final[tuple[Check, ...]] = (
    contents.postgres,
    contents.migrations,
    contents.admin,
    contents.realtime,
    schedule.tick_job,
    schedule.maintain_job,
    schedule.trail_job,
    schedule.anchor_job,
    schedule.engine,
    schedule.partitions,
    access.machine_roles,
    access.machine_reads,
    access.row_security,
    access.writes,
    access.strangers,
    access.default_grants,
)


def main(arguments: list[str] | None = None) -> int:
    """Prints the list; 1 when anything is not as it should be."""
    argparse.ArgumentParser(prog="make deploy-check", description=__doc__).parse_args(arguments)
    url = database_url()
    try:
        print(f"{place_of(url)}")
        with connected(url) as db:
            findings = list(examine(db, one(db, "select clock_timestamp()")))
    except ProjectError as error:
        print(f"deploy-check: {error}", file=sys.stderr)
        return 1
    for finding in findings:
        print(f"  {'✓' if finding.ok else '✗'} {finding.name:<22} {finding.detail}")
    bad = sum(not finding.ok for finding in findings)
    print(f"{bad} of {len(findings)} need attention" if bad else f"all {len(findings)} are right")
    return int(bad > 0)


def examine(db: Database, at: datetime, checks: Iterable[Check] = CHECKS) -> Iterable[Finding]:
    """Every check's finding. One that cannot even ask is a no; the others go on."""
    for check in checks:
        try:
            with db.transaction():
                finding = check(db, at)
        except psycopg.Error as error:
            said = error.diag.message_primary or str(error)
            finding = Finding(check.__name__.replace("_", " "), False, f"cannot be checked: {said}")
        yield finding


if __name__ == "__main__":
    sys.exit(main())
