"""`make ingest-key`: a key that works, shown once, for one company and service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from dev.ingest_key import issue, main
from dev.project import ProjectError

COMPANY = "12ABC34501DE35"
CALL = {"endpoint": "/titulos", "method": "POST", "status": 200, "latency_ms": 184}


def send(url: str, key: str, **more: object) -> dict[str, Any]:
    with psycopg.connect(url) as db:
        row = db.execute(
            "select noc.ingest(%s, %s, 'api_usage', %s, now())",
            (key, uuid4(), Jsonb([{**CALL, **more}])),
        ).fetchone()
        assert row is not None
        db.rollback()
    answer: dict[str, Any] = row[0]
    return answer


def test_the_key_opens_its_company_and_its_service_alone(project: str) -> None:
    made = issue(project, "12.ABC.345/01DE-35", "erp bridge", "omie")
    assert made.company_cnpj == COMPANY
    assert send(project, made.key)["accepted"] == 1
    assert send(project, made.key, service="f360")["rejected"][0]["reason"].startswith("service:")
    other = send(project, made.key, company_cnpj="11222333000181")
    assert other["rejected"][0]["reason"].startswith("company_cnpj:")


def test_a_key_for_messages_hands_over_messages_and_nothing_else(project: str) -> None:
    made = issue(project, COMPANY, "loja", "api", messages=True)
    with psycopg.connect(project) as db:
        kinds = db.execute("select kinds from noc.ingest_keys where label = 'loja'").fetchone()
    assert kinds == (["messages"],)
    with pytest.raises(psycopg.Error, match="may send messages"):
        send(project, made.key)


def test_the_key_lives_for_ninety_days(project: str) -> None:
    left = issue(project, COMPANY, "erp bridge", "omie").expires_at - datetime.now(UTC)
    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)


def test_the_platforms_key_may_name_every_service(project: str) -> None:
    made = issue(project, None, "gateway", "api")
    assert made.company_cnpj is None
    assert send(project, made.key, service="supabase:rest")["accepted"] == 1


def test_the_database_keeps_no_key_in_clear(project: str) -> None:
    made = issue(project, COMPANY, "erp bridge", "omie")
    with psycopg.connect(project) as db:
        rows = db.execute("select k::text from noc.ingest_keys as k").fetchall()
        audit = db.execute("select payload::text from public.noc_audit").fetchall()
    secret = made.key.removeprefix("noc_ik_")
    assert rows
    assert not any(secret in row[0] for row in rows + audit)


@pytest.mark.parametrize(
    ("company", "label", "service", "field"),
    [
        ("11444777000161", "x", "api", "company_cnpj"),
        ("not a cnpj", "x", "api", "company_cnpj"),
        (COMPANY, "", "api", "label"),
        (COMPANY, "x" * 81, "api", "label"),
        (COMPANY, "x", "nobody", "service"),
    ],
)
def test_what_is_wrong_is_named(
    project: str, company: str, label: str, service: str, field: str
) -> None:
    with pytest.raises(ProjectError, match=f"^{field}: "):
        issue(project, company, label, service)


def test_a_label_of_eighty_characters_is_taken(project: str) -> None:
    assert issue(project, COMPANY, "x" * 80, "api").label == "x" * 80


def test_the_key_alone_goes_to_standard_output(
    project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([COMPANY, "--label", "erp bridge", "--service", "omie"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("noc_ik_")
    assert said.out.count("\n") == 1
    assert "'erp bridge' of company 12ABC34501DE35, service omie" in said.err
    assert said.out.strip() not in said.err


def test_a_missing_company_is_named(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "COMPANY is missing" in capsys.readouterr().err
