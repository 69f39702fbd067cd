"""Processes that outlive the command which started them: identity, start and stop.

A process is known by its pid, its start time and the boot it belongs to, so a pid that the
system gave to somebody else is never mistaken for ours.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

TERM_WAIT_S: Final = 8.0
KILL_WAIT_S: Final = 3.0
POLL_S: Final = 0.02

# A service outlives the call, and often this process: its handle must not warn when collected.
_LAUNCHED: Final[list[subprocess.Popen[bytes]]] = []


@dataclass(frozen=True, slots=True)
class Process:
    """`started` is in clock ticks since boot; `fingerprint` stands for what it was started with."""

    pid: int
    started: int
    boot: str
    fingerprint: str

    def is_alive(self) -> bool:
        """Whether this very process still runs; a zombie does not."""
        found = _stat(self.pid)
        return self.boot == _boot() and found is not None and found.started == self.started


@dataclass(frozen=True, slots=True)
class _Stat:
    session: int
    started: int


def launch(
    command: tuple[str, ...],
    env: dict[str, str],
    log: Path,
    cwd: Path,
    user: str | None,
    fingerprint: str,
) -> Process:
    """Starts a command in its own session, with its output appended to the log.

    Raises `OSError` when the command cannot be started.
    """
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    _LAUNCHED.append(child)
    found = _stat(child.pid)
    child.returncode = 0  # it is meant to outlive us: Popen shall not wait for it nor warn
    return Process(child.pid, found.started if found else 0, _boot(), fingerprint)


def stop(
    process: Process, gentle: int = signal.SIGTERM, gentle_wait_s: float = TERM_WAIT_S
) -> None:
    """Ends the process and whatever is left of its session: first asked, then killed."""
    if process.is_alive():
        os.kill(process.pid, gentle)
        if not _gone(process, gentle_wait_s):
            os.kill(process.pid, signal.SIGKILL)
            _gone(process, KILL_WAIT_S)
    _reap(process.pid)  # killed by somebody else, a child of ours would stay a zombie
    sweep(process)


def sweep(process: Process) -> None:
    """Kills what a dead process left behind, such as the workers of a killed nginx master."""
    for pid in _orphans(process):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + KILL_WAIT_S
    while any(_orphans(process)) and time.monotonic() < deadline:
        time.sleep(POLL_S)


def write_record(path: Path, process: Process) -> None:
    """Remembers a process for later commands."""
    path.write_text(json.dumps(asdict(process)))


def read_record(path: Path) -> Process | None:
    """The remembered process, running or not; null when there is none."""
    try:
        return Process(**json.loads(path.read_text()))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


def _gone(process: Process, wait_s: float) -> bool:
    deadline = time.monotonic() + wait_s
    while process.is_alive():
        if time.monotonic() > deadline:
            return False
        _reap(process.pid)
        time.sleep(POLL_S)
    return True


def _reap(pid: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _orphans(process: Process) -> Iterator[int]:
    """Live members of the session whose leader was this process, once the leader is dead.

    The system keeps a session's number reserved while it has members, so they are ours, unless
    the number was reused before them: then its new leader is alive or they started earlier.
    """
    if process.boot != _boot() or _stat(process.pid) is not None:
        return
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        found = _stat(int(entry.name))
        if found and found.session == process.pid and found.started >= process.started:
            yield int(entry.name)


def _stat(pid: int) -> _Stat | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    if fields[0] in "ZX":
        return None
    return _Stat(session=int(fields[3]), started=int(fields[19]))


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
