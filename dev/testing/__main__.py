"""`python -m dev.testing [--only NAME …] [-- ARGUMENTS]`: runs the tests, prints one closing line.

`--only check` runs formatters, linters and types; any other name, the steps that contain it, with
the arguments after `--` added to each. The last line is exactly `N passed, N failed`.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from itertools import groupby
from types import FrameType

from dev.stack.errors import StackError
from dev.stack.services import Wanted
from dev.testing import stage, steps
from dev.testing.counts import Counts
from dev.testing.runner import Outcome, crashed, end_running, run_step
from dev.testing.steps import Step


def main(arguments: list[str]) -> int:
    """Runs what was asked for; 1 when anything failed."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    chosen = _chosen(options.only, options.more)
    outcomes = _run(chosen)
    return _report(outcomes)


def _run(chosen: Sequence[Step]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    try:
        stage.discard_abandoned()
        outcomes += _in_lanes([step for step in chosen if not step.stack], {})
        _run_on_stage([step for step in chosen if step.stack], outcomes)
    except KeyboardInterrupt:
        outcomes.append(crashed(Step("interrupted", ()), "stopped before the end"))
    return outcomes


def _run_on_stage(chosen: Sequence[Step], outcomes: list[Outcome]) -> None:
    """The steps that need a running instance, or one failure for all when it cannot start."""
    if not any(step.is_present() for step in chosen):
        outcomes += [Outcome(step, Counts(0, 0), 0.0, None) for step in chosen]
        return
    with ExitStack() as held:
        try:
            env = held.enter_context(
                stage.running_stage(Wanted(web=False, workers=False, traffic=False, limits=False))
            )
        except (StackError, OSError) as error:
            reason = f"the test stack did not start: {error}"
            outcomes.append(crashed(Step("test stack", ()), reason))
            return
        outcomes += _in_lanes(chosen, env)


def _in_lanes(chosen: Sequence[Step], env: Mapping[str, str]) -> list[Outcome]:
    """Steps in their order; neighbours that have lanes run lane beside lane."""
    outcomes: list[Outcome] = []
    for laned, some in groupby(chosen, lambda step: step.lane != ""):
        lanes: dict[str, list[Step]] = {}
        for step in some:
            lanes.setdefault(step.lane, []).append(step)
        if laned:
            outcomes += _together(list(lanes.values()), env)
        else:
            outcomes += _one_by_one(lanes[""], env)
    return outcomes


def _together(lanes: Sequence[Sequence[Step]], env: Mapping[str, str]) -> list[Outcome]:
    """All lanes at the same time; an interruption ends every one."""
    stopped = threading.Event()
    with ThreadPoolExecutor(len(lanes)) as pool:
        running = [pool.submit(_one_by_one, lane, env, stopped) for lane in lanes]
        try:
            return [outcome for lane in running for outcome in lane.result()]
        except KeyboardInterrupt:
            stopped.set()
            end_running()
            raise


def _one_by_one(
    steps: Sequence[Step], env: Mapping[str, str], stopped: threading.Event | None = None
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for step in steps:
        if stopped is not None and stopped.is_set():
            break
        outcomes.append(_shown(step, env))
    return outcomes


def _shown(step: Step, env: Mapping[str, str]) -> Outcome:
    print(f"  {step.name} …", flush=True)
    if not step.is_present():
        return Outcome(step, Counts(0, 0), 0.0, None)
    return run_step(step, env)


def _report(outcomes: Sequence[Outcome]) -> int:
    total = Counts(0, 0)
    print(f"\n  {'step':<16} {'passed':>7} {'failed':>7} {'seconds':>8}")
    for one in outcomes:
        total += one.counts
        row = f"  {one.step.name:<16} {one.counts.passed:>7} {one.counts.failed:>7}"
        absent = one.log is None and one.counts == Counts(0, 0)
        print(f"{row} {'not present yet' if absent else f'{one.seconds:8.1f}'}")
    print(f"\n{total.passed} passed, {total.failed} failed", flush=True)
    return int(total.failed > 0 or total.passed == 0)


def _chosen(only: Sequence[str], more: Sequence[str]) -> list[Step]:
    checks, tests = steps.checks(), steps.tests()
    if not only:
        return checks + tests
    found = checks if "check" in only else []
    found += [one for one in checks + tests if any(name in one.name for name in only)]
    unique = {one.name: one for one in found}
    return [replace(one, command=(*one.command, *more)) for one in unique.values()]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dev.testing", description=__doc__)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("more", nargs="*")
    return parser


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
