"""Structured logs: one JSON object per line on stderr, every value redacted."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from workers.redact import Redactor, text_of

# What every LogRecord has; anything else came through `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# These log addresses or whole frames below the level of a warning.
_CHATTY = ("httpx", "httpcore", "hpack", "websockets", "realtime", "asyncio")
# The keys of every line, in this order; null where there is nothing to say.
KEYS: Final = ("at", "level", "logger", "worker", "instance", "event", "data", "exception")
_WORKER: ContextVar[str | None] = ContextVar("worker", default=None)


@contextmanager
def of_worker(name: str) -> Iterator[None]:
    """Whose lines are written in here, by tasks that are begun in here too."""
    before = _WORKER.set(name)
    try:
        yield
    finally:
        _WORKER.reset(before)


class JsonLines(logging.Formatter):
    """Formats a record as an object of `KEYS`; what came through `extra` is in `data`."""

    def __init__(self, redactor: Redactor, instance: str | None = None) -> None:
        super().__init__()
        self._redactor = redactor
        self._instance = instance

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever was passed: a value that is not JSON becomes its text."""
        extra = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "worker": _WORKER.get(),
            "instance": self._instance,
            "event": self._redactor.text(_message(record)),
            "data": self._redactor.value(extra) if extra else None,
            "exception": self._exception(record),
        }
        return json.dumps(line, ensure_ascii=False)

    def _exception(self, record: logging.LogRecord) -> str | None:
        if not record.exc_info or record.exc_info[0] is None:
            return None
        try:
            return self._redactor.text(self.formatException(record.exc_info))
        except Exception:
            return record.exc_info[0].__name__


class QuietHandler(logging.StreamHandler[TextIO]):
    """Never shows what could not be written: logging's own report would hold it unredacted."""

    def handleError(self, record: logging.LogRecord) -> None:
        """A line that is lost is lost."""


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:
        return f"{text_of(record.msg)} [its arguments do not fit]"


def configure(
    redactor: Redactor, stream: TextIO | None = None, instance: str | None = None
) -> None:
    """Send every logger of the process, warnings included, through the one formatter."""
    handler = QuietHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(redactor, instance))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
