"""Runs steps one by one, each with its own log, and keeps what came out."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dev.stack.paths import LOCAL, tool_env
from dev.testing.counts import Counts, read_counts
from dev.testing.steps import Step

LOGS: Final = LOCAL / "test-log"
TAIL_LINES: Final = 40
# Steps of one lane run in threads, which no signal reaches.
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step did; `log` is null for one that is not present yet."""

    step: Step
    counts: Counts
    seconds: float
    log: Path | None


def run_step(step: Step, env: Mapping[str, str]) -> Outcome:
    """Runs one step to its end or its time limit, and shows the end of its log if it failed."""
    began = time.monotonic()
    log = LOGS / f"{step.name.replace(' ', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    status, note = _run(step, {**tool_env(), **env}, log)
    output = log.read_text(errors="replace")
    outcome = Outcome(step, read_counts(step.reader, output, status), time.monotonic() - began, log)
    if outcome.counts.failed:
        tail = "\n".join(f"    {line}" for line in output.splitlines()[-TAIL_LINES:])
        print(f"{tail}\n    {note}(whole log: {log})", flush=True)
    return outcome


def crashed(step: Step, reason: str) -> Outcome:
    """The outcome of a step that could not be run."""
    print(f"    {reason}", flush=True)
    return Outcome(step, Counts(0, 1), 0.0, None)


def _run(step: Step, env: dict[str, str], log: Path) -> tuple[int, str]:
    with log.open("wb") as output:
        try:
            child = subprocess.Popen(
                step.command,
                cwd=step.cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            return 1, f"{error} "
        _running.add(child)
        try:
            return child.wait(step.timeout_s), ""
        except subprocess.TimeoutExpired:
            return 1, f"stopped after {step.timeout_s:.0f} s "
        finally:
            _running.discard(child)
            _end(child)


def end_running() -> None:
    """Ends every step that runs."""
    for child in tuple(_running):
        os.killpg(child.pid, signal.SIGTERM)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ends the step's whole process group: a browser must not outlive its test."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    child.wait()
