"""Places in a log, and what lies between two of them."""

import hashlib
import uuid
from dataclasses import dataclass

_NAMESPACE = uuid.UUID("5b0a6c1e-3f6d-5c6e-9a37-6f2f0c1d7e55")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file: whose inode, how many bytes, and the last of those bytes."""

    device: int
    inode: int
    offset: int
    mark: bytes = b""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines between two positions. `end` may be in another file when one was finished."""

    lines: tuple[bytes, ...]
    start: Position
    end: Position

    @property
    def batch_id(self) -> str:
        """The same for the same bytes at the same place; other content never gets it."""
        content = hashlib.sha256(b"\n".join(self.lines)).hexdigest()
        start = self.start
        place = f"{start.device}:{start.inode}:{start.offset}+{len(self.lines)}"
        return str(uuid.uuid5(_NAMESPACE, f"{place}:{content}"))
