"""Which suites have a full count, found by what they import.

A test file that imports tests.scale is one; where a helper beside the tests does, its whole folder
is. The edge functions' fuzz and the browser's tests take theirs from the environment.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from dev.stack.paths import FUNCTIONS, NODE_BIN, PYTHON, ROOT
from dev.testing import counts
from dev.testing.steps import Step, tests

TESTS: Final = ROOT / "tests"
MARK: Final = "tests.scale"
APART: Final = {"live"}  # where a file takes up to hours: each is a suite of its own
EDGE_BODIES: Final = 100_000
TIMEOUT_S: Final = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class Suite:
    """One step at one scale, with the environment that sets its count."""

    step: Step
    env: Mapping[str, str]


def suites(scale: float) -> list[Suite]:
    """Every suite, in the order in which they run: those that need no database first."""
    python = [_pytest(*item, scale) for item in sorted(scaled(TESTS).items())]
    return [edge_fuzz(scale), *python, *browser(scale)]


def browser(scale: float) -> list[Suite]:
    """The page in Chromium, on every screen."""
    steps = (one for one in tests() if one.name.startswith("e2e"))
    env = {"NOC_SCALE": f"{scale:g}"}
    return [Suite(replace(step, timeout_s=TIMEOUT_S), env) for step in steps]


def scaled(tests: Path) -> dict[str, list[Path]]:
    """Test files that honour the scale, by their folder's or own path below `tests`."""
    found: dict[str, list[Path]] = defaultdict(list)
    for folder in sorted({path.parent for path in tests.rglob("test_*.py")}):
        users = [path for path in sorted(folder.glob("*.py")) if MARK in path.read_text()]
        helped = any(not path.name.startswith("test_") for path in users)
        name = folder.relative_to(tests).as_posix()
        for path in sorted(folder.glob("test_*.py")) if helped else users:
            apart = name in APART
            found[f"{name}/{path.stem.removeprefix('test_')}" if apart else name].append(path)
    return dict(found)


def edge_fuzz(scale: float) -> Suite:
    """Hostile bodies against the edge functions, with everything else that tests them."""
    step = Step(
        "edge functions",
        (str(NODE_BIN / "deno"), "task", "--quiet", "test"),
        ("tests/functions/fuzz.test.ts",),
        counts.deno,
        cwd=FUNCTIONS,
        timeout_s=TIMEOUT_S,
    )
    return Suite(step, {"NOC_FUZZ_BODIES": str(max(100, round(EDGE_BODIES * scale)))})


def _pytest(name: str, files: list[Path], scale: float) -> Suite:
    """`-s`: what a suite prints of its seeds and counts belongs into the log as it comes."""
    command = (
        *(
            str(PYTHON),
            "-u",
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "--color=no",
            "-vv",
            "-s",
            "--no-header",
            "--tb=short",
        ),
        *(str(path.relative_to(ROOT)) for path in files),
    )
    step = Step(name, command, (), counts.pytest, stack=True, timeout_s=TIMEOUT_S)
    return Suite(step, {"NOC_SCALE": f"{scale:g}"})
