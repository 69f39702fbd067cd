"""A rule that fails: the others go on, its states stay, an admin is told; and a rule gone wild."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from tests.db.conftest import A1, Database, World
from tests.db.judging import S, alerts, evaluate, phase, queued, traffic

pytestmark = pytest.mark.usefixtures("world")

BROKEN = """
create or replace function noc.tg_broken() returns trigger language plpgsql
set search_path = '' as $$
begin
    if new.metric = 'error_rate' then
        raise exception 'broken';
    end if;
    return new;
end $$
"""
TRIGGER = (
    "create trigger rule_states__broken before insert on noc.rule_states"
    " for each row execute function noc.tg_broken()"
)


def break_rule(db: Database) -> None:
    """Whatever an error rate's rule writes raises; nothing else does."""
    db.run("set local client_min_messages = error")
    db.run(BROKEN)
    db.run(TRIGGER)


def mend_rule(db: Database) -> None:
    db.run("drop trigger rule_states__broken on noc.rule_states")


def run(db: Database, at: datetime) -> dict[str, Any]:
    answer: dict[str, Any] = db.one("select noc.evaluate_rules(%s)", at)
    return answer


def health(db: Database, user: UUID, code: str) -> dict[str, Any]:
    """How the evaluation of the rule goes, as an admin reads it."""
    with db.acting_as(user):
        rules = db.one("select public.noc_list_rules()")["data"]["rules"]
    (found,) = [rule["health"] for rule in rules if rule["code"] == code]
    return found  # type: ignore[no-any-return]


def failing(db: Database) -> list[tuple[str, int, str]]:
    rows = db.all(
        "select r.code, f.failures, f.error from noc.failing_rules as f"
        " inner join public.noc_rules as r on r.rule_id = f.rule_id order by r.code"
    )
    return [(r["code"], r["failures"], r["error"]) for r in rows]


def meta(db: Database) -> list[dict[str, Any]]:
    return alerts(db, None, "rule_error")


def bad(db: Database, at: datetime) -> None:
    """A1's Omie is slow and fails."""
    traffic(db, at, 1500, count=40, failed=20)


def test_one_rule_that_fails_stalls_no_other_of_its_family(db: Database, at: datetime) -> None:
    break_rule(db)
    bad(db, at)
    queued(db, 101, at)
    assert run(db, at)["errors"] == {"traffic": "broken"}
    assert phase(db, metric="p95_ms") == "pending"
    assert phase(db, metric="queue_pending") == "pending"
    assert failing(db) == [("error_rate", 1, "broken")]


def test_what_fails_keeps_its_states(db: Database, at: datetime) -> None:
    bad(db, at)
    evaluate(db, at)
    evaluate(db, at + 180 * S)
    break_rule(db)
    run(db, at + 3600 * S)
    assert phase(db, metric="error_rate") == "firing"
    assert [a["state"] for a in alerts(db, code="error_rate")] == ["open"]


def test_the_third_failure_in_a_row_is_an_alert_and_an_evaluation_ends_it(
    db: Database, world: World, at: datetime
) -> None:
    break_rule(db)
    for tick in range(3):
        bad(db, at + tick * 10 * S)
        run(db, at + tick * 10 * S)
        assert meta(db) == []
    run(db, at + 30 * S)
    (alert,) = meta(db)
    assert (alert["severity"], alert["target"], alert["company_cnpj"]) == (
        "warning",
        "service:rule:error_rate",
        None,
    )
    seen = "select 1 from public.noc_alerts where code = 'rule_error'"
    with db.acting_as(world.admin):
        assert db.all(seen)
    with db.acting_as(world.franqueado_a):
        assert db.all(seen) == []
    mend_rule(db)
    assert run(db, at + 40 * S)["errors"] == {}
    assert failing(db) == []
    run(db, at + 50 * S)
    assert [a["close_reason"] for a in meta(db)] == ["recovered"]


def test_the_list_says_since_when_and_why_a_rule_fails(
    db: Database, world: World, at: datetime
) -> None:
    bad(db, at)
    evaluate(db, at)
    break_rule(db)
    db.run("delete from noc.rule_states where metric = 'error_rate'")
    for tick in (1, 2):
        bad(db, at + tick * 10 * S)
        run(db, at + tick * 10 * S)
    failing = health(db, world.admin, "error_rate")
    assert (failing["failures"], failing["error"]) == (2, "broken")
    assert datetime.fromisoformat(failing["failing_since"]) == at + 10 * S
    assert datetime.fromisoformat(failing["evaluated_at"]) == at
    other = health(db, world.admin, "p95_latency")
    assert other["failing_since"] is None
    assert datetime.fromisoformat(other["evaluated_at"]) == at + 20 * S
    mend_rule(db)
    run(db, at + 30 * S)
    assert health(db, world.admin, "error_rate")["failing_since"] is None


def test_two_failures_and_a_good_evaluation_are_no_alert(db: Database, at: datetime) -> None:
    bad(db, at)
    for tick in range(6):
        if tick % 3 == 0:
            break_rule(db)
        elif tick % 3 == 2:
            mend_rule(db)
        run(db, at + tick * 10 * S)
        db.run("delete from noc.rule_states where metric = 'error_rate'")
        assert [failures for _, failures, _ in failing(db)] == [[1], [2], []][tick % 3]
    run(db, at + 60 * S)
    assert meta(db) == []


def test_measurements_that_fail_count_for_every_rule_of_the_family(
    db: Database, at: datetime
) -> None:
    db.run("set local client_min_messages = error")
    db.run(
        "create or replace function noc.measure_traffic(at timestamptz)"
        " returns setof noc.measurement language plpgsql stable set search_path = ''"
        " as $$ begin raise exception 'broken'; end $$"
    )
    for tick in range(4):
        run(db, at + tick * 10 * S)
    assert {code for code, *_ in failing(db)} == {"p95_latency", "error_rate"}
    assert len(meta(db)) == 2


def test_each_family_tells_when_it_was_last_evaluated(db: Database, at: datetime) -> None:
    run(db, at)
    break_rule(db)
    bad(db, at + 10 * S)
    run(db, at + 10 * S)
    found = {r["family"]: r for r in db.all("select * from noc.family_health")}
    assert (found["queue"]["evaluated_at"], found["queue"]["error"]) == (at + 10 * S, None)
    assert found["queue"]["ms"] > 0
    assert (found["traffic"]["evaluated_at"], found["traffic"]["failed_at"]) == (at, at + 10 * S)
    assert found["traffic"]["error"] == "broken"


def test_a_rule_gone_wild_opens_its_alerts_over_several_ticks(db: Database, at: datetime) -> None:
    db.run(
        "insert into noc.services select 'wild:' || n, 'app', false, null"
        " from generate_series(1, 501) as n"
    )
    db.run(
        """insert into public.metrics_agg ("window", level, company_cnpj, bucket, service, count,"""
        " errors, errors_4xx, latency_sum_ms, latency_max_ms, sketch) select '1m', 'service', %s,"
        " %s, 'wild:' || n, 100, 90, 0, 900, 100, '{1}' from generate_series(1, 501) as n",
        A1,
        at,
    )
    db.run("update public.noc_rules set for_down_s = 0 where code = 'error_rate'")
    queued(db, 501, at)
    evaluate(db, at)
    assert len(alerts(db, code="error_rate")) == 500
    assert phase(db, metric="queue_pending") == "pending"
    evaluate(db, at + 10 * S)
    assert len(alerts(db, code="error_rate")) == 501
