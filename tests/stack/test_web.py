"""The page is built again only when its sources changed."""

from pathlib import Path

import pytest

from dev.stack import web


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "web"
    (folder / "app").mkdir(parents=True)
    (folder / "app/page.tsx").write_text("export default null")
    (tmp_path / "package-lock.json").write_text("{}")
    monkeypatch.setattr(web, "ROOT", tmp_path)
    monkeypatch.setattr(web, "WEB", folder)
    return folder


def test_what_the_build_writes_beside_its_sources_does_not_ask_for_another(page: Path) -> None:
    before = web._hash_of_sources()
    (page / "next-env.d.ts").write_text("generated")
    (page / "tsconfig.tsbuildinfo").write_text("generated")
    (page / ".next").mkdir()
    (page / ".next/cache").write_text("generated")
    assert web._hash_of_sources() == before


def test_a_changed_source_asks_for_another(page: Path) -> None:
    before = web._hash_of_sources()
    (page / "app/page.tsx").write_text("export default 1")
    assert web._hash_of_sources() != before
