"""Who sees and touches what: scopes, topics and the RPCs that change them."""

from __future__ import annotations

from datetime import datetime

import psycopg
import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, GROUP_B, Database, World, member, user


def scopes(db: Database, who: object, kind: str = "visible") -> set[str]:
    db.run("select set_config('request.jwt.claims', %s, true)", f'{{"sub": "{who}"}}')
    found = set(db.one(f"select noc.{kind}_scopes()"))
    db.run("select set_config('request.jwt.claims', '', true)")
    return found


def test_admin_sees_every_company_and_the_rows_of_none(db: Database, world: World) -> None:
    assert {A1, A2, B1, "*"} <= scopes(db, world.admin)


def test_franqueado_sees_the_companies_of_its_group_only(db: Database, world: World) -> None:
    assert scopes(db, world.franqueado_a) == {A1, A2}


def test_cliente_sees_its_company_and_operates_none(db: Database, world: World) -> None:
    assert scopes(db, world.cliente_a1) == {A1}
    assert scopes(db, world.cliente_a1, "operable") == set()


def test_a_stranger_sees_nothing(db: Database, world: World) -> None:
    assert scopes(db, world.stranger) == set()


def test_a_revoked_member_sees_nothing_from_the_next_query_on(db: Database, world: World) -> None:
    db.run("update noc.memberships set revoked_at = now() where user_id = %s", world.franqueado_a)
    assert scopes(db, world.franqueado_a) == set()


def test_a_moved_company_leaves_the_old_group_at_once(db: Database, world: World) -> None:
    db.run("update public.companies set group_id = %s where company_cnpj = %s", GROUP_B, A2)
    assert scopes(db, world.franqueado_a) == {A1}
    assert scopes(db, world.franqueado_b) == {A2, B1}


@pytest.mark.parametrize(
    ("role", "company", "group"),
    [
        ("admin", A1, None),
        ("admin", None, GROUP_A),
        ("franqueado", None, None),
        ("franqueado", A1, GROUP_A),
        ("cliente", None, None),
        ("cliente", None, GROUP_A),
        ("root", None, None),
    ],
)
def test_a_membership_whose_scope_does_not_fit_its_role_is_refused(
    db: Database, world: World, role: str, company: str | None, group: object
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        member(db, role, company, group)  # type: ignore[arg-type]


def test_a_foreign_scope_and_a_missing_one_get_the_same_answer(db: Database, world: World) -> None:
    foreign = db.refused(world.cliente_a1, "select public.noc_heatmap(company_cnpj => %s)", B1)
    missing = db.refused(
        world.cliente_a1, "select public.noc_heatmap(company_cnpj => '00000000000272')"
    )
    assert (foreign.sqlstate, foreign.diag.message_primary, foreign.diag.message_hint) == (
        missing.sqlstate,
        missing.diag.message_primary,
        missing.diag.message_hint,
    )
    assert foreign.sqlstate == "PT404"


def test_admin_creates_a_company_with_its_mask_and_leaves_a_trail(
    db: Database, world: World
) -> None:
    with db.acting_as(world.admin):
        saved = db.one(
            "select public.noc_save_company('12.345.678/0001-95', 'Nova', %s, true)", GROUP_A
        )
    assert saved["company_cnpj"] == "12345678000195"
    trail = db.all("select * from public.noc_audit where company_cnpj = '12345678000195'")
    assert [(row["action"], row["actor"]) for row in trail] == [("save_company", world.admin)]


@pytest.mark.parametrize("who", ["franqueado_a", "cliente_a1", "stranger"])
@pytest.mark.parametrize(
    "query",
    [
        "select public.noc_save_company('12345678000195', 'Nova', null, true)",
        "select public.noc_save_group(null, 'Novo')",
        "select public.noc_grant_member('x@noc.test', 'admin')",
        "select public.noc_revoke_member(gen_random_uuid(), 'x')",
        "select public.noc_create_ingest_key(null, 'k', 'api')",
        "select public.noc_revoke_ingest_key(gen_random_uuid(), 'x')",
    ],
)
def test_nobody_but_admin_administers(db: Database, world: World, who: str, query: str) -> None:
    with db.acting_as(getattr(world, who)):
        answer, status = db.one(query), db.one("select current_setting('response.status')")
    assert (answer["code"], answer["hint"], status) == ("PT404", "scope_not_found", "404")


def test_a_wrong_cnpj_is_refused_by_the_name_of_its_field(db: Database, world: World) -> None:
    error = db.refused(
        world.admin, "select public.noc_save_company('12345678000190', 'Nova', null, true)"
    )
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "company_cnpj")


def test_a_granted_member_sees_and_a_revoked_one_does_not(db: Database, world: World) -> None:
    newcomer = user(db, "nova@noc.test")
    with db.acting_as(world.admin):
        granted = db.one("select public.noc_grant_member('Nova@noc.test', 'cliente', %s)", A2)
    assert scopes(db, newcomer) == {A2}
    with db.acting_as(world.admin):
        db.run("select public.noc_revoke_member(%s, 'saiu')", granted["membership_id"])
    assert scopes(db, newcomer) == set()


def test_the_last_admin_cannot_be_revoked(db: Database, world: World) -> None:
    db.run("delete from noc.memberships where role = 'admin' and user_id <> %s", world.admin)
    membership = db.one("select membership_id from noc.memberships where user_id = %s", world.admin)
    error = db.refused(world.admin, "select public.noc_revoke_member(%s, 'x')", membership)
    assert (error.sqlstate, error.diag.message_hint) == ("PT409", "last_admin")


def test_franqueado_lists_members_of_its_scopes_only(db: Database, world: World) -> None:
    with db.acting_as(world.franqueado_a):
        listed = db.one("select public.noc_list_members()")["members"]
    assert {(m["role"], m["company_cnpj"] or m["group_id"]) for m in listed} == {
        ("franqueado", str(GROUP_A)),
        ("cliente", A1),
    }


def test_me_tells_each_role_what_the_page_may_offer(db: Database, world: World) -> None:
    with db.acting_as(world.cliente_a1):
        me = db.one("select public.noc_me()")["data"]
    assert me["role"] == "cliente"
    assert me["topic"] == f"noc:company:{A1}"
    assert [c["company_cnpj"] for c in me["companies"]] == [A1]
    assert (me["can_operate"], me["can_administer"]) == (False, False)
    with db.acting_as(world.stranger):
        nobody = db.one("select public.noc_me()")["data"]
    assert (nobody["role"], nobody["topic"], nobody["companies"]) == (None, None, [])


def test_a_session_is_touched_at_most_once_a_minute(
    db: Database, world: World, at: datetime
) -> None:
    db.run("select set_config('request.jwt.claims', %s, true)", f'{{"sub": "{world.cliente_a1}"}}')
    for minutes in ("0", "0.5", "1.5", "40"):
        db.run("select noc.touch_session(%s + %s * interval '1 minute')", at, float(minutes))
    rows = db.all(
        "select started_at, last_seen_at from public.sessions where user_id = %s order by 1",
        world.cliente_a1,
    )
    assert len(rows) == 2
    assert (rows[0]["last_seen_at"] - rows[0]["started_at"]).total_seconds() == 90


def test_a_large_read_under_row_security_may_use_parallel_workers(
    db: Database, world: World
) -> None:
    for setting in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
        db.run(f"set local {setting} = 0")
    with db.acting_as(world.franqueado_a):
        plan = db.one(
            "explain (format json) select count(*) from public.companies, generate_series(1, 10000)"
        )
    assert "'Gather'" in str(plan)
