"""The access-token hook against a real database: rewritten, refused and broken claims."""

import asyncio
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from dev.auth.errors import ApiError
from dev.auth.hook import REQUIRED_CLAIMS, parse_hook, run_hook
from dev.auth.settings import SettingsError
from tests.contract.auth.support import required

CLAIMS: dict[str, Any] = dict.fromkeys(REQUIRED_CLAIMS, "x")
USER = UUID(int=1)


def _run(body: str) -> dict[str, Any]:
    """Run a hook with this body, in a transaction that is rolled back."""

    async def run() -> dict[str, Any]:
        async with await psycopg.AsyncConnection.connect(required("DATABASE_URL")) as db:
            try:
                create = sql.SQL(
                    "create function pg_temp.hook(event jsonb) returns jsonb language sql as {}"
                ).format(sql.Literal(f"select {body}"))
                await db.execute(create)
                hook = sql.Identifier("pg_temp", "hook")
                return await run_hook(db, hook, USER, CLAIMS, "password")
            finally:
                await db.rollback()

    return asyncio.run(run())


def test_a_hook_adds_a_claim_and_sees_who_signs_in_and_how() -> None:
    claims = _run("jsonb_set(event, '{claims,seen}', event - 'claims')")
    seen = {"user_id": str(USER), "authentication_method": "password"}
    assert claims == CLAIMS | {"seen": seen}


def test_a_hook_that_refuses_decides_the_status_and_the_words() -> None:
    with pytest.raises(ApiError) as refused:
        _run("""'{"error": {"http_code": 403, "message": "not today"}}'::jsonb""")
    assert (refused.value.status, refused.value.message) == (403, "not today")


@pytest.mark.parametrize("body", ["null::jsonb", "'{}'::jsonb", "event #- '{claims,role}'"])
def test_a_hook_that_loses_the_claims_lets_nobody_in(body: str) -> None:
    with pytest.raises(ApiError) as refused:
        _run(body)
    assert refused.value.status == 500


def test_a_hook_is_named_as_on_hosted_or_in_short() -> None:
    long, short = "pg-functions://postgres/public/hook_1", "public.hook_1"
    assert parse_hook(long) == parse_hook(short) == sql.Identifier("public", "hook_1")


@pytest.mark.parametrize("name", ["hook", "public.hook(1)", "a.b.c", "http://x/y", 'public."x"'])
def test_anything_else_is_no_hook(name: str) -> None:
    with pytest.raises(SettingsError):
        parse_hook(name)
