"""`make admin`: who may become admin, who may appoint, what is said."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from dev.admin import main, make_admin
from dev.project import ProjectError, database_url
from dev.testing.cluster import Cluster


def person(url: str, confirmed: bool = True, email: str | None = None, sso: bool = False) -> str:
    """A new Auth user's address."""
    email = email or f"{uuid4().hex}@noc.test"
    with psycopg.connect(url) as db:
        db.execute(
            "insert into auth.users (id, email, email_confirmed_at, is_sso_user)"
            " values (gen_random_uuid(), %s, case when %s then now() end, %s)",
            (email, confirmed, sso),
        )
    return email


def one(url: str, query: str, *args: object) -> Any:
    with psycopg.connect(url) as db:
        row = db.execute(query, args).fetchone()
    return row[0] if row else None


def memberships(url: str, email: str) -> int:
    query = """
        select count(*) from noc.memberships as m join auth.users as u on u.id = m.user_id
        where u.email = %s and m.role = 'admin' and m.revoked_at is null
    """
    return int(one(url, query, email))


def trail(url: str) -> int:
    return int(one(url, "select count(*) from public.noc_audit where action = 'make_admin'"))


def test_an_existing_user_becomes_admin_and_the_trail_says_so(project: str) -> None:
    email, before = person(project), trail(project)
    assert f"{email} is now admin" in make_admin(project, email)
    assert memberships(project, email) == 1
    assert trail(project) == before + 1
    query = "select payload ->> 'database_user' from public.noc_audit order by audit_id desc"
    assert one(project, query) == "postgres"


def test_an_admin_made_again_stays_one_and_is_written_down_once(project: str) -> None:
    email = person(project)
    make_admin(project, email)
    before = trail(project)
    assert "was admin already" in make_admin(project, f"  {email.upper()} ")
    assert memberships(project, email) == 1
    assert trail(project) == before


def test_a_revoked_admin_can_be_made_one_again(project: str) -> None:
    email = person(project)
    make_admin(project, email)
    with psycopg.connect(project) as db:
        db.execute(
            "update noc.memberships as m set revoked_at = now()"
            " from auth.users as u where u.id = m.user_id and u.email = %s",
            (email,),
        )
    assert "is now admin" in make_admin(project, email)


@pytest.mark.parametrize("email", ["nobody@noc.test", "", "'; drop schema noc; --"])
def test_an_unknown_address_is_refused_by_its_field(project: str, email: str) -> None:
    before = trail(project)
    with pytest.raises(ProjectError, match=r"^email: no user"):
        make_admin(project, email)
    assert trail(project) == before


def test_an_address_that_nobody_confirmed_is_refused(project: str) -> None:
    email = person(project, confirmed=False)
    with pytest.raises(ProjectError, match=r"^email: .* has not confirmed"):
        make_admin(project, email)
    assert memberships(project, email) == 0


def test_an_address_of_two_users_is_refused_rather_than_guessed(project: str) -> None:
    email = person(project)
    person(project, email=email, sso=True)
    with pytest.raises(ProjectError, match=r"^email: 2 Auth users"):
        make_admin(project, email)
    assert memberships(project, email) == 0


def test_a_deleted_user_is_no_user(project: str) -> None:
    email = person(project)
    with psycopg.connect(project) as db:
        db.execute("update auth.users set deleted_at = now() where email = %s", (email,))
    with pytest.raises(ProjectError, match=r"^email: no user"):
        make_admin(project, email)


@pytest.mark.parametrize(
    "role", ["anon", "authenticated", "service_role", "noc_worker", "noc_ingest", "noc_webhook"]
)
def test_no_api_role_may_appoint(project: str, role: str) -> None:
    query = "select has_function_privilege(%s, 'noc.make_admin(text)', 'execute')"
    assert one(project, query, role) is False
    assert one(project, query, "postgres") is True


def test_the_command_prints_one_sentence(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    email = person(project)
    assert main([email]) == 0
    assert main(["nobody@noc.test"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith(f"{email} is now admin at 127.0.0.1:")
    assert said.out.count("\n") == 1
    assert said.err.startswith("admin: email: no user 'nobody@noc.test'")
    assert said.err.count("\n") == 1


def test_a_missing_address_is_named(project: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "EMAIL is missing" in capsys.readouterr().err


def test_a_database_out_of_reach_is_said_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres:s3cret@127.0.0.1:1/postgres")
    assert main(["a@noc.test"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("admin: no connection to 127.0.0.1:1/postgres")
    assert "s3cret" not in said


def test_a_text_that_is_no_url_is_named_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "http://postgres:s3cret@db.example")
    assert main(["a@noc.test"]) == 1
    assert capsys.readouterr().err == "admin: DATABASE_URL: is not a connection URL.\n"


def test_a_database_without_the_migrations_is_said_to_be_so(
    file_cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(file_cluster.dsn("supabase_admin"), autocommit=True) as db:
        db.execute("create database bare")
    monkeypatch.setenv("DATABASE_URL", file_cluster.dsn().replace("/postgres?", "/bare?"))
    assert main(["a@noc.test"]) == 1
    assert "lacks the NOC's migrations" in capsys.readouterr().err


def test_the_environment_names_the_project_before_the_local_stack_does() -> None:
    assert database_url({"DATABASE_URL": "postgresql://elsewhere/x"}) == "postgresql://elsewhere/x"
