"""When a database is kept, brought forward, made again or refused."""

from pathlib import Path

import pytest

from dev.stack import database
from dev.stack.database import Verdict, compare
from dev.stack.errors import StackError
from dev.stack.instance import Instance, new_instance


@pytest.fixture
def sources(instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two migrations, a seed and a platform file; the cluster holds exactly these."""
    for name in ("platform/10_roles.sql", "migrations/1_a.sql", "migrations/2_b.sql", "seed.sql"):
        path = tmp_path / "repo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"-- {name}")
    monkeypatch.setattr(database, "PLATFORM", tmp_path / "repo/platform")
    monkeypatch.setattr(database, "MIGRATIONS", tmp_path / "repo/migrations")
    monkeypatch.setattr(database, "SEED", tmp_path / "repo/seed.sql")
    instance.data.mkdir(parents=True)
    database.mark(instance)
    return tmp_path / "repo"


def test_an_unmarked_cluster_is_made_again(instance: Instance) -> None:
    assert compare(instance) is Verdict.ABSENT


def test_an_unchanged_repository_needs_nothing(instance: Instance, sources: Path) -> None:
    assert compare(instance) is Verdict.CURRENT


def test_a_newer_migration_is_applied_to_what_is_there(instance: Instance, sources: Path) -> None:
    (sources / "migrations/3_c.sql").write_text("-- new")
    assert compare(instance) is Verdict.BEHIND


@pytest.mark.parametrize(
    "name", ["migrations/1_a.sql", "migrations/2_b.sql", "seed.sql", "platform/10_roles.sql"]
)
def test_an_edited_file_makes_the_database_stale(
    instance: Instance, sources: Path, name: str
) -> None:
    (sources / name).write_text("-- edited")
    assert compare(instance) is Verdict.STALE


def test_a_migration_before_the_last_one_makes_it_stale(instance: Instance, sources: Path) -> None:
    (sources / "migrations/1_z.sql").write_text("-- late")
    assert compare(instance) is Verdict.STALE


def test_a_removed_migration_makes_it_stale(instance: Instance, sources: Path) -> None:
    (sources / "migrations/2_b.sql").unlink()
    assert compare(instance) is Verdict.STALE


def test_a_database_that_is_no_demo_is_never_thrown_away(instance: Instance) -> None:
    with pytest.raises(StackError, match="is not a demo"):
        database.require_rebuildable(new_instance("real", demo=False))


def test_an_edited_migration_is_refused_after_a_release(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "released_in", lambda: "v1.0.0")
    with pytest.raises(StackError, match=r"v1\.0\.0 released has been edited"):
        database.require_rebuildable(instance)


def test_a_demo_database_is_made_again_before_the_first_release(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "released_in", lambda: None)
    database.require_rebuildable(instance)
