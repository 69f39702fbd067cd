"""What must be in the database: its version, every migration, an admin, the Realtime policy."""

from datetime import datetime
from typing import Final

from dev.deploy_check.finding import Database, Finding, names, one
from dev.stack.paths import MIGRATIONS

VERSIONS: Final = range(15, 18)


def postgres(db: Database, _: datetime) -> Finding:
    """A version that the migrations are written for."""
    version = int(one(db, "show server_version_num")) // 10_000
    good = version in VERSIONS
    span = f"{VERSIONS[0]} to {VERSIONS[-1]}"
    return Finding(
        "PostgreSQL", good, f"{version}" if good else f"{version}; the NOC is for {span}"
    )


def migrations(db: Database, _: datetime) -> Finding:
    """The folder's migrations, all of them and no others of ours."""
    wanted = {path.name.split("_", 1)[0]: path.stem for path in MIGRATIONS.glob("*.sql")}
    applied = set(names(db, "select version from supabase_migrations.schema_migrations"))
    missing = sorted(wanted[version] for version in wanted.keys() - applied)
    if missing:
        return Finding(
            "migrations",
            False,
            f"{len(missing)} not applied, from {missing[0]} on: supabase db push --remote",
        )
    foreign = len(applied - wanted.keys())
    beside = f", {foreign} of the host's beside them" if foreign else ""
    return Finding("migrations", True, f"{len(wanted)} applied{beside}")


def admin(db: Database, _: datetime) -> Finding:
    """Somebody who can let others in."""
    query = "select count(*) from noc.memberships where role = 'admin' and revoked_at is null"
    count = one(db, query)
    return Finding("admin", count > 0, f"{count}" if count else "none: make admin EMAIL=…")


def realtime(db: Database, _: datetime) -> Finding:
    """Listening is allowed by a policy of ours, and sending by none."""
    commands = names(
        db,
        """
        select p.polcmd from pg_catalog.pg_policy as p
        where p.polrelid = 'realtime.messages'::regclass and p.polname like 'noc: %%'
        """,
    )
    if commands == ["r"]:
        return Finding("Realtime policy", True, "members listen, no client sends")
    return Finding(
        "Realtime policy",
        False,
        f"{len(commands)} policies of the NOC on realtime.messages instead of one for SELECT: "
        "apply the newest *_policies.sql again",
    )
