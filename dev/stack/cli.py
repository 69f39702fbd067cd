"""`python -m dev.stack up|down|reset|logs|status`."""

import argparse
import os
import sys
import time
from collections.abc import Callable
from typing import Final

from dev.stack import lifecycle
from dev.stack.errors import StackError
from dev.stack.instance import Instance, dev_instance, load_instance
from dev.stack.services import Wanted

PARTS: Final = ("web", "workers", "traffic")
Command = Callable[[Instance, argparse.Namespace], int]


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 1 with one sentence on standard error when it cannot."""
    options = _parser().parse_args(arguments)
    run: Command = options.run
    try:
        return run(_instance(options.instance), options)
    except StackError as error:
        print(f"stack: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"stack: {lifecycle.explain(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stack: interrupted; what this run had started is stopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dev.stack", description=__doc__)
    parser.add_argument("--instance", default="dev")
    commands = parser.add_subparsers(required=True)
    for name, run in COMMANDS.items():
        command = commands.add_parser(name, help=run.__doc__)
        command.set_defaults(run=run)
        if run is _up:
            command.add_argument("--without", choices=PARTS, action="append", default=[])
    return parser


def _instance(name: str) -> Instance:
    return dev_instance() if name == "dev" else load_instance(name)


def _up(instance: Instance, options: argparse.Namespace) -> int:
    """starts what is missing"""
    began = time.monotonic()
    without = set(options.without)
    if os.environ.get("DEMO", "1") == "0":
        without.add("traffic")
    wanted = Wanted(**{part: part not in without for part in PARTS})
    lifecycle.up(instance, wanted, lambda text: print(f"  {text}", flush=True))
    print(lifecycle.welcome(instance, wanted, time.monotonic() - began))
    return 0


def _down(instance: Instance, _: argparse.Namespace) -> int:
    """stops everything, keeps the data"""
    stopped = lifecycle.down(instance)
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    return 0


def _reset(instance: Instance, _: argparse.Namespace) -> int:
    """stops everything and deletes the data and the keys"""
    lifecycle.down(instance)
    lifecycle.wipe(instance)
    print("stopped; data and keys are gone")
    return 0


def _logs(instance: Instance, _: argparse.Namespace) -> int:
    """follows every log"""
    files = sorted(str(path) for path in instance.log.glob("*.log"))
    if not files:
        raise StackError("there is no log yet: run `make up` first.")
    os.execvp("tail", ["tail", "-n", "5", "-F", *files])


def _status(instance: Instance, _: argparse.Namespace) -> int:
    """says what runs; 1 when something that should run does not"""
    states = lifecycle.status(instance)
    for name, state in states:
        print(f"  {name:<26} {state}")
    if not states:
        print("nothing was started yet")
    return int(not states or any(state != "running" for _, state in states))


COMMANDS: Final[dict[str, Command]] = {
    "up": _up,
    "down": _down,
    "reset": _reset,
    "logs": _logs,
    "status": _status,
}
