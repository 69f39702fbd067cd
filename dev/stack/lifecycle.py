"""The life of an instance: up, down, wipe, status."""

import errno
import fcntl
import json
import shutil
import signal
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import psycopg

from dev.stack import cli_tool, database, postgres, web
from dev.stack.database import Verdict
from dev.stack.errors import StackError
from dev.stack.instance import Instance
from dev.stack.keys import Keys, ensure_keys
from dev.stack.services import (
    DEMO_PASSWORD,
    Wanted,
    database_service,
    other_services,
)
from dev.stack.supervisor import Supervisor

DEMO_USERS: Final = (
    ("admin@noc.local", "admin: every company"),
    ("franqueado@noc.local", "franqueado: group A"),
    ("cliente@noc.local", "cliente: first company of group A"),
    ("franqueado.b@noc.local", "franqueado: group B"),
    ("cliente.b@noc.local", "cliente: first company of group B"),
)
Say = Callable[[str], None]


def up(instance: Instance, wanted: Wanted, say: Say) -> Keys:
    """Brings the instance up and repairs it where it is broken; nothing healthy is touched.

    Raises `StackError`, after stopping whatever this run had started.
    """
    with _alone(instance):
        supervisor = Supervisor(instance, say)
        try:
            return _up(supervisor, wanted)
        except BaseException:
            supervisor.undo()
            raise


def down(instance: Instance) -> list[str]:
    """Stops everything, the database last; gives the names of what was running."""
    if not instance.run.exists():
        return []
    with _alone(instance):
        return _stop_all(Supervisor(instance, lambda _: None))


def wipe(instance: Instance) -> None:
    """Deletes a stopped instance's data, keys, logs and spool."""
    postgres.remove_cluster(instance)
    shutil.rmtree(instance.home, ignore_errors=True)


def status(instance: Instance) -> list[tuple[str, str]]:
    """Each service that was started, and whether it runs."""
    supervisor = Supervisor(instance, lambda _: None)
    return [
        (name, "running" if supervisor.is_running(name) else "dead: `make up` starts it again")
        for name in _recorded(instance)
    ]


def explain(error: OSError) -> str:
    """One sentence for a failure of the system itself."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; free some space and run it again."
    if isinstance(error, PermissionError):
        return f"no right to use {error.filename}: was an earlier run made by another user?"
    return str(error)


def welcome(instance: Instance, wanted: Wanted, seconds: float) -> str:
    """What a person needs after `make up`."""
    users = "\n".join(f"      {email:<24} {what}" for email, what in DEMO_USERS)
    return textwrap.dedent("""\

        NOC is up ({seconds:.1f} s)

          page      http://localhost:{web}/
          sign in   password {password}
        {users}
        {sent}  API       {api}
          database  {database}
          logs      {log}/   (make logs; make status; make down)
    """).format(
        seconds=seconds,
        web=instance.ports.web,
        password=DEMO_PASSWORD,
        users=users,
        api=instance.api_url,
        sent=_sent_pages(instance) if wanted.traffic else "",
        database=instance.dsn("postgres", "postgres").split("?", 1)[0],
        log=instance.log.relative_to(instance.home.parents[1]),
    )


def _sent_pages(instance: Instance) -> str:
    url = f"http://localhost:{instance.ports.fakes}"
    return (
        f"  mail      {url}/caixa     what the NOC sends, simulated:\n"
        f"  WhatsApp  {url}/whatsapp  nothing leaves this machine\n"
    )


def _up(supervisor: Supervisor, wanted: Wanted) -> Keys:
    instance = supervisor.instance
    for folder in (instance.run, instance.log, instance.home / "spool"):
        folder.mkdir(parents=True, exist_ok=True)
    postgres.make_folder(instance.socket)
    instance.save()
    cli_tool.prepare(instance)
    with ThreadPoolExecutor() as beside:
        keys_made = beside.submit(ensure_keys, instance)
        page_built = beside.submit(web.build_if_changed, supervisor.say) if wanted.web else None
        _database_up(supervisor, keys_made)
        keys, notice = keys_made.result(), page_built.result() if page_built else None
    if notice:
        supervisor.say(notice)
    services, absent = other_services(instance, keys, _platform_key(instance), wanted)
    for name in absent:
        supervisor.say(f"{name}: not there yet, left out")
    supervisor.up(services)
    return keys


def _database_up(supervisor: Supervisor, keys_made: Future[Keys]) -> None:
    """The cluster, running and as the repository wants it; the CLI pushes only once it has keys."""
    instance = supervisor.instance
    verdict = database.compare(instance)
    if verdict is Verdict.STALE:
        database.require_rebuildable(instance)
        supervisor.say("migrations or seed changed: the demo database is made again")
    if verdict in (Verdict.STALE, Verdict.ABSENT):
        _stop_all(supervisor)
        postgres.remove_cluster(instance)
        postgres.make_folder(instance.socket)
        postgres.make_cluster(instance)
    supervisor.up([database_service(instance)])
    keys_made.result()
    if verdict in (Verdict.STALE, Verdict.ABSENT):
        database.fill(instance)
    elif verdict is Verdict.BEHIND:
        supervisor.say("new migrations: applying them")
        database.push(instance)


def _platform_key(instance: Instance) -> str | None:
    """The platform's ingest key, made once per database; null before the NOC has such keys."""
    kept = instance.data / "noc-platform-key.json"
    if kept.exists():
        key: str = json.loads(kept.read_text())
        return key
    with psycopg.connect(postgres.dsn(instance, postgres.ADMIN), autocommit=True) as connection:
        found = connection.execute("select to_regproc('noc.issue_ingest_key')").fetchone()
        if found is None or found[0] is None:
            return None
        made = connection.execute(
            """
            select noc.issue_ingest_key(
                null, 'local platform', 'api',
                (select array_agg(service_name) from noc.services), null, null, false
            ) ->> 'key'
            """
        ).fetchone()
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(made[0] if made else None))
    return made[0] if made else None


def _stop_all(supervisor: Supervisor) -> list[str]:
    names = _recorded(supervisor.instance)
    names.sort(key=lambda name: name == "postgres")
    gentle = {"postgres": signal.SIGINT}
    return [name for name in names if supervisor.stop(name, gentle.get(name, signal.SIGTERM))]


def _recorded(instance: Instance) -> list[str]:
    """The services that have a record, by name."""
    return sorted(path.stem for path in instance.run.glob("*.json") if path.name != "config.json")


@contextmanager
def _alone(instance: Instance) -> Iterator[None]:
    """Keeps two commands on one instance from working at the same time."""
    instance.home.mkdir(parents=True, exist_ok=True)
    with (instance.home.parent / f".{instance.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StackError(
                f"another command is at work on '{instance.name}'; wait for it."
            ) from error
        yield
