"""Every step of `make test`, in order."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from dev.stack.paths import NODE_BIN, PYTHON, ROOT, WEB
from dev.testing import counts
from dev.testing.counts import Reader

BIN: Final = ROOT / ".venv/bin"
PYTHON_FOLDERS: Final = ("dev", "workers", "tests")
SQL_FOLDERS: Final = ("supabase/migrations", "supabase/seed.sql", "policies", "dev/platform")


@dataclass(frozen=True, slots=True)
class Step:
    """One command. It is present when all of `needs` exist, each a path or a glob.

    `reader` null: the command is one test by itself. `stack`: it needs the running instance.
    Neighbours with a `lane` run at the same time as other lanes, one after another in their own.
    """

    name: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    reader: Reader | None = None
    stack: bool = False
    cwd: Path = ROOT
    timeout_s: float = 900
    lane: str = ""

    def is_present(self) -> bool:
        """Whether what the step works on exists yet."""
        return all(any(ROOT.glob(pattern)) for pattern in self.needs)


def checks() -> list[Step]:
    """Formatters, linters and types: quick, and independent of each other."""
    python = _existing(PYTHON_FOLDERS)
    return [
        *_lane(
            "python, SQL and Deno",
            Step("sqlfluff", (_bin("sqlfluff"), "lint", "--nocolor", *_existing(SQL_FOLDERS))),
            Step(
                "policies drift",
                (str(PYTHON), "-m", "dev.policies", "--check"),
                ("policies/*.sql",),
            ),
            Step("ruff", (_bin("ruff"), "check", "--no-cache", *python)),
            Step("ruff format", (_bin("ruff"), "format", "--no-cache", "--check", *python)),
            Step("mypy", (_bin("mypy"), *python)),
            Step(
                "import-linter",
                (_bin("lint-imports"), "--no-cache", "--config", "workers/.importlinter"),
                ("workers/.importlinter",),
            ),
            Step(
                "deno check",
                (str(NODE_BIN / "deno"), "task", "--quiet", "check"),
                ("supabase/functions/*/index.ts", "tests/functions/*.ts"),
                cwd=ROOT / "supabase/functions",
            ),
        ),
        *_lane(
            "page",
            _npm("eslint", "lint"),
            _npm("tsc", "types"),
            Step("page build", (str(PYTHON), "-m", "dev.stack.web"), ("web/package.json",)),
        ),
    ]


def tests() -> list[Step]:
    """Suites, those without a database first."""
    return [
        _npm("vitest", "test", counts.vitest),
        Step(
            "deno test",
            (str(NODE_BIN / "deno"), "task", "--quiet", "test"),
            ("tests/functions/*.test.ts",),
            counts.deno,
            cwd=ROOT / "supabase/functions",
        ),
        _on_database("db lint", "lint"),
        _on_database("db advisors", "advisors"),
        Step(
            "pgTAP",
            ("pg_prove", "--ext", ".sql", "--recurse", "tests/pgtap"),
            ("tests/pgtap/*.sql",),
            counts.pg_prove,
            stack=True,
        ),
        *_lane(
            "clusters of their own",
            _pytest("pytest db", "tests/db", apart=True),
            _browser(1),
        ),
        *_lane("instances of their own", _pytest("pytest live", "tests/live")),
        *_lane(
            "the shared instance",
            _pytest("pytest other", "tests", "--ignore", "tests/db", "--ignore", "tests/live"),
            Step(
                "node contract",
                (_bin("node"), "--test", "--test-reporter=tap", "tests/contract/js/*.test.mjs"),
                ("tests/contract/js/*.test.mjs",),
                counts.node,
                stack=True,
            ),
            _browser(2),
        ),
    ]


def _lane(name: str, *steps: Step) -> list[Step]:
    return [replace(step, lane=name) for step in steps]


def _pytest(name: str, *arguments: str, apart: bool = False) -> Step:
    """Python tests; `apart`: on a cluster of their own."""
    before = (str(PYTHON), "-m", "dev.testing.apart") if apart else ()
    command = (str(PYTHON), "-m", "pytest", "-p", "no:cacheprovider", "--color=no", *arguments)
    needs = ("tests/**/test_*.py",)
    return Step(name, before + command, needs, counts.pytest, stack=True)


def _npm(
    name: str,
    script: str,
    reader: Reader | None = None,
    stack: bool = False,
    needs: tuple[str, ...] = (),
) -> Step:
    """A script of web/package.json, present once it is named there."""
    manifest = WEB / "package.json"
    named = manifest.exists() and script in json.loads(manifest.read_text()).get("scripts", {})
    command = (_bin("npm"), "run", "--silent", script, "--workspace", "web")
    return Step(name, command, needs if named else ("web/package.json", script), reader, stack)


def _browser(part: int) -> Step:
    """The page in Chromium, with workers, traffic and ticks beside it: half of the files."""
    step = _npm(f"e2e {part}", "e2e", counts.vitest, stack=True, needs=("web/e2e/*",))
    command = (*step.command, "--", f"--shard={part}/2")
    return replace(step, command=(str(PYTHON), "-m", "dev.testing.alive", *command))


def _on_database(name: str, module: str) -> Step:
    command = (str(PYTHON), "-m", "dev.testing.database_lint", module)
    return Step(name, command, ("supabase/migrations/*.sql",), stack=True)


def _existing(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if (ROOT / name).exists())


def _bin(name: str) -> str:
    return str(BIN / name)
