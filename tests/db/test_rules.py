"""The starter pack, what a rule may say, which rule is in force, and what is measured."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import psycopg
import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, Database, World, call, ingest, ingest_key
from tests.db.judging import S, alerts, evaluate, phase, traffic


def add_rule(db: Database, **columns: Any) -> Any:
    """A latency rule with these columns changed; gives its id."""
    rule = {
        "code": "p95_latency",
        "metric": "p95_ms",
        "scope_kind": "company_service",
        "comparator": "above",
        "degraded_threshold": 5000,
        "down_threshold": 10000,
        **columns,
    }
    return db.one(
        f"insert into public.noc_rules ({', '.join(rule)})"
        f" values ({', '.join(['%s'] * len(rule))}) returning rule_id",
        *rule.values(),
    )


def rewrite(db: Database, which: str) -> None:
    """Make these the rows stored last: precedence must not be a matter of storage."""
    db.run(f"update public.noc_rules set version = version + 1 where {which}")


def test_the_specifications_limits_hold_from_the_first_migration(db: Database) -> None:
    rows = db.all(
        "select code, degraded_threshold, down_threshold, degraded_clear, down_clear,"
        " for_degraded_s, for_down_s from public.noc_rules"
        " where company_cnpj is null and group_id is null and enabled"
    )
    found = {row.pop("code"): tuple(row.values()) for row in rows}
    assert found["p95_latency"] == (1200, 2000, 1000, 1700, 180, 120)
    assert found["error_rate"] == (0.05, 0.10, 0.03, 0.07, 180, 120)
    assert found["whatsapp_queue_pending"] == (100, 500, 70, 350, 180, 120)
    assert found["whatsapp_queue_dead"] == (0, 20, None, None, 0, 0)
    assert found["db_connections"][:2] == (0.80, 0.95)
    assert found["db_transaction"][:2] == (300, None)
    assert found["db_partitions"][:2] == (None, 2)
    assert found["worker_silent"][:2] == (None, 60)
    for probe in ("llm_down", "service_down"):
        assert found[probe] == (None, 1, None, None, 0, 0)


@pytest.mark.parametrize(
    "columns",
    [
        {"degraded_threshold": 2000, "down_threshold": 1200},
        {"degraded_threshold": 1200, "down_threshold": 1200},
        {"degraded_threshold": None, "down_threshold": None},
        {"degraded_clear": 5001},
        {"down_clear": 10001},
        {"down_threshold": None, "down_clear": 10},
        {"comparator": "below"},
        {"scope_kind": "platform"},
        {"metric": "no_such_metric"},
        {"code": "Not a code"},
        {"over_s": 59},
        {"over_s": 3601},
        {"min_samples": 0},
        {"for_degraded_s": -1},
        {"keep_firing_s": 86401},
        {"company_cnpj": A1, "group_id": GROUP_A},
        {"service": "omie", "excluded_services": ["llm"]},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    db: Database, world: World, columns: dict[str, Any]
) -> None:
    with pytest.raises(psycopg.IntegrityError):
        add_rule(db, **{"company_cnpj": A1, **columns})


def test_one_scope_has_one_rule_of_a_code(db: Database, world: World) -> None:
    add_rule(db, company_cnpj=A1)
    with pytest.raises(psycopg.errors.UniqueViolation):
        add_rule(db, company_cnpj=A1)


# Which rule is in force


@pytest.mark.parametrize("general_is_younger", [False, True])
def test_a_companys_own_rule_spares_that_company_only(
    db: Database, world: World, at: datetime, general_is_younger: bool
) -> None:
    add_rule(db, company_cnpj=A1)
    if general_is_younger:
        rewrite(db, "company_cnpj is null")
    for company in (A1, A2):
        traffic(db, at, 1500, company=company)
    evaluate(db, at)
    assert (phase(db, A1), phase(db, A2)) == (None, "pending")


def test_a_groups_rule_spares_its_companies_only(db: Database, world: World, at: datetime) -> None:
    add_rule(db, group_id=GROUP_A)
    rewrite(db, "group_id is null")
    for company in (A1, B1):
        traffic(db, at, 1500, company=company)
    evaluate(db, at)
    assert (phase(db, A1), phase(db, B1)) == (None, "pending")


@pytest.mark.parametrize("younger", ["group_id is not null", "company_cnpj is not null"])
def test_a_companys_rule_goes_before_its_groups(
    db: Database, world: World, at: datetime, younger: str
) -> None:
    add_rule(db, group_id=GROUP_A, degraded_threshold=50)
    add_rule(db, company_cnpj=A1)
    rewrite(db, younger)
    for company in (A1, A2):
        traffic(db, at, 500, company=company)
    evaluate(db, at)
    assert (phase(db, A1), phase(db, A2)) == (None, "pending")


def test_a_rule_for_one_service_goes_before_the_one_for_all(
    db: Database, world: World, at: datetime
) -> None:
    add_rule(db, service="omie")
    traffic(db, at, 1500)
    evaluate(db, at)
    assert phase(db) is None
    traffic(db, at, 1500, service="f360")
    evaluate(db, at)
    assert phase(db) == "pending"


def test_a_rule_that_is_switched_off_overrides_nothing(
    db: Database, world: World, at: datetime
) -> None:
    add_rule(db, company_cnpj=A1, enabled=False)
    traffic(db, at, 1500)
    evaluate(db, at)
    assert phase(db) == "pending"


def test_a_companys_rule_with_another_window_does_not_give_way(
    db: Database, world: World, at: datetime
) -> None:
    add_rule(db, company_cnpj=A1, over_s=600)
    traffic(db, at, 1500)
    evaluate(db, at)
    assert phase(db) is None


def test_a_window_of_its_own_is_the_window_that_is_read(
    db: Database, world: World, at: datetime
) -> None:
    add_rule(db, company_cnpj=A1, over_s=600, degraded_threshold=1300)
    traffic(db, at, 1500)
    evaluate(db, at + 301 * S)
    assert phase(db) == "pending"


def test_the_general_window_says_nothing_where_another_is_in_force(
    db: Database, world: World, at: datetime
) -> None:
    add_rule(db, company_cnpj=A1, over_s=600, degraded_threshold=1300)
    traffic(db, at - 400 * S, 100, count=900)
    traffic(db, at, 1500, count=40)
    evaluate(db, at)
    assert phase(db) is None


def test_a_new_rule_takes_over_the_open_alert(db: Database, world: World, at: datetime) -> None:
    traffic(db, at, 1500)
    evaluate(db, at)
    evaluate(db, at + 180 * S)
    own = add_rule(db, company_cnpj=A1, degraded_threshold=1300)
    evaluate(db, at + 190 * S)
    assert [(a["rule_id"], a["state"]) for a in alerts(db)] == [(own, "open")]
    assert alerts(db)[0]["threshold"] == 1300


def test_a_firing_alert_stays_when_its_rule_asks_for_a_longer_time(
    db: Database, world: World, at: datetime
) -> None:
    traffic(db, at, 1500)
    evaluate(db, at)
    evaluate(db, at + 180 * S)
    db.run("update public.noc_rules set for_degraded_s = 3600 where code = 'p95_latency'")
    evaluate(db, at + 190 * S)
    assert (phase(db), [a["state"] for a in alerts(db)]) == ("firing", ["open"])


# What is measured


def test_the_measured_p95_is_within_one_percent_of_the_true_one(
    db: Database, world: World, at: datetime
) -> None:
    seed = random.randrange(10**6)
    source = random.Random(seed)
    latencies = [int(source.lognormvariate(6, 1)) + 1 for _ in range(900)]
    key = ingest_key(db, A1, "omie")
    for minute in range(3):
        moment = at - minute * 60 * S
        part = latencies[minute * 300 : minute * 300 + 300]
        ingest(db, key, [call(moment, latency) for latency in part], at)
    db.run("select noc.roll_up(%s)", at)
    found = db.one("select noc.service_p95(%s, 'omie', %s, %s)", A1, at - 300 * S, at)
    true = db.one(
        "select percentile_disc(0.95) within group (order by v) from unnest(%s::int[]) as v",
        latencies,
    )
    assert found == pytest.approx(true, rel=0.01), f"seed {seed}"


def test_no_cell_beyond_a_limit_is_passed_over(db: Database, world: World, at: datetime) -> None:
    """The cheap bound that spares sketches against a merge of every cell."""
    seed = random.randrange(10**6)
    source = random.Random(seed)
    services = ("omie", "f360", "whatsapp", "llm", "banks", "api")
    for company in (A1, A2, B1):
        key = ingest_key(db, company, *services)
        events = [
            call(
                at - source.randrange(4) * 60 * S,
                int(source.lognormvariate(source.choice((5, 6, 6.5)), 0.5)),
                service=service,
            )
            for service in services
            for _ in range(60)
        ]
        ingest(db, key, events, at)
    db.run("select noc.roll_up(%s)", at)
    db.run("select noc.finalise(%s)", at)
    beyond = db.all(
        "select distinct m.company_cnpj, m.service from public.metrics_agg as m"
        """ where m."window" = '1m' and m.level = 'service' and m.company_cnpj = any(%s)"""
        " and noc.service_p95(m.company_cnpj, m.service, %s, %s) > 1200",
        [A1, A2, B1],
        at - 300 * S,
        at,
    )
    measured = db.all(
        "select company_cnpj, service from noc.measure_traffic(%s)"
        " where metric = 'p95_ms' and value > 1200 and company_cnpj = any(%s)",
        at,
        [A1, A2, B1],
    )

    def keys(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
        return {tuple(row.values()) for row in rows}

    assert keys(measured) == keys(beyond), f"seed {seed}"


def test_an_inactive_companys_traffic_is_not_judged(
    db: Database, world: World, at: datetime
) -> None:
    traffic(db, at, 1500)
    db.run("update public.companies set active = false where company_cnpj = %s", A1)
    evaluate(db, at)
    assert phase(db) is None


# Rights


def test_operators_read_the_rules_of_their_companies(db: Database, world: World) -> None:
    mine = add_rule(db, company_cnpj=A1)
    seen = "select rule_id from public.noc_rules where rule_id = %s"
    for user in (world.franqueado_a, world.admin):
        with db.acting_as(user):
            assert db.one(seen, mine) == mine
    for user in (world.cliente_a1, world.franqueado_b, world.stranger):
        with db.acting_as(user):
            assert db.one(seen, mine) is None


def test_general_rules_are_read_by_admin_alone(db: Database, world: World) -> None:
    seen = "select 1 from public.noc_rules where company_cnpj is null"
    with db.acting_as(world.admin):
        assert db.all(seen)
    with db.acting_as(world.franqueado_a):
        assert db.all(seen) == []


def test_nobody_writes_rules_through_the_api(db: Database, world: World) -> None:
    statement = "update public.noc_rules set enabled = false"
    assert db.refused(world.admin, statement).sqlstate == "42501"
