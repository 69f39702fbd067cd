"""`python -m dev.verify_audit`: what it says of a sound trail, a tampered one and files."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from dev.testing.cluster import Cluster
from dev.verify_audit.__main__ import main

COMPANY = "11222333000181"


@pytest.fixture
def trail(project: str, file_cluster: Cluster) -> str:
    """The project with a few more entries; gives a superuser's URL."""
    with psycopg.connect(project) as db:
        for _ in range(5):
            db.execute("select noc.record_audit('x', 'y', %s, '{\"a\": \"é\"}')", (COMPANY,))
    return file_cluster.dsn("supabase_admin")


def tamper(url: str, statement: str) -> None:
    with psycopg.connect(url) as db:
        db.execute("set session_replication_role = replica")
        db.execute(statement.encode())


def anchored(url: str, path: Path) -> Path:
    """A file of anchors, as saved from what is sent out."""
    with psycopg.connect(url) as db:
        row = db.execute("select noc.anchor_audit(now())").fetchone()
        db.rollback()
    assert row is not None
    path.write_text(json.dumps(row[0]) + "\n\n")
    return path


def test_a_sound_trail_ends_with_zero_and_its_export_too(
    trail: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, anchors = tmp_path / "rows.jsonl", anchored(trail, tmp_path / "anchors.jsonl")
    assert main(["--export", str(rows), "--anchors", str(anchors)]) == 0
    said = capsys.readouterr().out
    assert f"  ✓ {COMPANY}" in said
    assert said.endswith("anchors kept outside: 0 chains are wrong\n")
    assert main(["--rows", str(rows), "--anchors", str(anchors)]) == 0
    assert capsys.readouterr().out == said


def test_an_edited_export_is_found(
    trail: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.jsonl"
    main(["--export", str(rows)])
    rows.write_text(rows.read_text().replace('"target": "y"', '"target": "z"', 1))
    capsys.readouterr()
    assert main(["--rows", str(rows)]) == 1
    assert "hash: a field is not what was hashed" in capsys.readouterr().out


def test_a_cut_tail_is_found_even_when_the_head_was_set_back_if_an_anchor_was_kept(
    trail: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    anchors = anchored(trail, tmp_path / "anchors.jsonl")
    tamper(
        trail,
        "delete from public.noc_audit where (chain, seq) = ("  # the last one
        f"select chain, seq from noc.audit_heads where chain = '{COMPANY}')",
    )
    assert main([]) == 1
    assert "head: the chain does not end where" in capsys.readouterr().out
    tamper(
        trail,
        "update noc.audit_heads as h set (seq, hash) = (select a.seq, a.hash"
        " from public.noc_audit as a where a.chain = h.chain order by a.seq desc limit 1)"
        f" where h.chain = '{COMPANY}'",
    )
    assert main([]) == 0
    assert main(["--anchors", str(anchors)]) == 1
    assert "anchor: another entry stands" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--rows", "--anchors"])
@pytest.mark.parametrize("text", ["{", "[]", '{"entry": {"seq": 1}}', '{"heads": [{"seq": "1"}]}'])
def test_a_file_that_cannot_be_read_is_named_with_its_line(
    project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, text: str
) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(f"{text}\n")
    assert main([option, str(path)]) == 1
    assert f"verify-audit: {path}" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(
    project: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--rows", str(tmp_path / "nowhere")]) == 1
    assert "nowhere: No such file" in capsys.readouterr().err
