"""`python -m dev.simulator flow` and `python -m dev.simulator scenario NAME`."""

import argparse
import asyncio
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from dev.simulator.flow import only_flow, run_flow
from dev.simulator.scenarios import NORMAL, STORIES, Scenario, write_scenario
from dev.simulator.settings import Settings, SimulatorError

DEFAULT_SEED: Final = 2026
DEFAULT_MINUTES: Final = 10.0


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 1 with one sentence on standard error when it cannot."""
    options = _parser().parse_args(arguments)
    settings = Settings.from_env()
    try:
        if options.command == "flow":
            with only_flow(settings):
                asyncio.run(_until_stopped(settings, options.seed, None))
        else:
            _play(settings, options)
    except SimulatorError as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    return 0


def _play(settings: Settings, options: argparse.Namespace) -> None:
    """Switches the running flow; runs one for a while when there is none."""
    name: str = options.name
    write_scenario(settings.scenario_file, Scenario(name, datetime.now(UTC)))
    print(f"{name}: {STORIES[name]}", flush=True)
    try:
        with only_flow(settings):
            print(f"no flow runs: this one does, for {options.minutes:g} min", flush=True)
            asyncio.run(_until_stopped(settings, options.seed, options.minutes * 60))
    except SimulatorError:
        print("the running flow plays it now; `scenario recover` ends it", flush=True)
        return
    if name != NORMAL:
        write_scenario(settings.scenario_file, Scenario(NORMAL, datetime.now(UTC)))
        print("over: the fake providers are back to normal", flush=True)


async def _until_stopped(settings: Settings, seed: int, seconds: float | None) -> None:
    """Runs the flow until a signal, or for that long."""
    flow = asyncio.ensure_future(run_flow(settings, seed, _say))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, flow.cancel)
    with suppress(asyncio.CancelledError, TimeoutError):
        await asyncio.wait_for(flow, seconds)


def _say(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", flush=True)


def _parser() -> argparse.ArgumentParser:
    stories = "\n".join(f"  {name:<10}{text}" for name, text in STORIES.items())
    parser = argparse.ArgumentParser(
        prog="python -m dev.simulator",
        description=f"{__doc__}\n\nscenarios:\n{stories}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    flow = commands.add_parser("flow", help="sends light traffic until stopped")
    scenario = commands.add_parser("scenario", help="changes what the running flow plays")
    scenario.add_argument("name", choices=STORIES)
    scenario.add_argument("--minutes", type=float, default=DEFAULT_MINUTES)
    for command in (flow, scenario):
        command.add_argument("--seed", type=int, default=DEFAULT_SEED)
    return parser


if __name__ == "__main__":
    sys.exit(main())
