"""The checks as the database last listed them, for when it is away."""

import json
import logging
from collections.abc import Iterable
from pathlib import Path

from workers.errors import ContractError
from workers.files import write_atomically
from workers.model import Check

log = logging.getLogger(__name__)


class CheckList:
    """The checks as last listed, on disk too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.checks: tuple[Check, ...] = ()
        try:
            self.checks = tuple(map(Check.from_row, json.loads(path.read_bytes())))
        except FileNotFoundError:
            pass
        except (OSError, ValueError, ContractError):
            log.exception("the cached checks are unreadable")

    def replace(self, checks: Iterable[Check]) -> None:
        """Keep this list; the disk is written only when it changed."""
        listed = tuple(checks)
        if listed != self.checks:
            self.checks = listed
            rows = [check.to_row() for check in listed]
            write_atomically(self._path, json.dumps(rows).encode())
