"""`python -m workers <name>|all`: settings → clients → steps → loop."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

from dotenv import load_dotenv

from workers import log as logs
from workers.act import Act
from workers.checklist import CheckList
from workers.clock import SYSTEM_CLOCK
from workers.collect import Collect
from workers.errors import SettingsError
from workers.files import OwnedDirectory
from workers.handlers import HandlerClient
from workers.health import Health
from workers.ingest import IngestClient
from workers.journal import Journal
from workers.loop import Beat, Worker, run
from workers.model import WORKERS
from workers.notify import Notify
from workers.probes import Probe
from workers.probes.http import HttpProbe
from workers.probes.platform import PlatformProbe
from workers.probes.postgres import PostgresProbe
from workers.probes.realtime import RealtimeProbe
from workers.probes.session import opener
from workers.redact import Redactor
from workers.rpc import Rpc, open_http, open_rpc
from workers.senders import TIMEOUT_S, Sender
from workers.senders.email import EmailSender
from workers.senders.meta import MetaClient
from workers.senders.whatsapp import WhatsAppSender
from workers.serve import serving
from workers.settings import Settings, load
from workers.skew import Skew
from workers.spool import Spool
from workers.tail import Tail
from workers.vitals import Vitals
from workers.watch import Watch
from workers.whatsapp import WhatsApp

log = logging.getLogger("workers")

DRAIN_S = 20.0
OWNER_LENGTH = 80  # what claims take


async def build_health(settings: Settings, rpc: Rpc, stack: AsyncExitStack) -> Health:
    """The health worker with every probe that the settings allow."""
    owned = OwnedDirectory(settings.spool_dir / "health", "health")
    stack.callback(owned.release)
    http = await stack.enter_async_context(open_http("health", timeout_s=60.0))
    platform = PlatformProbe(http, settings.supabase_url, settings.publishable_key)
    web = HttpProbe(local=settings.is_local)
    stack.push_async_callback(web.aclose)
    realtime = RealtimeProbe(
        opener(settings.supabase_url, settings.publishable_key, http),
        settings.probe_email,
        settings.probe_password,
    )
    stack.push_async_callback(realtime.aclose)
    probes: dict[str, Probe] = {
        "rest": platform.rest,
        "auth": platform.auth,
        "functions": platform.functions,
        "realtime": realtime,
        "http": web,
    }
    if settings.database_url is not None:
        probes["postgres"] = PostgresProbe(settings.database_url)
    return Health(
        rpc,
        probes,
        Spool(owned.path),
        CheckList(owned.path / "checks.json"),
        f"health@{settings.instance}"[:OWNER_LENGTH],
    )


async def build_collect(settings: Settings, _rpc: Rpc, stack: AsyncExitStack) -> Collect:
    """The collector of the gateway's log."""
    owned = OwnedDirectory(settings.spool_dir / "collect", "collect")
    stack.callback(owned.release)
    http = await stack.enter_async_context(open_http("collect", timeout_s=10.0))
    ingest = IngestClient(http, settings.supabase_url, settings.platform_key)
    return Collect(Tail(settings.gateway_log), Journal(owned.path / "progress.json"), ingest)


async def build_watch(settings: Settings, _rpc: Rpc, stack: AsyncExitStack) -> Watch:
    """The watchdog."""
    http = await stack.enter_async_context(open_http("watch"))
    return Watch(http, settings.deadman_url)


async def build_notify(settings: Settings, rpc: Rpc, stack: AsyncExitStack) -> Notify:
    """The notifier with every channel that the settings allow."""
    senders: dict[str, Sender] = {}
    if settings.mail is not None:
        senders["email"] = EmailSender(settings.mail, settings.web_url)
    if settings.meta is not None:
        http = await stack.enter_async_context(open_http("notify", timeout_s=TIMEOUT_S / 2))
        senders["whatsapp"] = WhatsAppSender(MetaClient(settings.meta, http), settings.web_url)
    return Notify(rpc, senders, f"notify@{settings.instance}"[:OWNER_LENGTH])


async def build_whatsapp(settings: Settings, rpc: Rpc, stack: AsyncExitStack) -> WhatsApp:
    """The sender of the WhatsApp queue, idle without an account."""
    client = None
    if settings.meta is not None:
        http = await stack.enter_async_context(open_http("whatsapp", timeout_s=TIMEOUT_S / 2))
        client = MetaClient(settings.meta, http)
    return WhatsApp(rpc, client, f"whatsapp@{settings.instance}"[:OWNER_LENGTH])


async def build_act(settings: Settings, rpc: Rpc, stack: AsyncExitStack) -> Act:
    """The starter of jobs, idle without a handler's secret."""
    client = None
    if settings.job_secrets:
        client = HandlerClient(settings.job_secrets, local=settings.is_local)
        stack.push_async_callback(client.aclose)
    return Act(rpc, client, f"act@{settings.instance}"[:OWNER_LENGTH])


Builder = Callable[[Settings, Rpc, AsyncExitStack], Awaitable[Worker]]

BUILDERS: Mapping[str, Builder] = {
    "health": build_health,
    "collect": build_collect,
    "watch": build_watch,
    "notify": build_notify,
    "whatsapp": build_whatsapp,
    "act": build_act,
}


async def build(name: str, settings: Settings, rpc: Rpc, stack: AsyncExitStack) -> Worker:
    """The worker of that name."""
    with logs.of_worker(name):
        return await BUILDERS[name](settings, rpc, stack)


def beat_of(worker: Worker, rpc: Rpc, instance: str, vitals: Vitals) -> Beat:
    """How this worker's heartbeat reaches the database, and measures its clock."""
    skew = Skew()

    async def beat(status: Mapping[str, Any]) -> None:
        asked_at, began = SYSTEM_CLOCK.now(), SYSTEM_CLOCK.elapsed()
        report = await rpc.heartbeat(worker.name, instance, asked_at, status, skew.seconds)
        skew.take(asked_at, SYSTEM_CLOCK.elapsed() - began, report.server_time)
        vitals.reported(worker.name, skew.seconds, report.cut_off)
        if isinstance(worker, Watch):
            worker.hear(report)

    return beat


async def main(names: tuple[str, ...], settings: Settings) -> int:
    """Run the workers until SIGTERM or SIGINT; 0 when all of them drained in time."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(open_http("rpc"))
        rpc = await open_rpc(
            settings.supabase_url, settings.publishable_key, settings.worker_token, http
        )
        workers = [await build(name, settings, rpc, stack) for name in names]
        vitals = Vitals()
        if settings.health_port is not None:
            await stack.enter_async_context(
                serving(settings.health_host, settings.health_port, vitals, rpc.ping)
            )
        log.info("started", extra={"workers": names})
        tasks = [
            asyncio.create_task(
                run(
                    worker,
                    beat_of(worker, rpc, settings.instance, vitals),
                    stop,
                    vitals=vitals,
                )
            )
            for worker in workers
        ]
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        _, late = await asyncio.wait(tasks, timeout=DRAIN_S)
        for task in late:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for failure in failed:
        log.error("ended badly: %s", failure, exc_info=failure)
    log.info("stopped", extra={"late": len(late)})
    return 1 if failed else 0


def read_arguments(arguments: list[str]) -> tuple[str, ...]:
    """The workers to run."""
    parser = argparse.ArgumentParser(
        prog="python -m workers",
        description="Runs one worker of the NOC, or all of them in one process.",
        epilog="health: probes services. collect: turns the gateway's log into metrics. "
        "watch: pings NOC_DEADMAN_URL while the NOC is alive. "
        "notify: tells people by mail and WhatsApp. "
        "whatsapp: sends the companies' queue. "
        "act: starts jobs again at their handlers. "
        "The environment is documented in .env.example.",
    )
    parser.add_argument("name", choices=(*WORKERS, "all"))
    name: str = parser.parse_args(arguments).name
    return WORKERS if name == "all" else (name,)


def entry() -> int:
    """Read the arguments and the environment, then run."""
    names = read_arguments(sys.argv[1:])
    load_dotenv()
    logs.configure(Redactor())
    try:
        settings = load(names, os.environ)
        logs.configure(Redactor.of(settings.secrets), instance=settings.instance)
        return asyncio.run(main(names, settings))
    except SettingsError as error:
        log.error("cannot start: %s", error)
        return 2


if __name__ == "__main__":
    sys.exit(entry())
