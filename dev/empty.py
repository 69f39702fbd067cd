"""`python -m dev.empty [--without-page]`: an empty stack beside the demo.

All migrations, no seed, no traffic: what a new project looks like. It prints its environment as
shell exports, to be read with `eval "$(make --silent empty)"`. `python -m dev.stack --instance
empty down` and `… reset` stop and delete it.
"""

import argparse
import shlex
import sys
from typing import Final

from dev.stack import lifecycle
from dev.stack.errors import StackError
from dev.stack.instance import Instance, load_instance, new_instance
from dev.stack.keys import Keys
from dev.stack.services import Wanted, client_env

NAME: Final = "empty"


def main(arguments: list[str] | None = None) -> int:
    """Starts the stack and prints its environment; 1 with one sentence when it cannot."""
    parser = argparse.ArgumentParser(prog="make empty", description=__doc__)
    parser.add_argument("--without-page", action="store_true")
    options = parser.parse_args(arguments)
    wanted = Wanted(web=not options.without_page, workers=False, traffic=False)
    try:
        instance = empty_instance()
        keys = lifecycle.up(instance, wanted, _say)
    except (StackError, OSError) as error:
        print(f"empty: {error}", file=sys.stderr)
        return 1
    _say(f"empty stack is up: {instance.api_url}, page {instance.web_url}")
    for name, value in environment(instance, keys).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def empty_instance(name: str = NAME) -> Instance:
    """The instance as it was last started, else a new one on free ports."""
    kept = load_instance(name)
    return new_instance(name, demo=False) if kept.demo else kept


def environment(instance: Instance, keys: Keys) -> dict[str, str]:
    """What the commands of docs/first-company.md read."""
    return {**client_env(instance, keys), "SUPABASE_SECRET_KEY": keys.secret}


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
