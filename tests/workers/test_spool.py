"""Results survive on disk, in order, whatever kills the process."""

import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.workers.factories import result
from workers.errors import SettingsError, SpoolError
from workers.files import OwnedDirectory
from workers.model import Result
from workers.spool import Spool, thin


def seconds(spool: Spool, limit: int = 10_000) -> list[float]:
    start = result(0).checked_at
    return [(s.result.checked_at - start).total_seconds() for s in spool.waiting_results(limit)]


def test_results_come_back_in_order_with_their_own_time(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for second in range(5):
        spool.append(result(second, fence=9))
    reopened = Spool(tmp_path)
    assert reopened.waiting == 5
    assert seconds(reopened) == [0, 1, 2, 3, 4]
    assert seconds(reopened, 2) == [0, 1]
    assert {s.result.fence for s in reopened.waiting_results(9)} == {None}


def test_a_settled_result_never_comes_back(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for second in range(3):
        spool.append(result(second))
    oldest, next_one, _ = spool.waiting_results(3)
    spool.settle(oldest)
    assert seconds(Spool(tmp_path)) == [1, 2]
    spool.settle(next_one)
    spool.append(result(3))
    assert seconds(spool) == seconds(Spool(tmp_path)) == [2, 3]


def test_an_emptied_spool_starts_over_small(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for second in range(50):
        spool.append(result(second))
    for spooled in spool.waiting_results(50):
        spool.settle(spooled)
    assert spool.waiting == 0
    assert (tmp_path / "results.jsonl").stat().st_size < 100
    spool.append(result(99))
    assert seconds(Spool(tmp_path)) == [99]


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_a_torn_last_line_costs_only_itself(tmp_path: Path, cut: int) -> None:
    spool = Spool(tmp_path)
    for second in range(3):
        spool.append(result(second))
    path = tmp_path / "results.jsonl"
    os.truncate(path, path.stat().st_size - cut)
    torn = Spool(tmp_path)
    torn.append(result(9))
    assert seconds(torn) == seconds(Spool(tmp_path)) == [0, 1, 9]


def test_a_corrupt_line_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for second in range(3):
        spool.append(result(second))
    path = tmp_path / "results.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = b"\x00" * (len(lines[2]) - 1) + b"\n"
    path.write_bytes(b"".join(lines))
    damaged = Spool(tmp_path)
    assert damaged.waiting == 2
    assert seconds(damaged) == [0, 2]


@pytest.mark.parametrize("content", [b"", b"garbage\n", b'{"spool": 1', b"[]\n"])
def test_a_file_that_is_no_spool_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "results.jsonl").write_bytes(content)
    spool = Spool(tmp_path)
    spool.append(result(1))
    assert seconds(Spool(tmp_path)) == [1]


def test_a_cursor_of_another_file_is_not_applied(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for second in range(3):
        spool.append(result(second))
    spool.settle(spool.waiting_results(1)[0])
    cursor = tmp_path / "results.cursor"
    cursor.write_text(json.dumps(json.loads(cursor.read_text()) | {"spool": "another"}))
    assert seconds(Spool(tmp_path)) == [0, 1, 2]


def test_a_full_spool_keeps_where_each_run_began_and_ended(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=20_000)
    spool.append(result(0, "good", None))
    for second in range(1, 500):
        spool.append(result(second))
    kept = seconds(spool)
    assert (tmp_path / "results.jsonl").stat().st_size <= 20_000
    assert kept[:4] == [0, 1, 2, 3]
    assert kept[-1] == 499
    assert spool.dropped == 500 - len(kept) == 500 - spool.waiting
    assert kept == seconds(Spool(tmp_path, 20_000))


def test_a_full_spool_of_changes_drops_the_oldest(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=20_000)
    for second in range(500):
        spool.append(result(second, "good" if second % 2 else "bad", None))
    kept = seconds(spool)
    assert (tmp_path / "results.jsonl").stat().st_size <= 20_000
    assert kept == sorted(kept)
    assert kept[-1] == 499
    assert kept[0] > 0


def test_thinning_keeps_each_checks_turns() -> None:
    def of(check_id: str, outcomes: str) -> list[Result]:
        return [
            result(n, "bad" if outcome == "b" else "good", None, check_id)
            for n, outcome in enumerate(outcomes)
        ]

    kept = thin(of("a", "bbbbbbgggggb"))
    assert [r.checked_at.second for r in kept] == [0, 1, 2, 5, 6, 7, 8, 10, 11]
    mixed = [r for pair in zip(of("a", "bbbbbb"), of("b", "bbbbbb"), strict=True) for r in pair]
    assert len(thin(mixed)) == 8
    assert thin([]) == []


def test_a_disk_that_fails_is_told_and_leaves_no_torn_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    spool.append(result(0))
    write = os.write
    with monkeypatch.context() as broken:
        broken.setattr(os, "write", lambda fd, line: write(fd, line[:20]))
        with pytest.raises(SpoolError):
            spool.append(result(1))
    spool.append(result(2))
    assert seconds(spool) == seconds(Spool(tmp_path)) == [0, 2]


def test_one_process_owns_a_directory_at_a_time(tmp_path: Path) -> None:
    owned = OwnedDirectory(tmp_path / "a", "health")
    with pytest.raises(SettingsError, match="NOC_SPOOL_DIR"):
        OwnedDirectory(tmp_path / "a", "health")
    owned.release()
    OwnedDirectory(tmp_path / "a", "health").release()
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def _work(directory: Path, seed: int) -> None:
    """Append and settle until killed; what returned is noted in a file of its own."""
    chance = random.Random(seed)
    spool = Spool(directory, max_bytes=10**9)
    appended = os.open(directory / "appended", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    settled = os.open(directory / "settled", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    number = seed * 10_000
    while True:
        if chance.random() < 0.6:
            number += 1
            spool.append(result(number))
            os.write(appended, b"%d\n" % number)
        else:
            for spooled in spool.waiting_results(chance.randrange(1, 4)):
                second = (spooled.result.checked_at - result(0).checked_at).total_seconds()
                os.write(settled, b"%d\n" % int(second))
                spool.settle(spooled)


def _numbers(path: Path) -> list[int]:
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    return [int(line) for line in lines if line]


def test_kills_lose_nothing_that_was_kept_and_replay_at_most_what_was_in_hand(
    tmp_path: Path,
) -> None:
    """A result may be settled twice only when the kill fell between its settling and its cursor."""
    chance = random.Random(seed := random.randrange(10**6))
    print("seed", seed)
    context = multiprocessing.get_context("fork")
    kills = 12
    for run in range(kills):
        process = context.Process(target=_work, args=(tmp_path, seed + run))
        process.start()
        time.sleep(chance.uniform(0.02, 0.1))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    rest = [int(s) for s in seconds(Spool(tmp_path))]
    settled = _numbers(tmp_path / "settled")
    appended = _numbers(tmp_path / "appended")
    assert set(appended) <= set(settled) | set(rest)
    # A kill between an append and its note leaves one result more than was noted.
    assert len((set(settled) | set(rest)) - set(appended)) <= kills
    assert len(settled) - len(set(settled)) <= kills
    assert len(settled) > kills
