"""Which process is ours, and how it ends."""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from dev.stack import process as processes
from dev.stack.process import Process
from tests.stack.conftest import SLEEPER

DEAF = (
    "import signal, time; signal.signal(15, signal.SIG_IGN);"
    "print('up', flush=True); time.sleep(600)"
)
PARENT = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print(child.pid, flush=True); time.sleep(600)"
)


def launch(tmp_path: Path, *command: str) -> Process:
    return processes.launch(command, dict(os.environ), tmp_path / "log", tmp_path, None, "")


def first_line(tmp_path: Path) -> str:
    """The process's first line, once it is written."""
    deadline = time.monotonic() + 10
    while not (text := (tmp_path / "log").read_text()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return text.strip()


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text()


def test_a_pid_that_was_given_to_another_process_is_not_ours(tmp_path: Path) -> None:
    ours = launch(tmp_path, *SLEEPER)
    reused = replace(ours, started=ours.started - 1)
    processes.stop(reused)
    assert not reused.is_alive()
    assert ours.is_alive()
    processes.stop(ours)


def test_a_record_of_an_earlier_boot_names_nobody(tmp_path: Path) -> None:
    ours = launch(tmp_path, *SLEEPER)
    assert not replace(ours, boot="earlier").is_alive()
    processes.stop(ours)
    assert not ours.is_alive()


def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    deaf = launch(tmp_path, sys.executable, "-c", DEAF)
    assert first_line(tmp_path) == "up"
    os.kill(deaf.pid, signal.SIGTERM)
    assert deaf.is_alive()
    processes.stop(deaf, gentle_wait_s=0.2)
    assert not deaf.is_alive()


def test_children_of_a_killed_process_are_swept(tmp_path: Path) -> None:
    parent = launch(tmp_path, sys.executable, "-c", PARENT)
    child = int(first_line(tmp_path))
    os.kill(parent.pid, signal.SIGKILL)
    assert is_alive(child)
    processes.stop(parent)
    assert not is_alive(child)


def test_a_record_survives_being_written_and_read(tmp_path: Path) -> None:
    ours = launch(tmp_path, *SLEEPER)
    processes.write_record(tmp_path / "one.json", ours)
    assert processes.read_record(tmp_path / "one.json") == ours
    assert processes.read_record(tmp_path / "none.json") is None
    processes.stop(ours)
