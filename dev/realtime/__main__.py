"""`python -m dev.realtime`: serve on loopback until SIGTERM, which closes sockets with 1012."""

from __future__ import annotations

import logging
import sys

import uvicorn

from dev.realtime.app import build_app
from dev.realtime.services import build
from dev.realtime.settings import SettingsError, load

HOST = "127.0.0.1"
MAX_FRAME_BYTES = 9_000_000
STOP_TIMEOUT_S = 3


def main() -> int:
    """Exit code: 2 when the environment is incomplete."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        services = build(load())
    except (SettingsError, OSError, ValueError) as error:
        print(f"realtime stand-in: {error}", file=sys.stderr)
        return 2
    uvicorn.run(
        build_app(services),
        host=HOST,
        port=services.settings.port,
        access_log=False,
        log_level="warning",
        ws_max_size=MAX_FRAME_BYTES,
        # The clients' own heartbeat decides, as with the real server.
        ws_ping_interval=None,
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
