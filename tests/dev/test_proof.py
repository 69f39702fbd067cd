"""`make proof`: which suites it finds, what it reads from their logs, what it keeps."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dev import evidence
from dev.proof import __main__ as proof
from dev.proof import record
from dev.proof.record import Entry
from dev.proof.suites import TESTS, Suite, edge_fuzz, scaled, suites
from dev.testing.counts import pytest as read_pytest
from dev.testing.steps import Step

LOG = """
tests/x/test_a.py::test_storm seed 123
Tally(acknowledged=900, commits=40, faults=[], lock=<unlocked at 0x7f>)
PASSED
isolation: 2 worlds, NOC_SEED=2c353e08
isolation: 3600 checks, 0 differences
hostile bodies, 1000 of them (NOC_FUZZ_SEED=427609) ... seed 123
Tally(acknowledged=100, commits=5)
"""


def entry(passed: int = 1, failed: int = 0) -> Entry:
    return Entry("2026-12-01T12:00:00+00:00", "abc", "2 cores", 1.0, {}, [], {}, passed, failed, 1)


def suite(script: str) -> Suite:
    step = Step("unit", (sys.executable, "-c", script), reader=read_pytest, timeout_s=30)
    return Suite(step, {"NOC_SCALE": "0.5"})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[int, Path]]:
    """Proves one script in place of all suites; gives the status and the record's path."""
    monkeypatch.setattr(record, "EVIDENCE", tmp_path / "evidence.json")
    monkeypatch.setattr(record, "TRIAL", tmp_path / "trial.json")
    monkeypatch.setattr(proof, "LOGS", tmp_path)
    monkeypatch.setattr("dev.testing.runner.LOGS", tmp_path)
    monkeypatch.setattr(proof, "ROOT", tmp_path)

    def main(script: str) -> tuple[int, Path]:
        monkeypatch.setattr(proof, "suites", lambda scale: [suite(script)])
        return proof.main(["--scale", "0.5"]), tmp_path / "trial.json"

    return main


def test_every_test_that_honours_the_scale_is_in_a_suite() -> None:
    files = {path for paths in scaled(TESTS).values() for path in paths}
    users = {path for path in TESTS.rglob("test_*.py") if "from tests.scale" in path.read_text()}
    assert users
    assert users <= files | {Path(__file__)}


def test_a_helper_that_honours_the_scale_takes_its_whole_folder(tmp_path: Path) -> None:
    for name, text in {
        "own/test_a.py": "from tests.scale import scaled",
        "own/test_b.py": "",
        "helped/helper.py": "from tests.scale import scaled",
        "helped/test_c.py": "",
        "plain/test_d.py": "",
        "live/helper.py": "from tests.scale import scaled",
        "live/test_e.py": "",
        "live/test_f.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert scaled(tmp_path) == {
        "own": [tmp_path / "own/test_a.py"],
        "helped": [tmp_path / "helped/test_c.py"],
        "live/e": [tmp_path / "live/test_e.py"],
        "live/f": [tmp_path / "live/test_f.py"],
    }


def test_the_scale_reaches_each_suite() -> None:
    assert edge_fuzz(1.0).env == {"NOC_FUZZ_BODIES": "100000"}
    assert edge_fuzz(0.5).env == {"NOC_FUZZ_BODIES": "50000"}
    assert all(one.env == {"NOC_SCALE": "0.5"} for one in suites(0.5) if one.step.stack)


def test_seeds_and_counts_are_read_from_what_a_suite_prints() -> None:
    assert record.seeds_in(LOG) == ["123", "2c353e08", "427609"]
    assert record.counts_in(LOG) == {
        "isolation worlds": 2,
        "isolation checks": 3600,
        "isolation differences": 0,
        "Tally acknowledged": 1000,
        "Tally commits": 45,
    }


def test_a_run_replaces_its_own_entries_and_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    record.write(path, {"a": entry(passed=1), "b": entry(passed=2)})
    record.write(path, {"a": entry(passed=3)})
    kept = json.loads(path.read_text())
    assert {name: one["passed"] for name, one in kept.items()} == {"a": 3, "b": 2}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ([], ["chaos", "db", "db/audit", "live/queue_chaos"]),
        (["db"], ["db"]),
        (["aud"], ["db/audit"]),
        (["queue", "db"], ["db", "live/queue_chaos"]),
        (["chaos"], ["chaos"]),
        (["none"], []),
    ],
)
def test_a_word_means_the_suite_of_that_name_or_else_those_that_hold_it(
    words: list[str], names: list[str]
) -> None:
    every = [Suite(Step(name, ()), {}) for name in ("chaos", "db", "db/audit", "live/queue_chaos")]
    assert [one.step.name for one in proof.chosen_of(every, words)] == names


def test_only_full_counts_are_evidence() -> None:
    assert record.place(1.0) == record.EVIDENCE
    assert record.place(0.99) == record.TRIAL


def test_a_suite_is_run_shown_and_recorded(
    run: Callable[[str], tuple[int, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    status, path = run(
        "import os; print('seed 42', os.environ['NOC_SCALE']); print('2 passed in 1.0s')"
    )
    kept = json.loads(path.read_text())["unit"]
    assert status == 0
    assert (kept["passed"], kept["failed"], kept["seeds"]) == (2, 0, ["42"])
    assert (kept["scale"], kept["settings"]) == (0.5, {"NOC_SCALE": "0.5"})
    assert "seed 42 0.5" in capsys.readouterr().out


@pytest.mark.parametrize(
    "script", ["print('1 failed, 2 passed in 1.0s')", "raise SystemExit(3)", "pass"]
)
def test_a_suite_that_fails_or_runs_nothing_ends_with_one(
    run: Callable[[str], tuple[int, Path]], script: str
) -> None:
    status, path = run(script)
    assert status == 1
    assert json.loads(path.read_text())["unit"]["failed"] == 1


@pytest.mark.parametrize("scale", ["0", "-1", "1.1"])
def test_a_scale_outside_its_limits_is_refused(
    scale: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        proof.main(["--scale", scale])
    assert "must lie above 0 and be at most 1" in capsys.readouterr().err


def test_the_evidence_is_summed_up_with_its_failures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evidence.main(tmp_path) == 1
    record.write(tmp_path / "proof.json", {"chaos": entry(passed=4)})
    figure = {"name": "x", "value": 2.0, "unit": "ms", "gate": 3.0, "aim": None, "note": ""}
    results = [{**figure, "better": "lower"}]
    bench = {"small": {"reads": {"at": "t", "commit": "c", "results": results}}}
    (tmp_path / "bench.json").write_text(json.dumps(bench))
    assert evidence.main(tmp_path) == 0
    results.append({**figure, "better": "higher"})
    (tmp_path / "bench.json").write_text(json.dumps(bench))
    assert evidence.main(tmp_path) == 1
    assert "proof chaos" in capsys.readouterr().out
