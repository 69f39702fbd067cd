"""The private PostgreSQL cluster: made once, then run as a service like any other."""

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Final

import psycopg

from dev.stack.errors import StackError
from dev.stack.instance import POSTGRES_USER, Instance
from dev.stack.paths import PG_BIN, tool_env
from dev.stack.service import Service

ADMIN: Final = "supabase_admin"
# Loopback only and published, as in the Supabase CLI; see dev/platform/10_roles.sql.
PASSWORDS: Final = {
    ADMIN: "supabase_admin",
    "postgres": "postgres",
    "authenticator": "authenticator",
    "supabase_auth_admin": "supabase_auth_admin",
}

# fsync=off: the data can be made again, and a crash of the system (not of PostgreSQL) may cost it.
# synchronous_commit stays on, as on hosted, so that a commit has the same order of events.
# cron in libpq mode: with background workers pg_cron 1.4 waits for its longest job.
CONFIG: Final = """
listen_addresses = '127.0.0.1'
shared_preload_libraries = 'pg_cron,pg_stat_statements,plpgsql_check'
cron.database_name = 'postgres'
cron.use_background_workers = off
cron.max_running_jobs = 16
wal_level = logical
max_slot_wal_keep_size = 1GB
max_worker_processes = 20
max_connections = 200
shared_buffers = 128MB
fsync = off
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
"""


def dsn(instance: Instance, role: str) -> str:
    """The connection URL of one of the platform's login roles."""
    return instance.dsn(role, PASSWORDS[role])


def service(instance: Instance) -> Service:
    """The server. Port and socket are given on the command line, so a data folder can be copied."""
    return Service(
        name="postgres",
        command=(
            str(PG_BIN / "postgres"),
            *("-D", str(instance.data)),
            *("-p", str(instance.ports.database)),
            *("-k", str(instance.socket)),
            *("-c", f"cron.host={instance.socket}"),
        ),
        env={"LC_ALL": "C.UTF-8"},
        ports=(instance.ports.database,),
        ready=lambda: _accepts_sql(instance),
        user=system_user(),
        cwd=instance.data,
        gentle=signal.SIGINT,  # end sessions and shut down cleanly
    )


def system_user() -> str | None:
    """The user that the server runs as: PostgreSQL refuses root. Null means the caller."""
    return POSTGRES_USER if os.getuid() == 0 else None


def make_cluster(instance: Instance) -> None:
    """An empty cluster whose superuser is supabase_admin, so that `postgres` need not be one.

    Raises `StackError` when initdb fails.
    """
    make_folder(instance.data.parent, owned=False)
    make_folder(instance.data)
    password = instance.data.parent / f".{secrets.token_hex(8)}"
    password.write_text(PASSWORDS[ADMIN])
    _give(password)
    command = [
        *(str(PG_BIN / "initdb"), "-D", str(instance.data), "-U", ADMIN),
        *("--pwfile", str(password), "-A", "scram-sha-256", "--auth-local=trust"),
        *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
    ]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=instance.data,
            user=system_user(),
            group=system_user(),
            env=tool_env(),
            check=False,
        )
    finally:
        password.unlink()
    if done.returncode != 0:
        raise StackError(f"the database cluster could not be made: {done.stderr.strip()}")
    with (instance.data / "postgresql.conf").open("a") as config:
        config.write(CONFIG)


def make_folder(path: Path, owned: bool = True) -> None:
    """A folder, private to the server's user when `owned`, else one that it may pass through."""
    path.mkdir(parents=True, exist_ok=True)
    if owned:
        path.chmod(0o700)
        _give(path)


def remove_cluster(instance: Instance) -> None:
    """Deletes the data folder and the socket's, whatever state they are in."""
    for folder in (instance.data, instance.socket):
        if folder.exists():
            shutil.rmtree(folder)
    if instance.data.parent != instance.home and instance.data.parent.exists():
        instance.data.parent.rmdir()


def run_sql_file(instance: Instance, path: Path) -> None:
    """Runs a psql script as the superuser; raises `StackError` with psql's first complaint."""
    done = subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(path), dsn(instance, ADMIN)],
        capture_output=True,
        text=True,
        env={**tool_env(), "PGOPTIONS": "-c client_min_messages=warning"},
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"{path.name} failed: {done.stderr.strip()}")


def _give(path: Path) -> None:
    if os.getuid() == 0:
        shutil.chown(path, POSTGRES_USER, POSTGRES_USER)


def _accepts_sql(instance: Instance) -> bool:
    try:
        with psycopg.connect(dsn(instance, ADMIN), connect_timeout=2) as connection:
            connection.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True
