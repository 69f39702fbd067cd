"""`python -m dev.fakes`: the fake providers on loopback, port FAKES_PORT (default 54360)."""

import os
from typing import Final

import uvicorn

from dev.fakes.app import make_app
from dev.simulator.settings import Settings

DEFAULT_PORT: Final = 54360
SHUTDOWN_S: Final = 1


def main() -> None:
    """Serves until stopped; a probe that hangs does not hold up the end."""
    uvicorn.run(
        make_app(Settings.from_env().scenario_file),
        host="127.0.0.1",
        port=int(os.environ.get("FAKES_PORT") or DEFAULT_PORT),
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


if __name__ == "__main__":
    main()
