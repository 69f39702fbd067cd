"""Every fake in one application: health pages, WhatsApp, mail, and the pages to look at them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette

from dev.fakes.clock import Clock
from dev.fakes.control import Control
from dev.fakes.health import Sleep, health_routes
from dev.fakes.inputs import BadInput, refused
from dev.fakes.mail.control import MailControl
from dev.fakes.mail.server import Server
from dev.fakes.mail.sink import Sink
from dev.fakes.meta.account import Account
from dev.fakes.meta.control import MetaControl
from dev.fakes.meta.graph import Graph
from dev.fakes.meta.records import MetaRecords
from dev.fakes.pages import page_routes
from dev.fakes.settings import FakesSettings


def make_app(
    scenario_file: Path, settings: FakesSettings | None = None, sleep: Sleep | None = None
) -> Starlette:
    """The application; while it lives, SMTP is served and webhooks are posted.

    `settings` null: the defaults. `sleep` is awaited for the delays of the health pages.
    """
    chosen = settings or FakesSettings()
    clock = Clock()
    account = Account(chosen.meta, clock)
    sink = Sink(chosen.mail, clock)
    smtp = Server(sink)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await smtp.start()
        posting = asyncio.create_task(account.dispatcher.run())
        yield
        posting.cancel()
        with suppress(asyncio.CancelledError):
            await posting
        await smtp.stop()

    return Starlette(
        routes=[
            *page_routes(),
            *Control(clock, account, sink).routes(),
            *MetaControl(account).routes(),
            *MetaRecords(account).routes(),
            *MailControl(sink).routes(),
            *health_routes(scenario_file, sleep),
            *Graph(account).routes(),
        ],
        lifespan=lifespan,
        exception_handlers={BadInput: refused},
    )
