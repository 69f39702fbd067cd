"""Every rotation that log tools do, and positions that survive them."""

import os
import shutil
from pathlib import Path

import pytest

from workers.position import Chunk, Position
from workers.rotation import rotated
from workers.tail import Tail

LATE = 2.0


class Reader:
    """Reads like the collector does: the position moves only when told."""

    def __init__(self, path: Path) -> None:
        self.tail = Tail(path, LATE)
        self.position: Position | None = None
        self.now = 100.0

    def peek(self, limit: int = 1000) -> Chunk | None:
        position = self.position or self.tail.start()
        return None if position is None else self.tail.read(position, limit, self.now)

    def read(self, limit: int = 1000) -> list[str]:
        chunk = self.peek(limit)
        if chunk is None:
            return []
        self.position = chunk.end
        return [line.decode() for line in chunk.lines]

    def read_late(self) -> list[str]:
        """What comes once a rotated file is given up."""
        first = self.read()
        self.now += LATE
        return first + self.read() + self.read()

    def restarted(self, path: Path) -> "Reader":
        self.tail.close()
        other = Reader(path)
        other.position, other.now = self.position, self.now
        return other


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "access.json"


def write(path: Path, *lines: str, end: str = "\n") -> None:
    with path.open("a") as file:
        file.write("".join(f"{line}\n" for line in lines[:-1]) + lines[-1] + end)


def test_lines_come_in_order_and_once(path: Path) -> None:
    reader = Reader(path)
    assert reader.read() == []
    write(path, "a", "b")
    assert reader.read(1) == ["a"]
    assert reader.read() == ["b"]
    assert reader.read() == []
    write(path, "c")
    assert reader.restarted(path).read() == ["c"]


def test_what_was_not_acknowledged_is_read_again_as_the_same_batch(path: Path) -> None:
    write(path, "a", "b")
    reader = Reader(path)
    first, again = reader.peek(), reader.peek()
    assert first is not None
    assert again is not None
    assert first.batch_id == again.batch_id
    write(path, "c")
    longer = reader.peek()
    assert longer is not None
    assert longer.batch_id != first.batch_id


def test_the_same_place_in_a_reused_inode_is_another_batch(path: Path) -> None:
    start = Position(1, 2, 0)
    assert Chunk((b"a",), start, start).batch_id != Chunk((b"b",), start, start).batch_id


def test_a_torn_line_waits_for_its_end(path: Path) -> None:
    reader = Reader(path)
    write(path, "a", "to", end="")
    assert reader.read() == ["a"]
    assert reader.read() == []
    write(path, "rn")
    assert reader.read() == ["torn"]


def test_rename_and_create_loses_and_repeats_nothing(path: Path) -> None:
    write(path, "a", "b")
    reader = Reader(path)
    assert reader.read(1) == ["a"]
    path.rename(f"{path}.1")
    assert reader.read() == ["b"]
    write(path, "c")
    assert reader.read_late() == ["c"]


def test_a_slow_writer_may_still_add_to_the_rotated_file(path: Path) -> None:
    write(path, "a")
    reader = Reader(path)
    assert reader.read() == ["a"]
    rotated = path.rename(f"{path}.1")
    write(path, "c")
    assert reader.read() == []
    reader.now += LATE - 0.1
    assert reader.read() == []
    write(rotated, "b")
    assert reader.read() == ["b"]
    assert reader.read_late() == ["c"]


def test_the_torn_end_of_a_rotated_file_is_a_line_of_its_own(path: Path) -> None:
    write(path, "a", "torn", end="")
    reader = Reader(path)
    assert reader.read() == ["a"]
    path.rename(f"{path}.1")
    write(path, "c")
    assert reader.read_late() == ["torn", "c"]


def test_several_rotations_while_away_are_read_in_order(path: Path) -> None:
    write(path, "a", "b")
    reader = Reader(path)
    assert reader.read(1) == ["a"]
    for line in ("c", "d", "e"):
        for number in (2, 1):
            if Path(f"{path}.{number}").exists():
                Path(f"{path}.{number}").rename(f"{path}.{number + 1}")
        path.rename(f"{path}.1")
        write(path, line)
    reader = reader.restarted(path)
    assert reader.read() == ["b"]
    lines: list[str] = []
    for _ in range(8):
        lines += reader.read_late()
    assert lines == ["c", "d", "e"]


def test_copy_and_truncate_while_reading(path: Path) -> None:
    write(path, "a", "b", "c")
    reader = Reader(path)
    assert reader.read(1) == ["a"]
    shutil.copy(path, f"{path}.1")
    os.truncate(path, 0)
    assert reader.read() == ["b", "c"]
    write(path, "d")
    assert reader.read_late() == ["d"]


def test_copy_and_truncate_then_growth_beyond_the_old_place(path: Path) -> None:
    write(path, "a", "b")
    reader = Reader(path)
    assert reader.read(1) == ["a"]
    reader = reader.restarted(path)
    shutil.copy(path, f"{path}.1")
    os.truncate(path, 0)
    write(path, *[f"n{n}" for n in range(50)])
    assert reader.read() == ["b"]
    assert reader.read_late() == [f"n{n}" for n in range(50)]


def test_two_copies_and_truncations_before_anything_new_was_read(path: Path) -> None:
    write(path, "a")
    reader = Reader(path)
    assert reader.read() == ["a"]
    shutil.copy(path, f"{path}.1")
    os.truncate(path, 0)
    assert reader.read_late() == []
    write(path, "b")
    Path(f"{path}.1").rename(f"{path}.2")
    shutil.copy(path, f"{path}.1")
    os.truncate(path, 0)
    write(path, "c")
    lines: list[str] = []
    for _ in range(4):
        lines += reader.read_late()
    assert lines == ["b", "c"]


def test_a_truncation_without_a_copy_starts_over_and_is_counted(path: Path) -> None:
    write(path, "a", "b")
    reader = Reader(path)
    assert reader.read() == ["a", "b"]
    os.truncate(path, 0)
    write(path, "c")
    assert reader.read() == ["c"]
    assert reader.tail.gaps == 1


def test_a_rotated_file_that_was_deleted_is_still_read_to_its_end(path: Path) -> None:
    write(path, "a", "b")
    reader = Reader(path)
    assert reader.read(1) == ["a"]
    path.unlink()
    assert reader.read() == ["b"]
    write(path, "c")
    assert reader.read_late() == ["c"]
    assert reader.tail.gaps == 0


def test_a_rotation_between_the_listing_and_the_looking_loses_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader(path)
    write(path, "a")
    assert reader.read() == ["a"]
    write(path, "b")
    path.rename(f"{path}.1")
    write(path, "c")
    listed: list[Path] = []

    def rotated_just_then(log: Path) -> list[Path]:
        found = rotated(log)
        if not listed:
            Path(f"{path}.1").rename(f"{path}.2")
            path.rename(f"{path}.1")
            write(path, "d")
        listed.extend(found)
        return found

    monkeypatch.setattr("workers.tail.rotated", rotated_just_then)
    reader = reader.restarted(path)
    assert [line for _ in range(3) for line in reader.read_late()] == ["b", "c", "d"]
    assert reader.tail.gaps == 0


def test_a_file_that_vanished_while_away_is_a_counted_gap(path: Path) -> None:
    write(path, "a", "b")
    reader = Reader(path)
    assert reader.read(1) == ["a"]
    reader = reader.restarted(path)
    path.rename(f"{path}.1.gz")
    write(path, "c")
    assert reader.read() == ["c"]
    assert reader.tail.gaps == 1


def test_dated_rotations_are_read_by_age(path: Path) -> None:
    write(path, "a", "b")
    reader = Reader(path)
    assert reader.read(1) == ["a"]
    reader = reader.restarted(path)
    for day, line in (("20261121", "c"), ("20261120", "d")):
        rotated = path.rename(f"{path}-{day}")
        stamp = 1_000_000_000 if day == "20261121" else 2_000_000_000
        os.utime(rotated, ns=(stamp, stamp))
        write(path, line)
    lines = [line for _ in range(5) for line in reader.read_late()]
    assert lines == ["b", "c", "d"]


def test_rotations_within_one_tick_of_the_file_clock_are_read_by_number(path: Path) -> None:
    write(path, "a", "b")
    reader = Reader(path)
    assert reader.read(1) == ["a"]
    reader = reader.restarted(path)
    for name, line in (("3", "c"), ("2", "d"), ("1", "e")):
        rotated = path.rename(f"{path}.{name}")
        os.utime(rotated, ns=(10**18, 10**18))
        write(path, line)
    lines = [line for _ in range(6) for line in reader.read_late()]
    assert lines == ["b", "c", "d", "e"]


def test_how_much_waits_is_known(path: Path) -> None:
    write(path, "abc", "de")
    reader = Reader(path)
    reader.read(1)
    assert reader.position is not None
    assert reader.tail.behind(reader.position) == 3
    path.rename(f"{path}.1")
    assert reader.tail.behind(reader.position) == 0
    write(path, "fghi")
    assert reader.tail.behind(reader.position) == 5
