"""The sender of the queue as a process that ends by SIGKILL where its fate says."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from workers.errors import WorkerError
from workers.model import Kind, Lease, QueuedMessage, Receipt
from workers.rpc import Rpc, open_http, open_rpc
from workers.senders.meta import MetaAccount, MetaClient
from workers.settings import load
from workers.whatsapp import WhatsApp

# Before and after each commit, and around the bytes on the wire.
POINTS: Final = ("claimed", "begun", "posting", "answered", "settling", "settled")
POSTING_S: Final = 0.02


@dataclass(slots=True)
class Fate:
    """Ends the process when it comes by `point` for the `passes`-th time; null: it lives on."""

    point: str | None = None
    passes: int = 1

    def at(self, point: str) -> None:
        """The process is here now."""
        if point != self.point:
            return
        self.passes -= 1
        if self.passes <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


class DoomedRpc:
    """The worker's road to the database, with its fate beside it."""

    def __init__(self, rpc: Rpc, fate: Fate) -> None:
        self._rpc = rpc
        self._fate = fate

    async def claim_messages(self, owner: str, limit: int, number: str) -> list[Lease]:
        leases = await self._rpc.claim_messages(owner, limit, number)
        if leases:
            self._fate.at("claimed")
        return leases

    async def begin_message(self, lease: Lease, number: str) -> QueuedMessage | str:
        begun = await self._rpc.begin_message(lease, number)
        if not isinstance(begun, str):
            self._fate.at("begun")
        return begun

    async def renew_lease(self, kind: Kind, lease_id: str, fence: int) -> bool:
        return await self._rpc.renew_lease(kind, lease_id, fence)

    async def settle_message(self, lease: Lease, receipt: Receipt) -> bool:
        self._fate.at("settling")
        accepted = await self._rpc.settle_message(lease, receipt)
        self._fate.at("settled")
        return accepted


class DoomedClient:
    """The client of Meta's, with its fate beside it."""

    def __init__(self, client: MetaClient, fate: Fate) -> None:
        self._client = client
        self._fate = fate

    @property
    def number(self) -> str:
        """The id of the business number."""
        return self._client.number

    async def send(self, body: Mapping[str, Any]) -> Receipt:
        sending = asyncio.create_task(self._client.send(body))
        if self._fate.point == "posting":
            await asyncio.sleep(POSTING_S)
            self._fate.at("posting")
        receipt = await sending
        self._fate.at("answered")
        return receipt


def send_forever(env: Mapping[str, str], owner: str, slots: int, fate: Fate) -> None:
    """Steps without the pace of the real loop: failures are met again soon."""

    async def forever() -> None:
        settings = load(["whatsapp"], env)
        account = cast(MetaAccount, settings.meta)
        async with open_http("rpc") as api, open_http("whatsapp", 10.0) as meta:
            rpc = await open_rpc(
                settings.supabase_url, settings.publishable_key, settings.worker_token, api
            )
            worker = WhatsApp(
                cast(Rpc, DoomedRpc(rpc, fate)),
                cast(MetaClient, DoomedClient(MetaClient(account, meta), fate)),
                owner,
                slots,
            )
            while True:
                try:
                    done = await worker.step()
                except WorkerError:
                    await asyncio.sleep(0.5)
                else:
                    await asyncio.sleep(0 if done else 0.05)

    asyncio.run(forever())
