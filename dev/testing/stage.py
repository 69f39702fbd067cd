"""The instance that a test run works on, and the migrated template that it is copied from."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dev.stack import cli_tool, database, lifecycle, postgres
from dev.stack.instance import Instance, load_instance, new_instance
from dev.stack.keys import ensure_keys, jwks_path
from dev.stack.paths import LOCAL, ROOT
from dev.stack.services import Wanted, client_env, database_service
from dev.stack.supervisor import Supervisor

PREFIX: Final = "test-"
# The same engine without a window to draw, for two thirds of its work.
CHROMIUM: Final = "/usr/bin/chromium-headless-shell"


@contextmanager
def running_stage(wanted: Wanted) -> Iterator[dict[str, str]]:
    """A migrated, running instance on free ports; gives the environment that points to it.

    Everything is stopped and deleted at the end, whatever happened.
    """
    template = new_instance(f"{PREFIX}{os.getpid()}-template")
    try:
        build_template(template)
        with running_copy(template.data, f"{PREFIX}{os.getpid()}", wanted) as (_, env):
            yield env
    finally:
        discard(template)


@contextmanager
def running_copy(
    template: Path, name: str, wanted: Wanted
) -> Iterator[tuple[Instance, dict[str, str]]]:
    """An instance that begins as the template is, and the environment that points to it."""
    instance = new_instance(name)
    try:
        copy_cluster(template, instance)
        keys = lifecycle.up(instance, wanted, print)
        yield (
            instance,
            {
                **client_env(instance, keys),
                "SUPABASE_SECRET_KEY": keys.secret,
                "NOC_TEST_DB_URL": postgres.dsn(instance, postgres.ADMIN),
                "NOC_TEST_TEMPLATE": str(template),
                "NOC_TEST_INSTANCE": instance.name,
                "JWT_JWKS": str(jwks_path(instance)),
                "NOC_GATEWAY_LOG": str(instance.log / "access.json"),
                "NOC_FAKES_URL": instance.fakes_url,
                "CHROMIUM_PATH": CHROMIUM,
                "PGHOST": "127.0.0.1",
                "PGPORT": str(instance.ports.database),
                "PGUSER": "postgres",
                "PGPASSWORD": postgres.PASSWORDS["postgres"],
                "PGDATABASE": "postgres",
            },
        )
    finally:
        discard(instance)


def build_template(template: Instance) -> None:
    """A stopped cluster with platform, migrations and seed, and no cron job."""
    for folder in (template.run, template.log):
        folder.mkdir(parents=True, exist_ok=True)
    template.save()
    cli_tool.prepare(template)
    postgres.make_folder(template.socket)
    postgres.make_cluster(template)
    ensure_keys(template)
    supervisor = Supervisor(template, print)
    try:
        supervisor.up([database_service(template)])
        database.fill(template)
        database.unschedule_all(template)
    finally:
        supervisor.undo()


def copy_cluster(template: Path, instance: Instance) -> None:
    """Copies a stopped cluster's data folder to the instance."""
    postgres.make_folder(instance.data.parent, owned=False)
    subprocess.run(["cp", "-a", str(template), str(instance.data)], check=True)


def discard(instance: Instance) -> None:
    """Stops and deletes a throw-away instance; its logs stay beside the run's own."""
    lifecycle.down(instance)
    if instance.log.exists():
        kept = LOCAL / "test-log" / instance.name.removeprefix(PREFIX)
        shutil.copytree(instance.log, kept, dirs_exist_ok=True)
    lifecycle.wipe(instance)


def discard_abandoned() -> None:
    """Removes the instances of test runs that were killed before they could tidy up."""
    for path in LOCAL.glob(f"{PREFIX}*/instance.json"):
        owner = path.parent.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not _is_test_run(int(owner)):
            discard(load_instance(path.parent.name))


def _is_test_run(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        folder = Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return False
    names = (b"dev.testing", b"dev.proof", b"dev.bench", b"pytest")
    return folder == ROOT and any(name in command for name in names)
