"""The audit trail: who reads, verifies and redacts it, who may not, what is recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, Database, World
from tests.db.judging import MIN, alerts, evaluate
from tests.db.test_rpc_shapes import ENVELOPE, documented, misfits

NOWHERE = "00000000000272"


def record(db: Database, company: str | None, payload: str = '{"cpf": "123"}') -> int:
    """One entry; gives its id."""
    db.run("select noc.record_audit('grant_member', 'member:1', %s, %s)", company, payload)
    found: int = db.one("select max(audit_id) from public.noc_audit")
    return found


def verify(db: Database, who: Any, company: str | None = None) -> list[dict[str, Any]]:
    with db.acting_as(who):
        answer = db.one("select public.noc_verify_audit(%s)", company)
    chains: list[dict[str, Any]] = answer["data"]["chains"]
    return chains


def call(db: Database, who: Any, query: str, *args: object) -> tuple[Any, str]:
    """An answer, and the HTTP status that it sets."""
    with db.acting_as(who):
        db.run("select set_config('response.status', '', true)")
        return db.one(query, *args), db.one("select current_setting('response.status')")


def last(db: Database) -> dict[str, Any]:
    return db.all("select * from public.noc_audit order by audit_id desc limit 1")[0]


# Verifying


def test_admin_verifies_every_chain_and_each_by_its_name(db: Database, world: World) -> None:
    for company in (A1, B1, None):
        record(db, company)
    assert {None, A1, B1} <= {chain["company_cnpj"] for chain in verify(db, world.admin)}
    assert verify(db, world.admin, "12.abc.345/0001-88")[0]["company_cnpj"] == B1
    assert verify(db, world.admin, "*")[0]["company_cnpj"] is None


def test_franqueado_verifies_the_chains_of_its_companies_alone(db: Database, world: World) -> None:
    for company in (A1, A2, B1):
        record(db, company)
    assert [one["company_cnpj"] for one in verify(db, world.franqueado_a)] == [A2, A1]
    assert [one["entries"] for one in verify(db, world.franqueado_a, A2)] == [1]


def test_a_company_without_an_entry_has_an_empty_chain_that_holds(
    db: Database, world: World
) -> None:
    (chain,) = verify(db, world.franqueado_a, A1)
    assert (chain["entries"], chain["valid"], chain["first_bad"]) == (0, True, None)


@pytest.mark.parametrize(
    ("who", "company"),
    [
        ("franqueado_a", B1),
        ("franqueado_a", NOWHERE),
        ("franqueado_a", "*"),
        ("franqueado_a", "nonsense"),
        ("cliente_a1", A1),
        ("cliente_a1", B1),
        ("cliente_a1", None),
        ("stranger", None),
        ("admin", NOWHERE),
    ],
)
def test_a_chain_that_one_does_not_operate_is_like_one_that_does_not_exist(
    db: Database, world: World, who: str, company: str | None
) -> None:
    record(db, B1)
    error = db.refused(getattr(world, who), "select public.noc_verify_audit(%s)", company)
    assert (error.sqlstate, error.diag.message_hint, error.diag.message_primary) == (
        "PT404",
        "scope_not_found",
        "company or group not found or not yours",
    )


@pytest.mark.parametrize("role", ["anon", "noc_worker", "noc_ingest", "noc_webhook"])
@pytest.mark.parametrize(
    "query", ["select public.noc_verify_audit()", "select public.noc_redact_audit(1, 'x')"]
)
def test_who_did_not_sign_in_can_neither_verify_nor_redact(
    db: Database, role: str, query: str
) -> None:
    assert db.refused(None, query, role=role).sqlstate == "42501"


def test_the_answer_has_the_shape_of_the_document(db: Database, world: World) -> None:
    for _ in range(2):
        record(db, A1)
    for who in (world.admin, world.franqueado_a):
        with db.acting_as(who):
            answer = db.one("select public.noc_verify_audit()")
        assert answer.keys() == ENVELOPE
        assert misfits(documented("noc_verify_audit"), answer["data"]) == []


def test_the_first_bad_entry_is_named(db: Database, world: World) -> None:
    for _ in range(3):
        record(db, A1)
    db.run("alter table public.noc_audit disable trigger user")
    db.run("update public.noc_audit set actor_role = 'x' where company_cnpj = %s and seq > 1", A1)
    (chain,) = verify(db, world.franqueado_a, A1)
    assert (chain["valid"], chain["first_bad"]) == (False, {"seq": 2, "why": "hash"})
    assert all(one["valid"] for one in verify(db, world.admin) if one["company_cnpj"] != A1)


def test_the_head_that_is_answered_is_the_one_that_is_anchored(db: Database, world: World) -> None:
    record(db, A1)
    told = db.one("select noc.anchor_audit(now())")
    heads = {one["chain"]: one["hash"] for one in told["heads"]}
    assert {c["company_cnpj"] or "*": c["head"] for c in verify(db, world.admin)} == heads


def test_an_anchor_is_kept_once_for_each_place_where_a_chain_ended(
    db: Database, world: World
) -> None:
    record(db, A1)
    for _ in range(3):
        db.run("select noc.anchor_audit(now())")
    record(db, A1)
    db.run("select noc.anchor_audit(now())")
    kept = db.all("select seq from noc.audit_anchors where chain = %s order by seq", A1)
    assert [row["seq"] for row in kept] == [1, 2]


# Redacting


def test_admin_redacts_a_payload_and_the_chain_holds_and_says_so(
    db: Database, world: World
) -> None:
    entry = record(db, A1)
    answer, status = call(
        db, world.admin, "select public.noc_redact_audit(%s, ' pedido do titular ')", entry
    )
    assert (answer["audit_id"], status) == (entry, "")
    with db.acting_as(world.franqueado_a):
        rows = db.all("select audit_id, action, target, payload, actor from public.noc_audit"
                      " where company_cnpj = %s order by audit_id", A1)  # fmt: skip
    assert rows[0]["payload"] is None
    assert (rows[1]["action"], rows[1]["target"], rows[1]["actor"], rows[1]["payload"]) == (
        "redact_audit",
        f"audit:{entry}",
        world.admin,
        {"reason": "pedido do titular"},
    )
    (chain,) = verify(db, world.franqueado_a, A1)
    assert (chain["entries"], chain["redacted"], chain["valid"]) == (2, 1, True)


def test_what_was_redacted_is_nowhere_in_the_row(db: Database, world: World) -> None:
    entry = record(db, None, '{"name": "Fulano"}')
    call(db, world.admin, "select public.noc_redact_audit(%s, 'x')", entry)
    row = db.all("select * from public.noc_audit where audit_id = %s", entry)[0]
    assert (row["payload"], row["salt"]) == (None, None)
    assert "Fulano" not in str(row)


@pytest.mark.parametrize("who", ["franqueado_a", "cliente_a1", "stranger"])
def test_nobody_but_admin_redacts_and_the_attempt_is_recorded(
    db: Database, world: World, who: str
) -> None:
    entry, user_id = record(db, A1), getattr(world, who)
    answer, status = call(db, user_id, "select public.noc_redact_audit(%s, 'x')", entry)
    assert (answer["code"], answer["hint"], status) == ("PT404", "scope_not_found", "404")
    assert db.one("select payload from public.noc_audit where audit_id = %s", entry) is not None
    found = last(db)
    assert (found["actor"], found["action"], found["target"], found["company_cnpj"]) == (
        user_id,
        "refused",
        f"audit:{entry}",
        None,
    )
    assert found["payload"] == {"action": "redact_audit", "attempt": 1}


@pytest.mark.parametrize(
    ("query", "code", "hint"),
    [
        ("select public.noc_redact_audit(%(id)s, '  ')", "PT400", "reason"),
        ("select public.noc_redact_audit(%(id)s, null)", "PT400", "reason"),
        ("select public.noc_redact_audit(%(id)s, repeat('x', 501))", "PT400", "reason"),
        ("select public.noc_redact_audit(-1, 'x')", "PT404", "entry_not_found"),
        ("select public.noc_redact_audit(null, 'x')", "PT404", "entry_not_found"),
        ("select public.noc_redact_audit(%(redacted)s, 'x')", "PT409", "already_redacted"),
    ],
)
def test_a_redaction_that_cannot_be_made_is_refused_by_name(
    db: Database, world: World, query: str, code: str, hint: str
) -> None:
    ids = {"id": record(db, A1), "redacted": record(db, A1)}
    call(db, world.admin, "select public.noc_redact_audit(%s, 'x')", ids["redacted"])
    with pytest.raises(psycopg.Error) as caught, db.acting_as(world.admin):
        db.connection.execute(query, ids)
    assert (caught.value.sqlstate, caught.value.diag.message_hint) == (code, hint)


# Append-only, for the owner too


@pytest.mark.parametrize(
    "statement",
    [
        "update public.noc_audit set action = 'z' where true",
        "update public.noc_audit set payload = null, salt = null where true",
        "update public.noc_audit set payload = null where true",
        "delete from public.noc_audit where true",
        "truncate public.noc_audit",
        "update noc.audit_anchors set seq = 9 where true",
        "delete from noc.audit_anchors where true",
        "truncate noc.audit_anchors",
    ],
)
def test_the_owner_changes_neither_the_trail_nor_its_anchors(
    db: Database, world: World, statement: str
) -> None:
    record(db, A1)
    db.run("select noc.anchor_audit(now())")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        db.run(statement)


def test_a_redaction_changes_nothing_else(db: Database, world: World) -> None:
    entry = record(db, A1)
    db.run("select noc.record_audit('redact_audit', %s, %s, null)", f"audit:{entry}", A1)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), db.connection.transaction():
        db.run("update public.noc_audit set payload = null, salt = null, actor_role = 'x'"
               " where audit_id = %s", entry)  # fmt: skip
    db.run("update public.noc_audit set payload = null, salt = null where audit_id = %s", entry)


def test_a_row_takes_its_place_in_the_chain_whatever_its_writer_says(
    db: Database, world: World
) -> None:
    db.run(
        "insert into public.noc_audit (at, actor_role, action, target, company_cnpj, seq, salt,"
        " payload_hash, prev_hash, hash) values ('2000-01-01', 'x', 'x', 'x', %s, 77, '', '',"
        " '', '')",
        A1,
    )
    (chain,) = verify(db, world.franqueado_a, A1)
    assert (chain["entries"], chain["valid"]) == (1, True)
    assert last(db)["at"].year > 2000


# Refusals


@pytest.mark.parametrize(
    ("query", "action", "target"),
    [
        ("select public.noc_save_company('12345678000195', 'N', null, true)", "save_company",
         "company"),
        ("select public.noc_save_group(null, 'Novo')", "save_group", "group"),
        (f"select public.noc_save_group('{GROUP_A}', 'Novo')", "save_group", f"group:{GROUP_A}"),
        ("select public.noc_grant_member('x@noc.test', 'admin')", "grant_member", "member"),
        (f"select public.noc_revoke_member('{GROUP_A}', 'x')", "revoke_member",
         f"member:{GROUP_A}"),
        ("select public.noc_create_ingest_key(null, 'k', 'api')", "create_ingest_key",
         "ingest_key"),
        (f"select public.noc_revoke_ingest_key('{GROUP_A}', 'x')", "revoke_ingest_key",
         f"ingest_key:{GROUP_A}"),
    ],
)  # fmt: skip
def test_an_administration_refused_is_on_record(
    db: Database, world: World, query: str, action: str, target: str
) -> None:
    answer, status = call(db, world.franqueado_a, query)
    assert answer == {
        "code": "PT404",
        "message": "not found or not yours",
        "details": None,
        "hint": "scope_not_found",
    }
    assert status == "404"
    found = last(db)
    assert (found["action"], found["target"], found["payload"]["action"]) == (
        "refused",
        target,
        action,
    )


def test_a_call_that_is_allowed_sets_no_status(db: Database, world: World) -> None:
    _, status = call(db, world.admin, "select public.noc_save_group(null, 'Novo')")
    assert status == ""


def test_a_flood_of_refusals_is_sampled(db: Database, world: World) -> None:
    """Ten of a minute one by one, then each hundredth; the next minute begins anew."""
    minute = "select date_trunc('minute', clock_timestamp())"
    db.run("savepoint flood")
    began = None
    while began != db.one(minute):  # once more when the minute turned meanwhile
        db.run("rollback to savepoint flood")
        began = db.one(minute)
        for _ in range(205):
            call(db, world.stranger, "select public.noc_save_group(null, 'x')")
    attempts = "select payload ->> 'attempt' as n from public.noc_audit where actor = %s"
    recorded = [int(row["n"]) for row in db.all(f"{attempts} order by seq", world.stranger)]
    assert recorded == [*range(1, 11), 100, 200]
    db.run("update noc.refusals set minute = minute - interval '1 minute' where actor = %s",
           world.stranger)  # fmt: skip
    call(db, world.stranger, "select public.noc_save_group(null, 'x')")
    assert last(db)["payload"]["attempt"] == 1


# The trail watches itself


def checked(db: Database, at: datetime) -> int:
    """Faults that the engine's own check finds at `at`."""
    answer = db.one("select noc.check_trail(%s)", at)
    faults: int = answer["faults"]
    return faults


def test_a_trail_that_holds_opens_nothing(db: Database, world: World, at: datetime) -> None:
    record(db, A1)
    assert checked(db, at) == 0
    evaluate(db, at)
    assert alerts(db, None, "audit_broken") == []


def test_a_changed_entry_is_a_critical_alert_of_admins_until_it_holds_again(
    db: Database, world: World, at: datetime
) -> None:
    entry = record(db, A1)
    db.run("alter table public.noc_audit disable trigger user")
    change = "update public.noc_audit set action = %s where audit_id = %s"
    db.run(change, "nothing_happened", entry)
    assert checked(db, at) > 0
    evaluate(db, at)
    (alert,) = alerts(db, None, "audit_broken")
    assert (alert["severity"], alert["company_cnpj"]) == ("critical", None)
    with db.acting_as(world.franqueado_a):
        assert db.all("select 1 from public.noc_alerts where code = 'audit_broken'") == []
    db.run(change, "grant_member", entry)
    assert checked(db, at + MIN) == 0
    evaluate(db, at + MIN)
    assert alerts(db, None, "audit_broken")[0]["close_reason"] == "recovered"


def test_a_check_that_is_overdue_proves_nothing_and_is_missed(
    db: Database, world: World, at: datetime
) -> None:
    entry = record(db, A1)
    db.run("alter table public.noc_audit disable trigger user")
    db.run("update public.noc_audit set action = 'x' where audit_id = %s", entry)
    checked(db, at)
    evaluate(db, at)
    evaluate(db, at + 181 * MIN)
    assert alerts(db, None, "audit_broken")[0]["state"] == "open"
    missed = db.all(
        "select 1 from public.noc_alerts where fingerprint like 'no_data/audit_broken%%'"
    )
    assert len(missed) == 1
