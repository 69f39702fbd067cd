"""`python -m dev.fakes`: the fakes on loopback, HTTP on FAKES_PORT, SMTP on FAKES_SMTP_PORT."""

import os
from typing import Final

from dev.fakes.app import make_app
from dev.fakes.connection import make_server
from dev.fakes.settings import FakesSettings
from dev.simulator.settings import Settings

DEFAULT_PORT: Final = 54360


def main() -> None:
    """Serves until stopped; a probe that hangs does not hold up the end."""
    app = make_app(Settings.from_env().scenario_file, FakesSettings.from_env())
    make_server(app, int(os.environ.get("FAKES_PORT") or DEFAULT_PORT)).run()


if __name__ == "__main__":
    main()
