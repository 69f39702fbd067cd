"""The collector as a process that a test can kill; imports little, so that it starts fast."""

import asyncio
from pathlib import Path

import httpx

from workers.collect import Collect
from workers.ingest import IngestClient
from workers.journal import Journal
from workers.routes import Routes
from workers.tail import Tail

KEY = "noc_ik_for_tests"


def collect_forever(url: str, log: Path, journal: Path) -> None:
    """Step without the pace of the real loop, without gathering and without back-off."""

    async def forever() -> None:
        async with httpx.AsyncClient() as http:
            ingest = IngestClient(http, url, KEY)
            collect = Collect(Tail(log, late_s=0), Journal(journal), ingest)
            collect._routes = Routes(limit=10**9)
            while True:
                collect._seen_at = -10.0
                collect._not_before = 0.0
                if not await collect.step():
                    await asyncio.sleep(0.002)

    asyncio.run(forever())
