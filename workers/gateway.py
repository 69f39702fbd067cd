"""One line of the gateway's access log as an event of `api_usage`, or why it is none.

Expected fields: `time` (ISO 8601 with ms, when the answer ended), `method`, `uri` (a query is
ignored), `status`, `request_time` (seconds), `agent`. What is left out:

- `own`: calls of the workers, and the inner leg `noc_ingest` of every ingest call (its outer leg
  is the API call; counting the collector's own would make it feed on itself);
- `websocket`: an upgraded connection lives for hours, its duration is no latency;
- `preflight`: a browser's OPTIONS, answered by the gateway itself;
- `foreign`: a path of no API; `unreadable`: not a line of that log.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from workers.routes import Routes, split_service

Skip = Literal["own", "websocket", "preflight", "foreign", "unreadable"]
Event = dict[str, Any]

OWN_AGENT = "noc-worker/"
_INNER_LEG = "/rest/v1/rpc/noc_ingest"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_GONE = 499  # nginx: the client left before the answer
_MAX_LATENCY_MS = 3_600_000.0


def read_line(line: bytes, routes: Routes) -> Event | Skip:
    """The event of this line, or the reason why it is left out."""
    try:
        fields = json.loads(line)
        if not isinstance(fields, Mapping):
            return "unreadable"
        return _read_fields(fields, routes)
    except (ValueError, KeyError, TypeError):
        return "unreadable"


def _read_fields(fields: Mapping[str, Any], routes: Routes) -> Event | Skip:
    path = str(fields["uri"]).split("?", 1)[0]
    method = str(fields["method"])
    status = int(fields["status"])
    agent = str(fields.get("agent") or fields.get("ua") or "")
    if agent.startswith(OWN_AGENT) or path == _INNER_LEG:
        return "own"
    if status == 101:
        return "websocket"
    if method == "OPTIONS":
        return "preflight"
    split = split_service(path)
    if split is None or method not in _METHODS:
        return "foreign"
    service, rest = split
    return {
        "timestamp": datetime.fromisoformat(fields["time"]).isoformat(),
        "service": service,
        "endpoint": routes.of(service, rest),
        "method": method,
        "status": _status(status),
        "latency_ms": _latency_ms(float(fields["request_time"])),
    }


def _status(status: int) -> int:
    """0 stands for "no answer": the client was gone, or nothing was sent."""
    return status if 100 <= status <= 599 and status != _GONE else 0


def _latency_ms(seconds: float) -> float:
    if not 0 <= seconds < float("inf"):
        raise ValueError("request_time")
    return min(round(seconds * 1000, 1), _MAX_LATENCY_MS)
