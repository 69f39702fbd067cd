"""Evidence: what made an alert fire, kept as it was, and who reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.db.conftest import A1, B1, Database, World, call, ingest, ingest_key
from tests.db.judging import MIN, S, alerts, evaluate, opened, probed, queued, recover

pytestmark = pytest.mark.usefixtures("world")


def take(db: Database, at: datetime) -> int:
    """Turn of the stage; gives how much was taken. Only A1's and B1's alerts are there."""
    db.run(
        "delete from noc.alert_events where alert_id in (select alert_id from"
        " public.noc_alerts where company_cnpj is null)"
    )
    db.run("delete from noc.rule_states where company_cnpj is null")
    db.run("delete from public.noc_alerts where company_cnpj is null")
    answer = db.one("select noc.take_evidence(%s)", at)
    assert "error" not in answer, answer
    taken: int = answer["taken"]
    return taken


def evidence(db: Database, user: Any, alert_id: Any) -> dict[str, Any]:
    with db.acting_as(user):
        found: dict[str, Any] = db.one("select public.noc_timeline(%s)", alert_id)["data"]
    return found


def errors(db: Database, at: datetime, company: str = A1) -> Any:
    """An alert of errors that opens at `at`: 20 of 60 calls to one of two endpoints fail."""
    key = ingest_key(db, company, "omie")
    calls = [call(at - 3 * MIN, 100 + n, 503 if n < 20 else 200) for n in range(60)]
    calls += [call(at - 3 * MIN, 40, endpoint="/saldo", method="GET") for _ in range(20)]
    assert ingest(db, key, calls, at)["accepted"] == 80
    db.run("select noc.roll_up(%s)", at)
    evaluate(db, at - 3 * MIN)
    evaluate(db, at)
    (alert,) = alerts(db, company, "error_rate")
    assert take(db, at) == 1
    return alert["alert_id"]


def test_an_alert_of_errors_keeps_its_minutes_endpoints_and_failed_requests(
    db: Database, world: World, at: datetime
) -> None:
    found = evidence(db, world.cliente_a1, errors(db, at))["evidence"]
    assert [(m["count"], m["error_rate"]) for m in found["minutes"]] == [(80, 0.25)]
    assert [e["endpoint"] for e in found["endpoints"]] == ["POST /titulos", "GET /saldo"]
    assert [r["status"] for r in found["requests"]] == [503] * 5
    assert [r["latency_ms"] for r in found["requests"]] == [119, 118, 117, 116, 115]
    assert set(found["requests"][0]) == {"at", "endpoint", "status", "latency_ms"}
    assert (found["probes"], found["queue"]) == (None, None)


def test_it_stays_as_it_was_when_facts_change_and_go(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = errors(db, at)
    before = evidence(db, world.admin, alert_id)["evidence"]
    db.run("delete from public.api_usage")
    db.run("delete from public.metrics_agg")
    assert take(db, at + 10 * S) == 0
    assert evidence(db, world.admin, alert_id)["evidence"] == before


def test_an_alert_of_a_probe_keeps_its_last_results(
    db: Database, world: World, at: datetime
) -> None:
    for minute in range(7):
        db.run(
            "insert into public.service_health (service_name, company_cnpj, checked_at, status,"
            " outcome, reason, latency_ms) values ('omie', %s, %s, 'DOWN', 'bad', 'timeout', 5000)",
            A1,
            at - minute * MIN,
        )
    alert_id = opened(db, at)
    assert take(db, at) == 1
    found = evidence(db, world.cliente_a1, alert_id)["evidence"]
    assert [p["reason"] for p in found["probes"]] == ["timeout"] * 5
    assert (found["minutes"], found["requests"]) == (None, None)


def test_it_has_what_was_settled_while_the_tick_was_at_work(
    db: Database, world: World, at: datetime
) -> None:
    """A tick's own time is that of its beginning; what it judges may have come after that."""
    for second in (-60, 1):
        db.run(
            "insert into public.service_health (service_name, company_cnpj, checked_at, status,"
            " outcome, reason, latency_ms) values ('omie', %s, %s, 'DOWN', 'bad', %s, 5000)",
            A1,
            at + second * S,
            "timeout" if second > 0 else "http_5xx",
        )
    alert_id = opened(db, at)
    assert take(db, at) == 1
    found = evidence(db, world.cliente_a1, alert_id)["evidence"]
    assert [p["reason"] for p in found["probes"]] == ["timeout", "http_5xx"]


def test_an_alert_of_the_queue_keeps_how_it_stood(db: Database, world: World, at: datetime) -> None:
    queued(db, 600, at)
    evaluate(db, at)
    evaluate(db, at + 2 * MIN)
    assert take(db, at + 2 * MIN) == 1
    (alert,) = alerts(db, A1, "whatsapp_queue_pending")
    found = evidence(db, world.cliente_a1, alert["alert_id"])["evidence"]
    assert found["queue"]["statuses"] == {"queued": 600}
    assert datetime.fromisoformat(found["queue"]["oldest_at"]) == at


def test_what_people_changed_before_is_told_to_those_who_work_the_alert_alone(
    db: Database, world: World, at: datetime
) -> None:
    now = db.one("select clock_timestamp()")
    for company in (A1, B1):
        db.run("select noc.record_audit('save_rule', 'rule:x', %s, '{}')", company)
    probed(db, "omie", "DOWN", now, A1)
    later = db.one("select clock_timestamp()")
    evaluate(db, later)
    assert take(db, later) == 1
    (alert,) = alerts(db)
    read = {
        who: evidence(db, getattr(world, who), alert["alert_id"])["evidence"]["deeds"]
        for who in ("franqueado_a", "cliente_a1")
    }
    assert [(d["action"], d["target"]) for d in read["franqueado_a"]] == [("save_rule", "rule:x")]
    assert read["cliente_a1"] is None


def test_opened_again_it_is_taken_again(db: Database, world: World, at: datetime) -> None:
    alert_id = opened(db, at)
    take(db, at)
    recover(db, at + MIN)
    probed(db, "omie", "DOWN", at + 2 * MIN, A1)
    evaluate(db, at + 2 * MIN)
    assert take(db, at + 2 * MIN) == 1
    found = evidence(db, world.admin, alert_id)["evidence"]
    assert datetime.fromisoformat(found["taken_at"]) == at + 2 * MIN


@pytest.mark.parametrize(("alerts_open", "turns"), [(20, [20, 0]), (21, [20, 1, 0])])
def test_many_at_once_are_taken_in_turns(
    db: Database, at: datetime, alerts_open: int, turns: list[int]
) -> None:
    db.run(
        "insert into public.noc_alerts (rule_id, code, fingerprint, target, company_cnpj, service,"
        " severity, severity_max, started_at, opened_at, last_seen_at, flipped_at, value,"
        " last_value, threshold, unit) select rule_id, code, n::text, 'service:omie', %s, 'omie',"
        " 'warning', 'warning', %s, %s, %s, %s, 1, 1, 1, 'ms' from public.noc_rules,"
        " generate_series(1, %s) as n where code = 'p95_latency'",
        A1, at, at, at, at, alerts_open,
    )  # fmt: skip
    db.run(
        "insert into noc.alert_events (alert_id, at, kind, severity)"
        " select alert_id, opened_at, 'opened', severity from public.noc_alerts"
    )
    assert [take(db, at + 10 * turn * S) for turn in range(len(turns))] == turns


def test_the_rule_is_told_as_it_was_when_it_fired(db: Database, world: World, at: datetime) -> None:
    alert_id = errors(db, at)
    db.run("update public.noc_rules set degraded_threshold = 0.06 where code = 'error_rate'")
    rule = evidence(db, world.admin, alert_id)["rule"]
    assert (rule["degraded_threshold"], rule["changed_since"]) == (0.05, True)


def test_the_runbook_and_owner_of_now_are_told_to_those_who_work_the_alert_alone(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = errors(db, at)
    db.run("update public.noc_rules set runbook_url = 'https://wiki.example/5xx',"
           " owner = 'ERP' where code = 'error_rate'")  # fmt: skip
    told = {
        who: evidence(db, getattr(world, who), alert_id)["rule"]
        for who in ("franqueado_a", "cliente_a1")
    }
    assert told["franqueado_a"]["runbook_url"] == "https://wiki.example/5xx"
    assert told["franqueado_a"]["owner"] == "ERP"
    assert (told["cliente_a1"]["runbook_url"], told["cliente_a1"]["owner"]) == (None, None)


def test_a_rule_that_was_not_touched_says_so(db: Database, world: World, at: datetime) -> None:
    assert not evidence(db, world.admin, errors(db, at))["rule"]["changed_since"]
