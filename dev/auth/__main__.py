"""`python -m dev.auth`: serve on loopback until SIGTERM."""

import os
import signal
import sys

import uvicorn

from dev.auth.app import make_app
from dev.auth.settings import HOST, SettingsError, read_settings

SHUTDOWN_S = 5
# Longer than the gateway keeps an idle connection: what ends it here would break off a request
# that is on its way, and a POST is not asked again.
KEEP_ALIVE_S = 75


def main() -> int:
    """Serve; the exit status is 2 when the environment cannot start the server."""
    try:
        settings = read_settings(os.environ)
        app = make_app(settings)
    except SettingsError as error:
        print(f"dev.auth: {error}", file=sys.stderr)
        return 2
    # uvicorn repeats the signal once it has closed everything; being told to stop is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        app,
        host=HOST,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
