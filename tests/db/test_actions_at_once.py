"""A hundred clicks at the same moment: one effect, one entry in the trail."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.scale import scaled

CNPJ = "33000167000101"
CALLS = 100


def ask(user: UUID, query: str, *args: object) -> Any:
    """One call with a connection of its own, committed."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        claims = json.dumps({"role": "authenticated", "sub": str(user)})
        connection.execute("select set_config('request.jwt.claims', %s, true)", (claims,))
        connection.execute("set local role authenticated")
        row = connection.execute(query, args).fetchone()
    assert row is not None
    return row[0]


@pytest.fixture
def admin() -> Iterator[UUID]:
    """An admin and a company that are really there, for every connection."""
    user = uuid4()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "insert into public.companies (company_cnpj, name) values (%s, 'x')"
            " on conflict do nothing",
            (CNPJ,),
        )
        connection.execute(
            "insert into auth.users (id, email, aud, role, created_at, updated_at)"
            " values (%s, %s, 'authenticated', 'authenticated', now(), now())",
            (user, f"{user}@noc.test"),
        )
        connection.execute(
            "insert into noc.memberships (user_id, role) values (%s, 'admin')", (user,)
        )
        yield user
        connection.execute("delete from public.data_sources where company_cnpj = %s", (CNPJ,))
        connection.execute("delete from public.noc_actions where actor = %s", (user,))
        connection.execute("delete from noc.memberships where user_id = %s", (user,))
        connection.execute("delete from auth.users where id = %s", (user,))


def test_one_key_a_hundred_times_at_once_is_one_effect_and_one_entry(admin: UUID) -> None:
    plan = ask(
        admin,
        "select public.noc_preview_action('switch_source', %s, null,"
        ' \'{"source": "mock", "minutes": 5}\')',
        CNPJ,
    )

    def press(_: int) -> Any:
        return ask(
            admin,
            "select public.noc_execute_action(%s, 'one', 'cem cliques de uma vez')",
            plan["plan_id"],
        )

    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(press, range(scaled(CALLS, least=CALLS))))
    assert len({answer["action_id"] for answer in answers}) == 1
    assert sum(not answer["repeated"] for answer in answers) == 1
    target = f"action:{answers[0]['action_id']}"
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        found = connection.execute(
            "select (select count(*) from public.noc_audit where target = %s),"
            " (select version from public.data_sources where company_cnpj = %s),"
            " (select count(*) from public.noc_actions where actor = %s)",
            (target, CNPJ, admin),
        ).fetchone()
    assert found == (1, 1, 1)
