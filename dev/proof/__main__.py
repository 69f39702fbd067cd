"""`python -m dev.proof [--only NAME …] [--scale N]`: the suites at their full counts, in sequence.

`--only` takes the suite of that name, or else those whose name contains it. A scale below 1 is a
trial: it is recorded in .local/, not in docs/evidence/.
"""

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from dev.proof import record
from dev.proof.progress import following
from dev.proof.record import Entry
from dev.proof.suites import Suite, suites
from dev.stack.errors import StackError
from dev.stack.paths import ROOT
from dev.stack.services import Wanted
from dev.testing import stage
from dev.testing.runner import LOGS, run_step

STAGE = Wanted(web=False, workers=False, traffic=False, limits=False)


def main(arguments: list[str] | None = None) -> int:
    """Runs and records; 1 when a suite failed or none was found."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    chosen = chosen_of(suites(options.scale), options.only)
    if options.list:
        print("\n".join(one.step.name for one in chosen))
        return 0
    try:
        return _report(_run(chosen, options.scale), record.place(options.scale))
    except (StackError, OSError) as error:
        print(f"proof: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("proof: stopped; what had ended is recorded.", file=sys.stderr)
    return 1


def chosen_of(every: Sequence[Suite], words: Sequence[str]) -> list[Suite]:
    """Those that any of the words means, in their order; all of them without words."""
    names = {one.step.name for one in every}

    def is_meant(name: str) -> bool:
        return any(word == name if word in names else word in name for word in words)

    return [one for one in every if not words or is_meant(one.step.name)]


def _run(chosen: Sequence[Suite], scale: float) -> dict[str, Entry]:
    """Each suite is recorded as soon as it ends: hours may lie between the first and the last."""
    entries: dict[str, Entry] = {}
    with ExitStack() as held:
        env: Mapping[str, str] | None = None
        for suite in chosen:
            if suite.step.stack and env is None:
                stage.discard_abandoned()
                env = held.enter_context(stage.running_stage(STAGE))
            entry = _prove(suite, env or {}, scale)
            entries[suite.step.name] = entry
            record.write(record.place(scale), {suite.step.name: entry})
    return entries


def _prove(suite: Suite, env: Mapping[str, str], scale: float) -> Entry:
    # The log is named after the step.
    step = replace(suite.step, name=f"proof-{suite.step.name.replace('/', '-')}")
    log = LOGS / f"{step.name.replace(' ', '-')}.log"
    began, commit = datetime.now(UTC), record.commit()
    print(f"  {suite.step.name} …  ({log})", flush=True)
    with following(log):
        outcome = run_step(step, {**env, **suite.env})
    output = log.read_text(errors="replace")
    return Entry(
        at=record.instant(began),
        commit=commit,
        machine=record.machine(),
        scale=scale,
        settings=dict(suite.env),
        seeds=record.seeds_in(output),
        counts=record.counts_in(output),
        passed=outcome.counts.passed,
        failed=outcome.counts.failed,
        seconds=round(outcome.seconds, 1),
    )


def _report(entries: Mapping[str, Entry], path: Path) -> int:
    print(f"\n  {'suite':<24} {'passed':>7} {'failed':>7} {'seconds':>9}  seeds, counts")
    for name, one in entries.items():
        said = [*one.seeds, *(f"{count:,} {what}" for what, count in one.counts.items())]
        row = f"  {name:<24} {one.passed:>7} {one.failed:>7} {one.seconds:>9.1f}"
        print(f"{row}  {', '.join(said)}")
    passed = sum(one.passed for one in entries.values())
    failed = sum(one.failed for one in entries.values())
    print(f"\nrecorded in {path.relative_to(ROOT)}\n{passed} passed, {failed} failed")
    return int(failed > 0 or passed == 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make proof", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--scale", type=_scale, default=1.0, help="fraction of the full counts")
    parser.add_argument("--list", action="store_true", help="name the suites and end")
    return parser


def _scale(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError("must lie above 0 and be at most 1")
    return value


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
