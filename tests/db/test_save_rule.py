"""Rules by RPC: who may change which, what a rule may say, versions, and the list."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, A2, B1, GROUP_A, GROUP_B, Database, World, member
from tests.db.judging import S, alerts, evaluate, phase, traffic

pytestmark = pytest.mark.usefixtures("world")

SAVE = "select public.noc_save_rule(%s)"
DELETE = "select public.noc_delete_rule(%s)"
OWN = {"code": "p95_latency", "company_cnpj": A1, "degraded_threshold": 1500}
NEW = {"code": "slow_calls", "metric": "p95_ms", "degraded_threshold": 900}


def save(db: Database, user: UUID, **rule: Any) -> dict[str, Any]:
    with db.acting_as(user):
        answer: dict[str, Any] = db.one(SAVE, Jsonb(rule))
    return answer


def saved(db: Database, rule_id: object) -> dict[str, Any]:
    return db.all("select * from public.noc_rules where rule_id = %s", rule_id)[0]


def listed(db: Database, user: UUID, *args: object) -> dict[str, Any]:
    with db.acting_as(user):
        query = "select public.noc_list_rules(%s, %s)"
        answer: dict[str, Any] = db.one(query, *(args or (None, None)))["data"]
    return answer


def names(data: dict[str, Any]) -> set[tuple[str, str | None, str | None]]:
    return {(r["code"], r["company_cnpj"], r["group_id"]) for r in data["rules"]}


# Who may


@pytest.mark.parametrize(
    ("who", "scope", "may"),
    [
        ("admin", {}, True),
        ("admin", {"company_cnpj": B1}, True),
        ("admin", {"group_id": str(GROUP_B)}, True),
        ("franqueado_a", {"company_cnpj": A1}, True),
        ("franqueado_a", {"group_id": str(GROUP_A)}, True),
        ("franqueado_a", {}, False),
        ("franqueado_a", {"company_cnpj": B1}, False),
        ("franqueado_a", {"company_cnpj": "00000000000191"}, False),
        ("franqueado_a", {"company_cnpj": "not a cnpj"}, False),
        ("franqueado_a", {"group_id": str(GROUP_B)}, False),
        ("franqueado_a", {"group_id": str(uuid4())}, False),
        ("cliente_a1", {"company_cnpj": A1}, False),
        ("stranger", {"company_cnpj": A1}, False),
    ],
)
def test_a_rule_is_saved_by_who_operates_its_scope_alone(
    db: Database, world: World, who: str, scope: dict[str, str], may: bool
) -> None:
    answer = save(db, getattr(world, who), code="p95_latency", degraded_threshold=1500, **scope)
    if may:
        assert saved(db, answer["rule_id"])["degraded_threshold"] == 1500
        assert answer["can_edit"] is True
    else:
        assert (answer["code"], answer["hint"]) == ("PT404", "scope_not_found")
        assert not db.all("select 1 from public.noc_rules where degraded_threshold = 1500")
        assert db.one("select count(*) from public.noc_audit where action = 'refused'") == 1


def test_a_franqueado_of_one_company_changes_that_company_and_not_its_group(
    db: Database, world: World
) -> None:
    user = member(db, "franqueado", company=A1)
    assert "rule_id" in save(db, user, **OWN)
    group = {**OWN, "company_cnpj": None, "group_id": str(GROUP_A)}
    assert save(db, user, **group)["hint"] == "scope_not_found"


def test_a_foreign_rule_and_none_are_refused_alike(db: Database, world: World) -> None:
    foreign = save(db, world.admin, **{**OWN, "company_cnpj": B1})["rule_id"]
    for rule_id in (foreign, str(uuid4())):
        assert save(db, world.franqueado_a, rule_id=rule_id, min_samples=5) == {
            "code": "PT404",
            "message": "not found or not yours",
            "details": None,
            "hint": "scope_not_found",
        }
        with db.acting_as(world.franqueado_a):
            assert db.one(DELETE, rule_id)["hint"] == "scope_not_found"
    assert saved(db, foreign)["min_samples"] == 20


def test_a_code_of_its_own_is_admins_alone(db: Database, world: World) -> None:
    error = db.refused(world.franqueado_a, SAVE, Jsonb({**NEW, "company_cnpj": A1}))
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "code")
    assert "rule_id" in save(db, world.admin, **NEW)
    assert "rule_id" in save(db, world.franqueado_a, **{**NEW, "company_cnpj": A1})


# What a rule may say


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"p95": 1}, "rule", "no field p95"),
        ({"code": None}, "code", "null"),
        ({"code": "Not a code"}, "code", "a-z 0-9 _"),
        ({"code": "x" * 41}, "code", "40"),
        ({"code": "x" * 81}, "code", "80"),
        ({"metric": "no_such_metric"}, "metric", "judge"),
        ({"metric": "error_rate"}, "metric", "one metric"),
        ({"service": "no_such_service"}, "service", "known"),
        ({"excluded_services": ["no_such_service"]}, "excluded_services", "known"),
        ({"excluded_services": "llm"}, "excluded_services", "list"),
        ({"service": "omie", "excluded_services": ["llm"]}, "excluded_services", "every"),
        ({"group_id": str(GROUP_A)}, "group_id", "one company or for one group"),
        ({"group_id": "x"}, "group_id", "uuid"),
        ({"degraded_threshold": None, "down_threshold": None, "degraded_clear": None,
          "down_clear": None}, "degraded_threshold", "both"),
        ({"degraded_threshold": "1200"}, "degraded_threshold", "number"),
        ({"degraded_threshold": -1}, "degraded_threshold", "between 0 and"),
        ({"degraded_threshold": 2000}, "down_threshold", "above degraded_threshold (2000)"),
        ({"degraded_clear": 1201}, "degraded_clear", "at most degraded_threshold (1200)"),
        ({"down_clear": 2001}, "down_clear", "at most down_threshold (2000)"),
        ({"degraded_threshold": None}, "degraded_clear", "needs"),
        ({"down_threshold": None}, "down_clear", "needs"),
        ({"for_degraded_s": -1}, "for_degraded_s", "between 0 and 86400"),
        ({"for_down_s": 86401}, "for_down_s", "between 0 and 86400"),
        ({"keep_firing_s": 1.5}, "keep_firing_s", "whole"),
        ({"reopen_s": 86401}, "reopen_s", "between 0 and 86400"),
        ({"over_s": 59}, "over_s", "between 60 and 3600"),
        ({"over_s": 3601}, "over_s", "between 60 and 3600"),
        ({"min_samples": 0}, "min_samples", "between 1 and 1000000"),
        ({"min_samples": 1000001}, "min_samples", "between 1 and 1000000"),
        ({"min_samples": None}, "min_samples", "null"),
        ({"enabled": "yes"}, "enabled", "true or false"),
        ({"no_data": "explode"}, "no_data", "ok, keep_last or alert"),
        ({"channels": []}, "channels", "email, whatsapp or both"),
        ({"channels": ["sms"]}, "channels", "email, whatsapp or both"),
        ({"channels": "email"}, "channels", "email, whatsapp or both"),
        ({"runbook_url": "http://wiki.example/omie"}, "runbook_url", "https"),
        ({"runbook_url": "javascript:alert(1)"}, "runbook_url", "https"),
        ({"runbook_url": "https://bank.example@evil.example/"}, "runbook_url", "https"),
        ({"runbook_url": "https://wiki.example/" + "x" * 280}, "runbook_url", "300"),
        ({"owner": ""}, "owner", "80"),
        ({"owner": "x" * 81}, "owner", "80"),
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_names_its_field_and_limit(
    db: Database, world: World, change: dict[str, Any], field: str, says: str
) -> None:
    rule = {"code": "p95_latency", "company_cnpj": A1, **change}
    error = db.refused(world.admin, SAVE, Jsonb(rule))
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", field)
    assert says in (error.diag.message_primary or "")


@pytest.mark.parametrize(
    "change",
    [
        {"degraded_threshold": 0, "degraded_clear": 0},
        {"degraded_threshold": 1999.9},
        {"degraded_clear": 1200, "down_clear": 2000},
        {"for_degraded_s": 0, "for_down_s": 86400, "keep_firing_s": 0, "reopen_s": 86400},
        {"over_s": 60, "min_samples": 1},
        {"over_s": 3600, "min_samples": 1000000},
        {"down_threshold": None, "down_clear": None},
        {"excluded_services": ["llm", "omie"]},
        {"no_data": "alert"},
        {"channels": ["email", "whatsapp"]},
        {"channels": ["whatsapp"]},
        {"channels": None},
        {"runbook_url": "https://wiki.example/" + "x" * 279, "owner": "x" * 80},
        {"runbook_url": "https://wiki.example?page=omie#start", "owner": None},
    ],
)
def test_a_rule_may_say_what_lies_on_its_limits(
    db: Database, world: World, change: dict[str, Any]
) -> None:
    answer = save(db, world.admin, **{"code": "p95_latency", "company_cnpj": A1, **change})
    row = saved(db, answer["rule_id"])
    assert {field: row[field] for field in change} == change


@pytest.mark.parametrize("rule", [[], "x", 1, None])
def test_a_rule_is_an_object(db: Database, world: World, rule: object) -> None:
    error = db.refused(world.admin, SAVE, Jsonb(rule))
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "rule")


def test_a_share_is_between_nothing_and_all(db: Database, world: World) -> None:
    rule = {"code": "error_rate", "company_cnpj": A1, "degraded_clear": 0, "down_clear": 0}
    error = db.refused(world.admin, SAVE, Jsonb({**rule, "down_threshold": 1.01}))
    assert error.diag.message_hint == "down_threshold"
    assert save(db, world.admin, **rule, down_threshold=1)["down_threshold"] == 1


def test_the_platform_has_no_company(db: Database, world: World) -> None:
    error = db.refused(world.admin, SAVE, Jsonb({"code": "db_connections", "company_cnpj": A1}))
    assert error.diag.message_hint == "company_cnpj"
    assert save(db, world.admin, code="db_connections", down_threshold=0.97)["down_threshold"]


def test_trouble_below_the_limit_turns_the_comparisons(db: Database, world: World) -> None:
    error = db.refused(world.admin, SAVE, Jsonb({"code": "db_partitions", "degraded_threshold": 1}))
    assert error.diag.message_hint == "down_threshold"
    assert save(db, world.admin, code="db_partitions", degraded_threshold=3)["rule_id"]


def test_what_the_checks_let_through_the_table_takes(db: Database, world: World) -> None:
    """A rule that says nothing of its own has the table's defaults."""
    row = saved(db, save(db, world.admin, **NEW)["rule_id"])
    defaults = db.one(
        "insert into public.noc_rules (code, metric, scope_kind, comparator, degraded_threshold)"
        " values ('slow_twin', 'p95_ms', 'company_service', 'above', 900) returning rule_id"
    )
    twin = saved(db, defaults)
    differing = {k for k in row if row[k] != twin[k]}
    assert differing <= {"rule_id", "code", "created_at", "updated_at"}


# What it inherits, and what it changes


def test_a_new_override_copies_what_it_does_not_say(db: Database, world: World) -> None:
    row = saved(db, save(db, world.franqueado_a, **OWN)["rule_id"])
    assert (row["down_threshold"], row["degraded_clear"], row["down_clear"]) == (2000, 1000, 1700)


def test_a_company_copies_its_group_before_everybody(db: Database, world: World) -> None:
    save(db, world.admin, code="p95_latency", group_id=str(GROUP_A), down_threshold=3000)
    assert save(db, world.franqueado_a, **OWN)["down_threshold"] == 3000
    other = save(db, world.admin, **{**OWN, "company_cnpj": B1})
    assert other["down_threshold"] == 2000


def test_saving_again_changes_only_what_was_sent(db: Database, world: World) -> None:
    first = save(db, world.franqueado_a, **OWN, min_samples=7)
    again = save(db, world.franqueado_a, rule_id=first["rule_id"], degraded_threshold=1600)
    assert again["rule_id"] == first["rule_id"]
    assert (again["min_samples"], again["degraded_threshold"]) == (7, 1600)
    by_name = save(db, world.franqueado_a, **{**OWN, "degraded_threshold": 1700})
    assert (by_name["rule_id"], by_name["min_samples"]) == (first["rule_id"], 7)


@pytest.mark.parametrize(
    "field", [{"code": "error_rate"}, {"metric": "error_rate"}, {"service": "omie"},
              {"company_cnpj": A2}, {"company_cnpj": None}, {"group_id": str(GROUP_A)}],
)  # fmt: skip
def test_what_a_rule_is_about_cannot_be_changed(
    db: Database, world: World, field: dict[str, Any]
) -> None:
    rule_id = save(db, world.franqueado_a, **OWN)["rule_id"]
    error = db.refused(world.admin, SAVE, Jsonb({"rule_id": rule_id, **field}))
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", next(iter(field)))


def test_a_masked_cnpj_is_the_same_company(db: Database, world: World) -> None:
    first = save(db, world.admin, **{**OWN, "company_cnpj": A2})
    again = save(db, world.admin, **{**OWN, "company_cnpj": "11.111.111/1111-80"})
    assert again["rule_id"] == first["rule_id"]


def test_what_is_saved_judges_from_the_next_tick(db: Database, world: World, at: datetime) -> None:
    save(db, world.franqueado_a, **OWN)
    for company in (A1, A2):
        traffic(db, at, 1400, company=company)
    evaluate(db, at)
    assert (phase(db, A1), phase(db, A2)) == (None, "pending")


# Versions


def test_another_content_is_another_version_and_the_same_is_not(db: Database, world: World) -> None:
    first = save(db, world.franqueado_a, **OWN)
    same = save(db, world.franqueado_a, **OWN)
    other = save(db, world.franqueado_a, **{**OWN, "degraded_threshold": 1501})
    assert [r["version"] for r in (first, same, other)] == [1, 1, 2]
    kept = db.all(
        "select version, saved_by, rule ->> 'degraded_threshold' as limit from noc.rule_versions"
        " where rule_id = %s order by version",
        first["rule_id"],
    )
    assert [(k["version"], k["saved_by"], k["limit"]) for k in kept] == [
        (1, world.franqueado_a, "1500"),
        (2, world.franqueado_a, "1501"),
    ]


def test_who_read_an_older_version_does_not_overwrite_a_newer(db: Database, world: World) -> None:
    first = save(db, world.admin, **OWN)
    save(db, world.admin, **{**OWN, "degraded_threshold": 1501})
    stale = {"rule_id": first["rule_id"], "version": 1, "degraded_threshold": 1502}
    error = db.refused(world.admin, SAVE, Jsonb(stale))
    assert (error.sqlstate, error.diag.message_hint) == ("PT409", "version_conflict")
    assert save(db, world.admin, **{**stale, "version": 2})["version"] == 3


def test_an_alert_names_the_version_that_opened_it(
    db: Database, world: World, at: datetime
) -> None:
    rule = save(db, world.franqueado_a, **{**OWN, "degraded_threshold": 1300})
    traffic(db, at, 1500)
    evaluate(db, at)
    evaluate(db, at + 180 * S)
    save(db, world.franqueado_a, **{**OWN, "degraded_threshold": 1400})
    evaluate(db, at + 190 * S)
    (alert,) = alerts(db)
    assert (str(alert["rule_id"]), alert["rule_version"]) == (rule["rule_id"], 1)


def test_every_rule_of_the_starter_pack_has_its_first_version(db: Database) -> None:
    missing = db.all(
        "select r.code from public.noc_rules as r where not exists (select 1"
        " from noc.rule_versions as v where (v.rule_id, v.version) = (r.rule_id, r.version))"
    )
    assert missing == []


def test_a_rule_that_must_be_new_does_not_change_one_that_is_there(
    db: Database, world: World
) -> None:
    new = {**OWN, "version": 0}
    first = save(db, world.franqueado_a, **new)
    error = db.refused(world.franqueado_a, SAVE, Jsonb({**new, "degraded_threshold": 1501}))
    assert (error.sqlstate, error.diag.message_hint) == ("PT409", "version_conflict")
    assert saved(db, first["rule_id"])["degraded_threshold"] == 1500
    with db.acting_as(world.franqueado_a):
        db.one(DELETE, first["rule_id"])
    assert save(db, world.franqueado_a, **new)["rule_id"] == first["rule_id"]


def test_the_same_channels_in_another_order_are_no_other_version(
    db: Database, world: World
) -> None:
    save(db, world.admin, **OWN, channels=["whatsapp", "email"])
    again = save(db, world.admin, **OWN, channels=["email", "whatsapp"])
    assert (again["channels"], again["version"]) == (["email", "whatsapp"], 1)


# Delete


def test_an_override_is_taken_back_and_the_general_rule_judges_again(
    db: Database, world: World, at: datetime
) -> None:
    rule_id = save(db, world.franqueado_a, **OWN)["rule_id"]
    with db.acting_as(world.franqueado_a):
        assert db.one(DELETE, rule_id)["rule_id"] == rule_id
    traffic(db, at, 1400)
    evaluate(db, at)
    assert phase(db) == "pending"
    assert ("p95_latency", A1, None) not in names(listed(db, world.franqueado_a))
    with db.acting_as(world.franqueado_a):
        assert db.one(DELETE, rule_id)["hint"] == "scope_not_found"


def test_an_alert_outlives_its_rule(db: Database, world: World, at: datetime) -> None:
    rule_id = save(db, world.franqueado_a, **{**OWN, "degraded_threshold": 1300})["rule_id"]
    traffic(db, at, 1500)
    evaluate(db, at)
    evaluate(db, at + 180 * S)
    with db.acting_as(world.franqueado_a):
        db.one(DELETE, rule_id)
    evaluate(db, at + 190 * S)
    (alert,) = alerts(db)
    assert (alert["state"], alert["threshold"]) == ("open", 1200)


def test_a_deleted_override_saved_again_is_the_same_rule(db: Database, world: World) -> None:
    first = save(db, world.franqueado_a, **OWN)
    with db.acting_as(world.franqueado_a):
        db.one(DELETE, first["rule_id"])
    again = save(db, world.franqueado_a, **OWN)
    assert (again["rule_id"], again["enabled"], again["version"]) == (first["rule_id"], True, 3)


def test_a_general_rule_is_switched_off_and_not_deleted(
    db: Database, world: World, at: datetime
) -> None:
    rule_id = db.one("select rule_id from public.noc_rules where code = 'p95_latency'")
    error = db.refused(world.admin, DELETE, rule_id)
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "rule_id")
    save(db, world.admin, rule_id=str(rule_id), enabled=False)
    traffic(db, at, 1500)
    evaluate(db, at)
    assert phase(db) is None


# The trail


def test_saving_and_deleting_stand_in_the_trail_with_before_and_after(
    db: Database, world: World
) -> None:
    rule_id = save(db, world.franqueado_a, **OWN)["rule_id"]
    save(db, world.franqueado_a, **{**OWN, "degraded_threshold": 1501})
    with db.acting_as(world.franqueado_a):
        db.one(DELETE, rule_id)
    entries = db.all(
        "select action, actor, company_cnpj, payload from public.noc_audit where target = %s"
        " order by audit_id",
        f"rule:{rule_id}",
    )
    told = [
        (
            e["action"],
            (e["payload"]["before"] or {}).get("degraded_threshold"),
            e["payload"]["after"]["degraded_threshold"],
        )
        for e in entries
    ]
    assert told == [
        ("save_rule", None, 1500),
        ("save_rule", 1500, 1501),
        ("delete_rule", 1501, 1501),
    ]
    assert {(e["actor"], e["company_cnpj"]) for e in entries} == {(world.franqueado_a, A1)}


# The list


def test_everybody_lists_the_rules_that_judge_what_they_operate(db: Database, world: World) -> None:
    for scope in ({"company_cnpj": A1}, {"company_cnpj": B1}, {"group_id": str(GROUP_A)}):
        save(db, world.admin, code="p95_latency", degraded_threshold=1500, **scope)
    mine = {
        ("p95_latency", None, None),
        ("p95_latency", A1, None),
        ("p95_latency", None, str(GROUP_A)),
    }

    def latency(user: UUID) -> set[Any]:
        return {name for name in names(listed(db, user)) if name[0] == "p95_latency"}

    assert latency(world.franqueado_a) == mine
    assert latency(world.franqueado_b) == {
        ("p95_latency", None, None),
        ("p95_latency", B1, None),
    }
    assert latency(world.admin) == mine | {("p95_latency", B1, None)}
    assert latency(member(db, "franqueado", company=A2)) == mine - {("p95_latency", A1, None)}


def test_who_operates_nothing_has_no_list(db: Database, world: World) -> None:
    for user in (world.cliente_a1, world.stranger):
        error = db.refused(user, "select public.noc_list_rules()")
        assert (error.sqlstate, error.diag.message_hint) == ("PT404", "scope_not_found")


def test_a_foreign_scope_and_none_have_no_list(db: Database, world: World) -> None:
    query = "select public.noc_list_rules(%s, %s)"
    for args in ((B1, None), ("00000000000191", None), (None, GROUP_B), (None, uuid4())):
        error = db.refused(world.franqueado_a, query, *args)
        assert (error.sqlstate, error.diag.message_hint) == ("PT404", "scope_not_found"), args
    for args in ((A1, None), (None, GROUP_A)):
        assert listed(db, world.franqueado_a, *args)["rules"]


def test_rules_of_the_platform_are_listed_for_admin_alone(db: Database, world: World) -> None:
    codes = {name[0] for name in names(listed(db, world.franqueado_a))}
    assert "db_connections" not in codes
    assert "p95_latency" in codes
    assert "db_connections" in {name[0] for name in names(listed(db, world.admin))}


def test_the_list_says_which_rule_is_in_force_and_who_may_edit_it(
    db: Database, world: World
) -> None:
    save(db, world.admin, code="p95_latency", group_id=str(GROUP_A), degraded_threshold=1400)
    save(db, world.franqueado_a, **OWN)
    rows = [
        r
        for r in listed(db, world.franqueado_a, A1, None)["rules"]
        if r["code"] in ("p95_latency", "error_rate")
    ]
    found = {(r["code"], r["degraded_threshold"]): (r["in_force"], r["can_edit"]) for r in rows}
    assert found == {
        ("error_rate", 0.05): (True, False),
        ("p95_latency", 1200): (False, False),
        ("p95_latency", 1400): (False, True),
        ("p95_latency", 1500): (True, True),
    }


@pytest.mark.parametrize(
    ("who", "everybody", "groups", "companies"),
    [
        ("admin", True, {GROUP_A, GROUP_B}, {A1, A2, B1}),
        ("franqueado_a", False, {GROUP_A}, {A1, A2}),
    ],
)
def test_the_list_says_for_whom_a_rule_may_be_made(
    db: Database, world: World, who: str, everybody: bool, groups: set[UUID], companies: set[str]
) -> None:
    scopes = listed(db, getattr(world, who))["scopes"]
    assert scopes["everybody"] is everybody
    assert {str(group) for group in groups} <= set(scopes["groups"])
    assert companies <= set(scopes["companies"])
    if not everybody:
        assert {str(group) for group in groups} == set(scopes["groups"])
        assert B1 not in scopes["companies"]


def test_a_franqueado_of_one_company_makes_no_rule_for_its_group(
    db: Database, world: World
) -> None:
    scopes = listed(db, member(db, "franqueado", company=A1))["scopes"]
    assert scopes == {"everybody": False, "groups": [], "companies": [A1]}


# How their evaluation goes


def health(db: Database, user: UUID, code: str) -> dict[str, Any] | None:
    (found,) = [r["health"] for r in listed(db, user)["rules"] if r["code"] == code]
    return found  # type: ignore[no-any-return]


def test_the_list_says_when_a_rule_was_last_evaluated(
    db: Database, world: World, at: datetime
) -> None:
    evaluate(db, at)
    found = health(db, world.admin, "error_rate")
    assert found is not None
    assert datetime.fromisoformat(found["evaluated_at"]) == at
    assert found["ms"] > 0
    assert (found["failing_since"], found["failures"], found["error"]) == (None, 0, None)


def test_how_rules_are_evaluated_is_told_to_admins_and_not_of_rules_that_are_off(
    db: Database, world: World, at: datetime
) -> None:
    evaluate(db, at)
    assert health(db, world.franqueado_a, "error_rate") is None
    save(db, world.admin, code="error_rate", enabled=False)
    assert health(db, world.admin, "error_rate") is None


def test_rules_cannot_be_written_past_the_rpc(db: Database, world: World) -> None:
    rule_id = save(db, world.admin, **OWN)["rule_id"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege), db.acting_as(world.admin):
        db.run("delete from public.noc_rules where rule_id = %s", rule_id)
    error = db.refused(world.admin, "select 1 from noc.rule_versions")
    assert error.sqlstate == "42501"
