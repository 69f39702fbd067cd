"""Where a log's older lines lie after it was rotated."""

from pathlib import Path

_PACKED = frozenset({".gz", ".bz2", ".xz", ".zst"})


def rotated(path: Path) -> list[Path]:
    """Rotated files beside `path`, oldest first: by their last change, then by number (2 before 1).

    Packed files are out: a rotation packs what was rotated at least once before.
    """
    found = [
        sibling
        for sibling in path.parent.glob(f"{path.name}[.-]*")
        if sibling.suffix not in _PACKED
    ]

    def age(sibling: Path) -> tuple[int, int]:
        number = sibling.name[len(path.name) + 1 :]
        return age_ns(sibling), -int(number) if number.isdecimal() else 0

    return sorted(found, key=age)


def age_ns(path: Path) -> int:
    """When the file last changed, in nanoseconds since the epoch; 0 when it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
