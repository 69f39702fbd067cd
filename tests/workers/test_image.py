"""What the image and the compose file promise, read from their statements."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workers.clocks import FakeTime
from workers.model import WORKERS
from workers.serve import serving
from workers.vitals import Vitals

ROOT = Path(__file__).parents[2]
TEXT = re.sub(r"\\\n", "", (ROOT / "Dockerfile").read_text())
STATEMENTS = [
    tuple(line.split(maxsplit=1))
    for line in TEXT.splitlines()
    if line.strip() and not line.startswith("#")
]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


def said(word: str) -> list[str]:
    return [rest for found, rest in STATEMENTS if found == word]


def test_every_base_is_given_and_none_is_named() -> None:
    assert [one.split()[0] for one in said("FROM")] == ["${BUILD}", "${BASE}"]
    assert said("ARG") == ["BASE", "BUILD=${BASE}"]
    assert ":latest" not in TEXT


def test_what_is_copied_exists_and_is_workers_and_their_packages_alone() -> None:
    copied = [one.split()[0] for one in said("COPY") if not one.startswith("--from")]
    assert copied == ["requirements.lock", "workers"]
    assert all((ROOT / name).exists() for name in copied)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert ignored[0] == "*"
    assert {f"!{name}" for name in copied} == {one for one in ignored if one.startswith("!")}


def test_packages_are_those_of_the_lock_by_hash() -> None:
    (build, _) = said("RUN")
    assert all(word in build for word in ("--require-hashes", "--no-deps", "--only-binary :all:"))


def test_the_last_stage_runs_as_nobody_in_particular_and_installs_nothing() -> None:
    last = STATEMENTS[max(i for i, (word, _) in enumerate(STATEMENTS) if word == "FROM") :]
    words = [word for word, _ in last]
    (user,) = (rest for word, rest in last if word == "USER")
    uid, gid = map(int, user.split(":"))
    assert min(uid, gid) > 1000
    assert words.index("USER") < words.index("ENTRYPOINT")
    assert not any("pip" in rest or "apt" in rest for word, rest in last if word == "RUN")
    assert {"HEALTHCHECK", "STOPSIGNAL"} <= set(words)


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_locked_down_and_has_time_to_drain(name: str) -> None:
    service = SERVICES[name]
    assert service["command"] == [name]
    assert name in WORKERS
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["stop_grace_period"] == "25s"
    assert service["env_file"] == ".env"
    assert service["tmpfs"]
    assert "ports" not in service


@pytest.mark.parametrize(("passed", "code"), [(0, 0), (11, 1)])
async def test_the_healthcheck_asks_the_process_beside_it(
    time: FakeTime, passed: float, code: int
) -> None:
    vitals = Vitals(time.clock())
    async with serving("127.0.0.1", 0, vitals, lambda: asyncio.sleep(0)) as port:
        await asyncio.sleep(0)  # its own tick
        time.pass_by(passed)
        assert await healthcheck(NOC_HEALTH_PORT=str(port)) == code
    assert await healthcheck(NOC_HEALTH_PORT=str(port)) == 1
    assert await healthcheck() == 1


async def healthcheck(**environment: str) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workers.healthcheck", env=environment, cwd=ROOT
    )
    return await process.wait()
