"""Probe results kept on disk while the database is away, and given back in order.

Two files: `results.jsonl` (a header line with the file's id, then one line per result, fsynced)
and `results.cursor` (how far that very file was settled). A rewrite makes a new id, so a cursor
can never be applied to another file. One writer: see `files.OwnedDirectory`.
"""

import contextlib
import json
import logging
import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workers.errors import ContractError, SpoolError
from workers.files import sync_directory, write_atomically
from workers.model import Result

log = logging.getLogger(__name__)

MAX_BYTES = 16 * 2**20  # about two days of ten checks every 30 s
# What confirmation in SQL needs of a run of equal results: enough to turn, and where it ended.
RUN_HEAD = 3


@dataclass(frozen=True, slots=True)
class Spooled:
    """A result that waits, and the offset in the file just after it."""

    result: Result
    end: int


class Spool:
    """An append-only queue of results, bounded in bytes; survives a kill at any instant."""

    def __init__(self, directory: Path, max_bytes: int = MAX_BYTES) -> None:
        self._path = directory / "results.jsonl"
        self._cursor_path = directory / "results.cursor"
        self._max_bytes = max_bytes
        self.dropped = 0
        self._id = ""
        self._offset = 0
        self._size = 0
        self.waiting = 0
        self._open()

    def append(self, result: Result) -> None:
        """Keep a result, on disk when this returns. Raise `SpoolError` when that fails."""
        line = _line_of(result)
        try:
            if self._size + len(line) > self._max_bytes:
                self._trim(len(line))
            self._write(line)
        except OSError as error:
            raise SpoolError(f"the spool cannot be written: {error.strerror}") from error
        self.waiting += 1

    def waiting_results(self, limit: int) -> list[Spooled]:
        """Up to `limit` results, oldest first, none of them settled yet."""
        found: list[Spooled] = []
        for spooled in self._read():
            found.append(spooled)
            if len(found) == limit:
                break
        return found

    def settle(self, spooled: Spooled) -> None:
        """Never give this result, or an older one, again."""
        self._offset = spooled.end
        self.waiting -= 1
        if self.waiting <= 0:
            self._rewrite(())
            return
        cursor = json.dumps({"spool": self._id, "offset": self._offset})
        # Without fsync on purpose: losing power costs a replay, which SQL counts once.
        draft = self._cursor_path.with_name(f"{self._cursor_path.name}.draft")
        draft.write_text(cursor)
        draft.replace(self._cursor_path)

    def _open(self) -> None:
        try:
            content = self._path.read_bytes()
            header = json.loads(content.split(b"\n", 1)[0])
            self._id = header["spool"]
        except (OSError, ValueError, KeyError, TypeError):
            self._rewrite(())
            return
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            log.warning("a torn result was left out", extra={"bytes": len(content) - whole})
            os.truncate(self._path, whole)
        self._size = whole
        self._offset = self._settled_offset(content.index(b"\n") + 1)
        self.waiting = sum(1 for _ in self._read())

    def _settled_offset(self, start: int) -> int:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            cursor = json.loads(self._cursor_path.read_text())
            if cursor["spool"] == self._id and start <= cursor["offset"] <= self._size:
                return int(cursor["offset"])
        return start

    def _read(self) -> Iterator[Spooled]:
        with self._path.open("rb") as file:
            file.seek(self._offset)
            end = self._offset
            for line in file:
                end += len(line)
                try:
                    yield Spooled(Result.from_row(json.loads(line)), end)
                except (ValueError, ContractError):
                    log.exception("a spooled line is unreadable")

    def _write(self, line: bytes) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        try:
            written = os.write(descriptor, line)
            os.fsync(descriptor)
        except OSError:
            os.truncate(self._path, self._size)
            raise
        finally:
            os.close(descriptor)
        if written != len(line):
            os.truncate(self._path, self._size)
            raise OSError(28, "no space left for a whole line")
        self._size += len(line)

    def _trim(self, needed: int) -> None:
        results = [spooled.result for spooled in self._read()]
        kept = thin(results)
        sizes = [len(_line_of(result)) for result in kept]
        # Half stays free, so that the file is not rewritten at every append.
        room = self._max_bytes // 2 - needed
        while kept and sum(sizes) > room:
            excess = max(1, len(kept) // 8)
            kept, sizes = kept[excess:], sizes[excess:]
        self.dropped += len(results) - len(kept)
        log.warning("the spool is full", extra={"kept": len(kept), "dropped": self.dropped})
        self._rewrite(kept)

    def _rewrite(self, results: Sequence[Result]) -> None:
        self._id = uuid.uuid4().hex
        header = json.dumps({"spool": self._id}).encode() + b"\n"
        content = header + b"".join(map(_line_of, results))
        write_atomically(self._path, content)
        self._cursor_path.unlink(missing_ok=True)
        sync_directory(self._path.parent)
        self._offset, self._size, self.waiting = len(header), len(content), len(results)


def thin(results: Sequence[Result]) -> list[Result]:
    """Without the middle of runs: the first three and the last result of each are what decides."""
    kept: list[Result] = []
    following: dict[str, tuple[str, str | None]] = {}
    last_of_run: list[bool] = []
    for result in reversed(results):
        kind = _kind(result)
        last_of_run.append(following.get(result.check_id) != kind)
        following[result.check_id] = kind
    run: dict[str, tuple[tuple[str, str | None], int]] = {}
    for result, last in zip(results, reversed(last_of_run), strict=True):
        kind = _kind(result)
        before, length = run.get(result.check_id, (kind, 0))
        length = length + 1 if before == kind else 1
        run[result.check_id] = (kind, length)
        if last or length <= RUN_HEAD:
            kept.append(result)
    return kept


def _kind(result: Result) -> tuple[str, str | None]:
    return (result.observation.outcome, result.observation.reason)


def _line_of(result: Result) -> bytes:
    return json.dumps(result.to_row(), separators=(",", ":")).encode() + b"\n"
