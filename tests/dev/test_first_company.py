"""docs/first-company.md does what it says: its commands, run in one shell on an empty project."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from dev.empty import environment
from dev.stack import lifecycle
from dev.stack.instance import new_instance
from dev.stack.paths import ROOT
from dev.stack.services import Wanted
from dev.testing.stage import PREFIX, discard

PAGE = ROOT / "docs/first-company.md"
START = 'eval "$(make --silent empty)"'
# What pg_cron does by itself within a minute.
TICK = """psql "$DATABASE_URL" -Xqc 'select noc.tick(clock_timestamp())' >/dev/null"""


def blocks() -> list[str]:
    """The page's commands, in order."""
    return re.findall(r"```bash\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def empty() -> Iterator[dict[str, str]]:
    """The environment of a project with all migrations and nothing else."""
    instance = new_instance(f"{PREFIX}{os.getpid()}-empty", demo=False)
    try:
        wanted = Wanted(web=False, workers=False, traffic=False)
        yield environment(instance, lifecycle.up(instance, wanted, print))
    finally:
        discard(instance)


def test_the_first_event_of_a_new_company_reaches_its_page(empty: dict[str, str]) -> None:
    start, *commands, read, check = blocks()
    assert start.strip() == START
    assert check.strip() == "make deploy-check"
    marked = ("\necho '=== end'\n").join([*commands, f"{TICK}\n{read}"])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", marked],
        cwd=ROOT,
        env={**os.environ, **empty},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.split("=== end")

    assert json.loads(said[-2])["accepted"] == 1
    (company,) = json.loads(said[-1])["data"]["companies"]
    assert company["name"] == "Farmácia Exemplo"
    assert [(cell["service"], cell["count"]) for cell in company["cells"]] == [("omie", 1)]
    with psycopg.connect(empty["DATABASE_URL"]) as db:
        rows = db.execute("select action from public.noc_audit order by audit_id").fetchall()
    actions = [row[0] for row in rows if row[0] != "create_ingest_key"]
    assert actions == ["make_admin", "save_company", "grant_member"]


def test_an_empty_project_holds_no_demo(empty: dict[str, str]) -> None:
    with psycopg.connect(empty["DATABASE_URL"]) as db:
        row = db.execute(
            "select count(*) from auth.users where email like '%@noc.local'"
        ).fetchone()
    assert row == (0,)
