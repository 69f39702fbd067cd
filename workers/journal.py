"""What the collector must not forget: how far the log was acknowledged, and what is on its way."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.errors import SettingsError
from workers.files import write_atomically
from workers.position import Position


@dataclass(frozen=True, slots=True)
class Batch:
    """What is being sent, and where the log goes on after it."""

    batch_id: str
    events: tuple[Mapping[str, Any], ...]
    end: Position


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the log was acknowledged (null: never), and the batch that is on its way."""

    position: Position | None = None
    batch: Batch | None = None


class Journal:
    """`Progress` in one file, replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Progress:
        """What was last saved. Raise `SettingsError` on a file that is not ours."""
        if not self._path.exists():
            return Progress()
        try:
            return self._read()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SettingsError(
                f"{self._path.name} in NOC_SPOOL_DIR is unreadable; "
                "without it the log is read from its beginning"
            ) from error

    def _read(self) -> Progress:
        saved = json.loads(self._path.read_bytes())
        batch = saved["batch"]
        return Progress(
            position=_position(saved["position"]),
            batch=batch
            and Batch(batch["batch_id"], tuple(batch["events"]), _required(batch["end"])),
        )

    def save(self, progress: Progress) -> None:
        """Keep it; on disk when this returns."""
        batch = progress.batch
        saved = {
            "position": _fields(progress.position),
            "batch": batch
            and {
                "batch_id": batch.batch_id,
                "events": batch.events,
                "end": _fields(batch.end),
            },
        }
        write_atomically(self._path, json.dumps(saved, separators=(",", ":")).encode())


def _fields(position: Position | None) -> dict[str, Any] | None:
    if position is None:
        return None
    return {
        "device": position.device,
        "inode": position.inode,
        "offset": position.offset,
        "mark": base64.b64encode(position.mark).decode("ascii"),
    }


def _position(fields: Any) -> Position | None:
    return None if fields is None else _required(fields)


def _required(fields: Any) -> Position:
    return Position(
        device=int(fields["device"]),
        inode=int(fields["inode"]),
        offset=int(fields["offset"]),
        mark=base64.b64decode(fields["mark"]),
    )
