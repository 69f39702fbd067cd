"""Small files that survive a crash at any instant."""

import fcntl
import os
from pathlib import Path

from workers.errors import SettingsError


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file as a whole, on disk when this returns; readers see the old or the new."""
    draft = path.with_name(f"{path.name}.draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make a rename or a new name in the directory survive a loss of power."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class OwnedDirectory:
    """A directory that one process at a time owns; a kill releases it."""

    def __init__(self, directory: Path, owner: str) -> None:
        """Create the directory (0700) if need be. Raise `SettingsError` when another owns it."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = directory
        self._lock = os.open(directory / f"{owner}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise SettingsError(
                f"NOC_SPOOL_DIR: another {owner} worker uses it; each needs its own directory"
            ) from error

    def release(self) -> None:
        """Give the directory up."""
        os.close(self._lock)
