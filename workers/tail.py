"""Reads a log file that others write, rotate and truncate; remembers nothing by itself.

The reader is asked "what follows this position?", so the caller alone decides when something
counts as read. A position carries the bytes just before it (`mark`): they tell a file that was
truncated and grew again, or copied away, from the one that was read.
"""

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from workers.position import Chunk, Position
from workers.rotation import age_ns, rotated

log = logging.getLogger(__name__)

MARK_BYTES = 256
READ_BYTES = 1024 * 1024
LOOKS = 5


class Tail:
    """Follows one path. `late_s`: how long a rotated file may still get lines of a slow writer."""

    def __init__(self, path: Path, late_s: float = 2.0) -> None:
        self._path = path
        self._late_s = late_s
        self._file: int | None = None
        # Which rotated file was found at its end, and since when.
        self._ended: tuple[tuple[int, int], float] | None = None
        self.gaps = 0

    def start(self) -> Position | None:
        """The beginning of the current file; null while there is none."""
        return _beginning_of(self._path)

    def read(self, position: Position, max_lines: int, now: float) -> Chunk | None:
        """Up to `max_lines` lines after `position`; null when there is nothing new.

        `now` is in seconds of any steady clock.
        """
        found = self._find(position)
        if found is None:
            return None
        position, file = found
        data = os.pread(file, READ_BYTES, position.offset)
        lines, size = _whole_lines(data, max_lines)
        if lines:
            self._ended = None
            return Chunk(lines, position, _place(file, position.offset + size))
        return self._cross(position, data, max_lines, now)

    def behind(self, position: Position) -> int:
        """Bytes of the current file that wait; a file not yet reached counts whole."""
        try:
            current = self._path.stat()
        except OSError:
            return 0
        same = (current.st_dev, current.st_ino) == (position.device, position.inode)
        return max(0, current.st_size - (position.offset if same else 0))

    def close(self) -> None:
        """Close the file in hand."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _find(self, position: Position) -> tuple[Position, int] | None:
        """The open file that holds `position`, which may have to move to a copy of it."""
        if self._file is not None and _holds(self._file, position):
            return position, self._file
        self.close()
        for _ in range(LOOKS):
            files = self._files()
            found = self._search(files, position)
            if found is not None:
                return found
            # A rotation meanwhile gives the files other names than those that were tried.
            if files == self._files():
                break
        beginning = self.start()
        if beginning is None:
            return None
        if position.offset:
            self.gaps += 1
            log.warning("the log that was read is gone", extra={"inode": position.inode})
        return self._find(beginning) if beginning != position else None

    def _files(self) -> list[tuple[Path, Position | None]]:
        """Every file of the log with its beginning, the newest first."""
        paths = (self._path, *reversed(rotated(self._path)))
        return [(path, _beginning_of(path)) for path in paths]

    def _search(
        self, files: list[tuple[Path, Position | None]], position: Position
    ) -> tuple[Position, int] | None:
        for same_file in (True, False):
            for path, _ in files:
                moved = self._try(path, position, same_file=same_file)
                if moved is not None:
                    return moved
        return None

    def _try(
        self, path: Path, position: Position, *, same_file: bool
    ) -> tuple[Position, int] | None:
        try:
            file = os.open(path, os.O_RDONLY)
        except OSError:
            return None
        seen = os.fstat(file)
        here = replace(position, device=seen.st_dev, inode=seen.st_ino)
        wanted = here == position if same_file else bool(position.mark)
        if wanted and _mark_fits(file, here):
            self._file = file
            return here, file
        os.close(file)
        return None

    def _cross(self, position: Position, torn: bytes, max_lines: int, now: float) -> Chunk | None:
        """Go on in the next file that has a line, once nobody adds to this one any more.

        Until then the position stays here, where its mark can be found again; the torn end of a
        file that is left counts as a line.
        """
        newer = self._newer(position)
        if not newer:
            return None
        here = (position.device, position.inode)
        if self._ended is None or self._ended[0] != here:
            self._ended = (here, now)
        if now - self._ended[1] < self._late_s:
            return None
        lines = [torn] if torn else []
        for path in newer:
            try:
                file = os.open(path, os.O_RDONLY)
            except OSError:
                return None
            data = os.pread(file, READ_BYTES, 0)
            whole, size = _whole_lines(data, max_lines)
            if whole:
                self.close()
                self._file, self._ended = file, None
                return Chunk((*lines, *whole), position, _place(file, size))
            os.close(file)
            if data:
                lines.append(data)
        return None

    def _newer(self, position: Position) -> list[Path]:
        """The files that came after this one, oldest first; none while this is the current one."""
        here = (position.device, position.inode)
        files = [*rotated(self._path), self._path]
        places = [_beginning_of(path) for path in files]
        for index, place in enumerate(places):
            if place is not None and (place.device, place.inode) == here:
                return files[index + 1 :]
        # Deleted while in hand: what changed after it did is newer.
        left_at = os.fstat(self._file).st_mtime_ns if self._file is not None else 0
        return [path for path in files if path == self._path or age_ns(path) > left_at]


def _beginning_of(path: Path) -> Position | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return Position(seen.st_dev, seen.st_ino, 0)


def _place(file: int, offset: int) -> Position:
    seen = os.fstat(file)
    mark = os.pread(file, min(MARK_BYTES, offset), max(0, offset - MARK_BYTES))
    return Position(seen.st_dev, seen.st_ino, offset, mark)


def _holds(file: int, position: Position) -> bool:
    seen = os.fstat(file)
    return (seen.st_dev, seen.st_ino) == (position.device, position.inode) and _mark_fits(
        file, position
    )


def _mark_fits(file: int, position: Position) -> bool:
    start = position.offset - len(position.mark)
    return os.pread(file, len(position.mark), start) == position.mark


def _whole_lines(data: bytes, max_lines: int) -> tuple[tuple[bytes, ...], int]:
    """The first whole lines, without their ends, and how many bytes they take."""
    lines: list[bytes] = []
    size = 0
    for line in _split(data):
        if len(lines) == max_lines:
            break
        size += len(line)
        lines.append(line[:-1])
    if not lines and len(data) == READ_BYTES:
        return (data,), len(data)
    return tuple(lines), size


def _split(data: bytes) -> Iterator[bytes]:
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield data[start : end + 1]
        start = end + 1
