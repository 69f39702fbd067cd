"""`python -m workers.healthcheck`: exit code 0 while the process in this container is healthy."""

import os
import sys
from http.client import HTTPConnection, HTTPException


def main() -> int:
    """Ask /healthz on this machine; without a port there is nothing to ask, which is a fault."""
    host = os.environ.get("NOC_HEALTH_HOST", "").strip() or "127.0.0.1"
    try:
        port = int(os.environ.get("NOC_HEALTH_PORT", ""))
        connection = HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=5)
        connection.request("GET", "/healthz")
        return 0 if connection.getresponse().status == 200 else 1
    except (OSError, ValueError, HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main())
