"""The fake platform behind a real socket, and clients of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from tests.workers.clocks import FakeTime
from tests.workers.fake_supabase import PUBLISHABLE_KEY, WORKER_TOKEN, FakeSupabase
from tests.workers.serving import serving
from workers.rpc import Rpc, open_http, open_rpc


@dataclass
class Platform:
    """A running fake, and how a worker reaches it."""

    fake: FakeSupabase
    url: str
    http: httpx.AsyncClient
    rpc: Rpc


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    fake = FakeSupabase()
    async with serving(fake.app()) as url, open_http("health") as http:
        rpc = await open_rpc(url, PUBLISHABLE_KEY, WORKER_TOKEN, http)
        yield Platform(fake, url, http, rpc)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()
