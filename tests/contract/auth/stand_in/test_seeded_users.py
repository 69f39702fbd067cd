"""Accounts written by SQL, as seed.sql does: what hosted Auth reads signs in, what not fails."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from tests.contract.auth.support import PASSWORD, Account, Project, new_address, required

INSERT = b"""
    insert into auth.users (
        instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
        confirmation_token, recovery_token, email_change_token_new, email_change,
        raw_app_meta_data, raw_user_meta_data, created_at, updated_at
    )
    values (
        '00000000-0000-0000-0000-000000000000', %s, 'authenticated', 'authenticated', %s,
        extensions.crypt(%s, extensions.gen_salt('bf')), now(), '', '', '', '',
        '{"provider": "email", "providers": ["email"]}', '{}', now(), now()
    )
"""
# Each leaves the seeded user as a careless seed would, and what signing in then answers.
CARELESS = [
    ("confirmation_token = null", 500, "unexpected_failure"),
    ("email_change = null", 500, "unexpected_failure"),
    ("created_at = null", 500, "unexpected_failure"),
    ("role = null", 500, "unexpected_failure"),
    ("instance_id = null", 400, "invalid_credentials"),
    ("aud = null", 400, "invalid_credentials"),
    ("encrypted_password = null", 400, "invalid_credentials"),
    ("email_confirmed_at = null", 400, "email_not_confirmed"),
]


@pytest.fixture
def db() -> Iterator[psycopg.Connection]:
    with psycopg.connect(required("DATABASE_URL"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def seeded(db: psycopg.Connection) -> Iterator[Account]:
    account = Account(str(uuid4()), new_address(), PASSWORD)
    db.execute(INSERT, (account.user_id, account.email, account.password))
    yield account
    db.execute(b"delete from auth.users where id = %s", (account.user_id,))


def test_a_user_seeded_as_gotrue_writes_it_signs_in(project: Project, seeded: Account) -> None:
    assert project.sign_in(seeded)["user"]["id"] == seeded.user_id


@pytest.mark.parametrize(("change", "status", "code"), CARELESS)
def test_a_careless_seed_fails_here_as_it_would_on_hosted(
    project: Project,
    db: psycopg.Connection,
    seeded: Account,
    change: str,
    status: int,
    code: str,
) -> None:
    db.execute(f"update auth.users set {change} where id = %s".encode(), (seeded.user_id,))
    body = {"email": seeded.email, "password": seeded.password}
    answer = project.request("POST", "/token?grant_type=password", body=body)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)


def test_the_session_remembers_where_it_began(
    project: Project, db: psycopg.Connection, seeded: Account
) -> None:
    body = {"email": seeded.email, "password": seeded.password}
    for forwarded in ("203.0.113.7", "no address"):
        headers = {"x-forwarded-for": forwarded, "user-agent": "contract test"}
        path = "/token?grant_type=password"
        answer = project.request("POST", path, body=body, headers=headers)
        assert answer.status_code == 200
    query = b"select host(ip), user_agent from auth.sessions where user_id = %s order by created_at"
    rows = db.execute(query, (seeded.user_id,)).fetchall()
    assert [agent for _, agent in rows] == ["contract test"] * 2
    assert rows[1][0] != "no address"
