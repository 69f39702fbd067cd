"""An instance in a folder of the test's own, and processes that cost nothing."""

import sys
from pathlib import Path

import pytest

from dev.stack import instance as instances
from dev.stack.instance import Instance, new_instance
from dev.stack.service import Service
from dev.stack.supervisor import Supervisor

SLEEPER = (sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)")


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    monkeypatch.setattr(instances, "LOCAL", tmp_path)
    monkeypatch.setattr(instances, "_reachable_for_postgres", lambda _: True)
    made = new_instance("unit")
    made.run.mkdir(parents=True)
    made.log.mkdir()
    return made


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(instance: Instance, said: list[str]) -> Supervisor:
    return Supervisor(instance, said.append)


def sleeper(name: str, *needs: str, **more: str) -> Service:
    """A service that prints `up` and waits; `more` is its environment."""
    return Service(name, SLEEPER, more, needs=needs, ready_text="up")
