"""`python -m dev.testing.database_lint lint|advisors`: the Supabase CLI's own checks.

Runs on the instance of this test run (NOC_TEST_INSTANCE). No error may be left; a warning may be
when tests/advisor_allowlist.txt names it, one `name|object` a line, `#` for the reason.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from dev.stack import cli_tool
from dev.stack.instance import Instance, load_instance
from dev.stack.paths import ROOT

ALLOWED: Final = ROOT / "tests/advisor_allowlist.txt"


def main(arguments: list[str]) -> int:
    """Runs one check; 1 when something is left."""
    instance = load_instance(os.environ["NOC_TEST_INSTANCE"])
    found = {"lint": _lint, "advisors": _advisors}[arguments[0]](instance)
    allowed = _allowed(ALLOWED)
    left = [(name, detail) for name, detail in found if name not in allowed]
    print(f"{len(found)} found, {len(found) - len(left)} allowed")
    for name, detail in left:
        print(f"{name}\n    {detail}")
    return int(bool(left))


def _lint(instance: Instance) -> list[tuple[str, str]]:
    """plpgsql_check over our schemas: `function|message` and where."""
    text = cli_tool.run(
        instance, "db", "lint", "--schema", "public,noc", "--level", "warning", "-o", "json"
    )
    results: list[dict[str, Any]] = json.loads(text or "[]") or []
    return [
        (
            f"{result['function']}|{issue['message']}",
            f"{issue.get('detail') or ''} {issue.get('context') or ''}".strip(),
        )
        for result in results
        for issue in result["issues"]
    ]


def _advisors(instance: Instance) -> list[tuple[str, str]]:
    """Security and performance advice of level WARN or ERROR: `name|object` and why."""
    text = cli_tool.run(
        instance, "db", "advisors", "--type", "all", "--level", "warn", "-o", "json"
    )
    return [(_named(lint), str(lint["detail"])) for lint in json.loads(text or "[]") or []]


def _named(lint: dict[str, Any]) -> str:
    about = lint.get("metadata") or {}
    return f"{lint['name']}|{about.get('schema', '')}.{about.get('name', '')}"


def _allowed(path: Path) -> set[str]:
    if not path.exists():
        return set()
    lines = (line.split("#", 1)[0].strip() for line in path.read_text().splitlines())
    return {line for line in lines if line}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
