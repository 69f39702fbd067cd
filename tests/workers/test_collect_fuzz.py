"""The collector killed, the log rotated and the network cut, in random order: each line once."""

import asyncio
import json
import multiprocessing
import os
import random
import shutil
import signal
from pathlib import Path
from typing import Any

from tests.workers.collector_process import collect_forever
from tests.workers.fake_supabase import FakeSupabase
from tests.workers.serving import serving
from tests.workers.test_collect import log_line

SEEDS = 4
ROUNDS = 40


class Log:
    """A log that is written and rotated at random; `written` is the truth."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.path = path
        self.chance = chance
        self.written = 0
        self.torn = ""
        path.touch()

    def write(self) -> None:
        lines = ""
        for _ in range(self.chance.randrange(1, 60)):
            lines += log_line(0, uri=f"/rest/v1/n{self.written}") + "\n"
            self.written += 1
        cut = self.chance.randrange(len(lines)) if self.chance.random() < 0.5 else len(lines)
        with self.path.open("a") as file:
            file.write(self.torn + lines[:cut])
        self.torn = lines[cut:]

    def finish_line(self) -> None:
        with self.path.open("a") as file:
            file.write(self.torn)
        self.torn = ""

    def rotate(self) -> None:
        self.finish_line()
        older = sorted(self.path.parent.glob("access.json.*"), key=lambda p: -int(p.suffix[1:]))
        for rotated in older:
            rotated.rename(self.path.with_suffix(f".json.{int(rotated.suffix[1:]) + 1}"))
        if self.chance.random() < 0.5:
            self.path.rename(f"{self.path}.1")
            self.path.touch()
        else:
            shutil.copy(self.path, f"{self.path}.1")
            os.truncate(self.path, 0)


async def _one_run(directory: Path, seed: int) -> tuple[int, list[int]]:
    chance = random.Random(seed)
    fake = FakeSupabase()
    log = Log(directory / "access.json", chance)
    # Forks of a small server that has the imports: a start costs milliseconds, not a second.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.workers.collector_process"])
    async with serving(fake.app()) as url:
        arguments = (url, log.path, directory / "progress.json")
        process = context.Process(target=collect_forever, args=arguments)
        process.start()
        log.write()
        log.finish_line()
        await _settled(fake, log.written)
        for _ in range(ROUNDS):
            log.write()
            if chance.random() < 0.3:
                log.rotate()
            await asyncio.sleep(chance.uniform(0.0, 0.04))
            if chance.random() < 0.25:
                assert process.pid is not None
                os.kill(process.pid, signal.SIGKILL)
                process.join()
                process = context.Process(target=collect_forever, args=arguments)
                process.start()
            if chance.random() < 0.3:
                broken: tuple[int, Any, dict[str, str]] = chance.choice(
                    [(503, {}, {}), (202, "lost", {})]
                )
                fake.broken["/functions/v1/ingest"] = broken
            else:
                fake.broken.clear()
        fake.broken.clear()
        log.finish_line()
        await _settled(fake, log.written)
        process.kill()
        process.join()
    return log.written, _numbers(fake)


def _numbers(fake: FakeSupabase) -> list[int]:
    return [int(e["endpoint"][2:]) for events in fake.batches.values() for e in events]


async def _settled(fake: FakeSupabase, expected: int) -> None:
    """Until everything arrived, or nothing more does for 8 s."""
    seen, quiet = -1, 0
    while len(_numbers(fake)) < expected and quiet < 80:
        await asyncio.sleep(0.1)
        quiet = 0 if len(_numbers(fake)) > seen else quiet + 1
        seen = len(_numbers(fake))


async def test_each_line_is_counted_once_whatever_is_killed_rotated_or_cut(tmp_path: Path) -> None:
    first = random.randrange(10**6)
    for seed in range(first, first + SEEDS):
        print("seed", seed)
        directory = tmp_path / str(seed)
        directory.mkdir()
        written, arrived = await _one_run(directory, seed)
        assert sorted(arrived) == list(range(written)), f"seed {seed}"
        assert arrived == sorted(arrived), f"seed {seed}"
        assert written > ROUNDS
        assert json.loads((directory / "progress.json").read_bytes())["position"] is not None
