"""Structured logs: one JSON object per line on stderr, every value redacted."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from workers.redact import Redactor

# What every LogRecord has; anything else came through `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# These log addresses or whole frames below the level of a warning.
_CHATTY = ("httpx", "httpcore", "hpack", "websockets", "realtime", "asyncio")


class JsonLines(logging.Formatter):
    """Formats a record as `{at, level, logger, event, …extra}`."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever was passed: a value that is not JSON becomes its text."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self._redactor.text(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in _STANDARD:
                line[name] = self._redactor.value(value, name)
        if record.exc_info:
            line["exception"] = self._redactor.text(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def configure(redactor: Redactor, stream: TextIO | None = None) -> None:
    """Send every logger of the process through the one formatter."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(redactor))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
