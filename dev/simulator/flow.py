"""The running simulator: generates what is over, sends it, waits for the next slot."""

import asyncio
import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import httpx

from dev.simulator.catalogue import COMPANIES
from dev.simulator.files import read_json, write_json
from dev.simulator.keys import create_key, last_event_at, load_keys, save_keys
from dev.simulator.scenarios import read_scenario
from dev.simulator.sender import Say, Sender
from dev.simulator.settings import Settings, SimulatorError
from dev.simulator.traffic import SLOT
from dev.simulator.world import World

AGAIN_S: Final = 5.0


@contextmanager
def only_flow(settings: Settings) -> Iterator[None]:
    """Holds the instance's lock, which ends with the process however it ends.

    Raises `SimulatorError` when another flow holds it.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with settings.lock_file.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SimulatorError("a flow runs already for this instance") from error
        yield


async def run_flow(settings: Settings, seed: int, say: Say) -> None:
    """Runs until cancelled. While something waits to be taken, time stands still for the
    companies; they catch up afterwards, so an outage leaves no gap below an hour."""
    world = World(seed, await _last_events(settings, say), read_json(settings.queue_file))
    say(f"sending simulated traffic of {len(COMPANIES)} companies to {settings.supabase_url}")
    limits = httpx.Limits(max_connections=2, keepalive_expiry=60)
    async with httpx.AsyncClient(limits=limits) as client:
        keys = load_keys(settings.keys_file)
        flow = _Flow(settings, world, Sender(client, settings.supabase_url, keys, say), say)
        while True:
            await flow.step(datetime.now(UTC))
            await asyncio.sleep(_until_next_slot())


class _Flow:
    """One step after another of the world, and the keys that let its events in."""

    def __init__(self, settings: Settings, world: World, sender: Sender, say: Say) -> None:
        self._settings = settings
        self._world = world
        self._sender = sender
        self._say = say

    async def step(self, now: datetime) -> None:
        """Generates what is over, unless something still waits, and sends what it can."""
        if not self._sender.waiting:
            scenario = read_scenario(self._settings.scenario_file)
            self._sender.waiting += self._world.advance(now, scenario)
            # Before sending: a message that was reported must never be forgotten.
            write_json(self._settings.queue_file, self._world.saved_queues())
        await self._sender.flush()
        while (cnpj := self._sender.without_key()) is not None:
            if not await self._renew(cnpj):
                return
            await self._sender.flush()

    async def _renew(self, cnpj: str) -> bool:
        """Makes a key for the company. Where its history is gone as well, the database was made
        again: the company starts over, with an hour of history."""
        url = self._settings.database_url
        try:
            key = await asyncio.to_thread(create_key, url, cnpj)
            last = await asyncio.to_thread(last_event_at, url, cnpj)
        except SimulatorError as error:
            self._say(f"no key for {cnpj}: {error}")
            return False
        self._sender.keys[cnpj] = key
        save_keys(self._settings.keys_file, self._sender.keys)
        if last is None and cnpj in self._sender.served:
            self._sender.forget(cnpj)
            self._world.restart(cnpj)
        return True


async def _last_events(settings: Settings, say: Say) -> dict[str, datetime | None]:
    """Each company's newest stored call; asks until the database answers."""
    while True:
        try:
            return {
                company.cnpj: await asyncio.to_thread(
                    last_event_at, settings.database_url, company.cnpj
                )
                for company in COMPANIES
            }
        except SimulatorError as error:
            say(f"{error}; again in {AGAIN_S:g} s")
            await asyncio.sleep(AGAIN_S)


def _until_next_slot() -> float:
    length = SLOT.total_seconds()
    return length - time.time() % length
