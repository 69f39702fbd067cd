"""The two machines: when a rule fires, how its alert lives, and who reads it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, Database, World
from tests.db.judging import S, alerts, evaluate, phase, probed, queued, state, traffic

pytestmark = pytest.mark.usefixtures("world")


def fire(db: Database, at: datetime, latency_ms: float = 1500) -> datetime:
    """A firing alert of A1's Omie latency; gives the instant of its opening."""
    traffic(db, at, latency_ms)
    evaluate(db, at)
    opened = at + 180 * S
    evaluate(db, opened)
    assert len(alerts(db)) == 1
    return opened


def later(db: Database, at: datetime, latency_ms: float) -> None:
    """Only this traffic is in the window at `at`."""
    db.run("delete from public.metrics_agg")
    traffic(db, at, latency_ms)
    evaluate(db, at)


# Limits, both sides


@pytest.mark.parametrize(
    ("latency_ms", "warns", "is_critical"),
    [(1200, False, False), (1201, True, False), (2000, True, False), (2001, True, True)],
)
def test_latency_is_judged_only_above_its_limits(
    db: Database, at: datetime, latency_ms: int, warns: bool, is_critical: bool
) -> None:
    traffic(db, at, latency_ms)
    evaluate(db, at)
    found = state(db)
    assert (found is not None) is warns
    assert (found is not None and found["critical_since"] is not None) is is_critical


@pytest.mark.parametrize(
    ("failed", "warns", "is_critical"),
    [(50, False, False), (51, True, False), (100, True, False), (101, True, True)],
)
def test_errors_are_judged_only_above_their_limits(
    db: Database, at: datetime, failed: int, warns: bool, is_critical: bool
) -> None:
    traffic(db, at, count=1000, failed=failed)
    evaluate(db, at)
    found = state(db, metric="error_rate")
    assert (found is not None) is warns
    assert (found is not None and found["critical_since"] is not None) is is_critical


def test_the_clients_own_mistakes_are_not_errors(db: Database, at: datetime) -> None:
    traffic(db, at, status=404)
    evaluate(db, at)
    assert phase(db, metric="error_rate") is None


@pytest.mark.parametrize(
    ("pending", "warns", "is_critical"),
    [(100, False, False), (101, True, False), (500, True, False), (501, True, True)],
)
def test_the_queue_is_judged_only_above_its_limits(
    db: Database, at: datetime, pending: int, warns: bool, is_critical: bool
) -> None:
    queued(db, pending, at)
    evaluate(db, at)
    found = state(db, metric="queue_pending")
    assert (found is not None) is warns
    assert (found is not None and found["critical_since"] is not None) is is_critical


@pytest.mark.parametrize(("count", "expected"), [(19, None), (20, "pending")])
def test_few_calls_prove_nothing(
    db: Database, at: datetime, count: int, expected: str | None
) -> None:
    traffic(db, at, 5000, count=count)
    evaluate(db, at)
    assert phase(db) == expected


def test_samples_are_counted_over_the_window_not_over_a_minute(db: Database, at: datetime) -> None:
    traffic(db, at - 120 * S, 5000, count=10)
    traffic(db, at, 5000, count=10)
    evaluate(db, at)
    assert phase(db) == "pending"


def test_the_window_slides_and_holds_the_open_minute(db: Database, at: datetime) -> None:
    traffic(db, at, 5000)
    evaluate(db, at + 300 * S)
    assert phase(db) == "pending"
    db.run("delete from noc.rule_states")
    evaluate(db, at + 301 * S)
    assert phase(db) is None


# For


@pytest.mark.parametrize(
    ("latency_ms", "waits_s", "severity"), [(1500, 180, "warning"), (2500, 120, "critical")]
)
def test_an_alert_opens_when_its_time_has_passed_and_not_before(
    db: Database, at: datetime, latency_ms: int, waits_s: int, severity: str
) -> None:
    traffic(db, at, latency_ms)
    evaluate(db, at)
    evaluate(db, at + waits_s * S - 0.1 * S)
    assert alerts(db) == []
    evaluate(db, at + waits_s * S)
    alert = alerts(db)[0]
    assert (alert["severity"], alert["state"], alert["started_at"]) == (severity, "open", at)
    assert (alert["target"], alert["service"], alert["unit"]) == ("service:omie", "omie", "ms")
    assert alert["value"] == pytest.approx(latency_ms, rel=0.01)


def test_many_ticks_are_not_much_time(db: Database, at: datetime) -> None:
    traffic(db, at, 2500)
    for tick in range(12):
        evaluate(db, at + tick * 9 * S)
    assert alerts(db) == []


def test_a_breach_that_passes_leaves_no_trace_and_starts_anew(db: Database, at: datetime) -> None:
    later(db, at, 1500)
    later(db, at + 60 * S, 1100)
    assert phase(db) is None
    later(db, at + 120 * S, 1500)
    evaluate(db, at + 240 * S)
    assert alerts(db) == []


def test_a_pending_breach_waits_over_few_calls_but_not_for_ever(db: Database, at: datetime) -> None:
    traffic(db, at, 1500)
    evaluate(db, at)
    db.run("delete from public.metrics_agg")
    traffic(db, at + 60 * S, 1500, count=5)
    evaluate(db, at + 60 * S)
    assert phase(db) == "pending"
    later(db, at + timedelta(hours=1), 1500)
    assert alerts(db) == []


# Hysteresis and recovery


@pytest.mark.parametrize(
    ("latency_ms", "expected"), [(1100, "firing"), (1001, "firing"), (1000, "recovering")]
)
def test_a_firing_alert_holds_down_to_the_clear_limit(
    db: Database, at: datetime, latency_ms: int, expected: str
) -> None:
    opened = fire(db, at)
    later(db, opened + 60 * S, latency_ms)
    assert phase(db) == expected


def test_recovery_must_last_before_the_alert_closes(db: Database, at: datetime) -> None:
    good = fire(db, at) + 60 * S
    later(db, good, 300)
    evaluate(db, good + 179.9 * S)
    assert alerts(db)[0]["state"] == "open"
    evaluate(db, good + 180 * S)
    closed = alerts(db)[0]
    assert (closed["state"], closed["close_reason"]) == ("closed", "recovered")
    assert closed["closed_at"] == good + 180 * S
    assert phase(db) is None


def test_a_relapse_while_recovering_keeps_the_same_alert_open(db: Database, at: datetime) -> None:
    good = fire(db, at) + 60 * S
    later(db, good, 300)
    later(db, good + 60 * S, 1500)
    assert phase(db) == "firing"
    later(db, good + 120 * S, 300)
    evaluate(db, good + 299 * S)
    assert [alert["state"] for alert in alerts(db)] == ["open"]


def test_a_second_episode_is_a_second_alert(db: Database, at: datetime) -> None:
    good = fire(db, at) + 60 * S
    later(db, good, 300)
    evaluate(db, good + 180 * S)
    later(db, good + 901 * S, 1500)
    evaluate(db, good + 1081 * S)
    assert [alert["state"] for alert in alerts(db)] == ["closed", "open"]


# Severity


def test_severity_rises_in_place_and_breaks_the_acknowledgement(db: Database, at: datetime) -> None:
    opened = fire(db, at)
    db.run("update public.noc_alerts set state = 'ack', ack_until = now() + '1 day'")
    later(db, opened + 60 * S, 2500)
    assert [(a["severity"], a["state"]) for a in alerts(db)] == [("warning", "ack")]
    evaluate(db, opened + 180 * S)
    assert [(a["severity"], a["state"]) for a in alerts(db)] == [("critical", "open")]
    assert alerts(db)[0]["threshold"] == 2000


@pytest.mark.parametrize(("latency_ms", "severity"), [(1750, "critical"), (1700, "warning")])
def test_severity_falls_within_its_own_clear_limit_and_only_the_log_tells(
    db: Database, at: datetime, latency_ms: int, severity: str
) -> None:
    opened = fire(db, at, 2500)
    db.run("update public.noc_alerts set state = 'ack', ack_until = now() + '1 day'")
    later(db, opened + 60 * S, latency_ms)
    alert = alerts(db)[0]
    assert (alert["severity"], alert["severity_max"], alert["state"]) == (
        severity,
        "critical",
        "ack",
    )
    kinds = db.all(
        "select kind from noc.alert_events where alert_id = %s order by event_id", alert["alert_id"]
    )
    assert [row["kind"] for row in kinds] == ["opened"] + ["severity_down"] * (
        severity == "warning"
    )


def test_one_trouble_never_has_two_alerts(db: Database, at: datetime) -> None:
    traffic(db, at, 2500)
    for tick in range(30):
        evaluate(db, at + tick * 10 * S)
    assert len(alerts(db)) == 1


def test_an_alert_closed_by_hand_stays_closed_until_the_latch_ends(
    db: Database, at: datetime
) -> None:
    opened = fire(db, at)
    db.run(
        "update public.noc_alerts set state = 'closed', close_reason = 'manual', closed_at = %s",
        opened,
    )
    db.run(
        "update noc.rule_states set alert_id = null, latched_until = %s where company_cnpj = %s",
        opened + 60 * S,
        A1,
    )
    evaluate(db, opened + 59 * S)
    assert len(alerts(db)) == 1
    evaluate(db, opened + 60 * S)
    assert [alert["state"] for alert in alerts(db)] == ["closed", "open"]


# Silence


def test_silence_holds_the_alert_and_is_no_recovery(db: Database, at: datetime) -> None:
    opened = fire(db, at)
    evaluate(db, opened + timedelta(hours=3))
    assert phase(db) == "no_data"
    assert alerts(db)[0]["state"] == "open"
    good = opened + timedelta(hours=4)
    later(db, good, 300)
    assert phase(db) == "recovering"
    evaluate(db, good + 180 * S)
    assert alerts(db)[0]["close_reason"] == "recovered"


def test_too_few_calls_hold_a_firing_alert(db: Database, at: datetime) -> None:
    opened = fire(db, at)
    db.run("delete from public.metrics_agg")
    traffic(db, opened + 60 * S, 100, count=19)
    evaluate(db, opened + 60 * S)
    assert phase(db) == "firing"


@pytest.mark.parametrize(
    ("latency_ms", "minutes", "expected"),
    [(100, 29, "firing"), (100, 30, "recovering"), (1100, 30, "firing"), (9000, 30, "firing")],
)
def test_a_few_good_calls_end_an_alert_after_half_an_hour_and_bad_ones_never_worsen_it(
    db: Database, at: datetime, latency_ms: int, minutes: int, expected: str
) -> None:
    quiet = fire(db, at) + minutes * 60 * S
    db.run("delete from public.metrics_agg")
    traffic(db, quiet, latency_ms, count=3)
    evaluate(db, quiet)
    assert phase(db) == expected
    traffic(db, quiet + 180 * S, latency_ms, count=1)
    evaluate(db, quiet + 180 * S)
    (alert,) = alerts(db)
    assert (alert["state"] == "closed") is (expected == "recovering")
    assert alert["severity_max"] == "warning"


def test_an_alert_whose_rule_is_switched_off_is_withdrawn(db: Database, at: datetime) -> None:
    opened = fire(db, at)
    db.run("update public.noc_rules set enabled = false where code = 'p95_latency'")
    evaluate(db, opened + 10 * S)
    assert alerts(db)[0]["close_reason"] == "withdrawn"


def test_an_alert_of_a_company_that_left_is_withdrawn(db: Database, at: datetime) -> None:
    opened = fire(db, at)
    db.run("update public.companies set active = false where company_cnpj = %s", A1)
    evaluate(db, opened + 10 * S)
    assert alerts(db)[0]["close_reason"] == "withdrawn"


def test_the_queue_closes_its_alert_when_it_is_empty(db: Database, at: datetime) -> None:
    queued(db, 501, at)
    evaluate(db, at)
    evaluate(db, at + 120 * S)
    assert [(a["target"], a["severity"]) for a in alerts(db)] == [(f"company:{A1}", "critical")]
    queued(db, 0, at)
    evaluate(db, at + 130 * S)
    evaluate(db, at + 310 * S)
    assert alerts(db)[0]["state"] == "closed"


# Probes


def test_an_llm_that_is_down_is_critical_at_once(db: Database, at: datetime) -> None:
    probed(db, "llm", "DOWN", at - 30 * S)
    evaluate(db, at)
    alert = alerts(db, None, "llm_down")[0]
    assert (alert["severity"], alert["target"]) == ("critical", "service:llm")
    assert alert["started_at"] == at - 30 * S
    assert [a for a in alerts(db, None, "service_down") if a["service"] == "llm"] == []


def test_another_service_that_is_down_is_critical_at_once(db: Database, at: datetime) -> None:
    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    assert [a["code"] for a in alerts(db)] == ["service_down"]


def test_a_degraded_probe_opens_no_alert(db: Database, at: datetime) -> None:
    probed(db, "omie", "DEGRADED", at, A1)
    evaluate(db, at)
    assert alerts(db) == []


def test_a_probe_that_is_up_again_closes_its_alert_at_once(db: Database, at: datetime) -> None:
    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    probed(db, "omie", "UP", at + 20 * S, A1)
    evaluate(db, at + 20 * S)
    assert alerts(db)[0]["state"] == "closed"


def test_a_probe_that_fell_silent_neither_opens_nor_closes(db: Database, at: datetime) -> None:
    probed(db, "omie", "DOWN", at, A1)
    probed(db, "f360", "DOWN", at - 400 * S, A1)
    evaluate(db, at)
    evaluate(db, at + 181 * S)
    assert [(a["service"], a["state"]) for a in alerts(db, code="service_down")] == [
        ("omie", "open")
    ]


def test_an_alert_of_a_removed_check_is_withdrawn(db: Database, at: datetime) -> None:
    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    db.run("update noc.check_targets set enabled = false where company_cnpj = %s", A1)
    evaluate(db, at + 10 * S)
    assert alerts(db)[0]["close_reason"] == "withdrawn"


# The engine


def test_evaluating_twice_at_one_instant_changes_nothing(db: Database, at: datetime) -> None:
    opened = fire(db, at)
    before = (alerts(db), state(db), db.all("select * from noc.alert_events"))
    assert evaluate(db, opened)["opened"] == 0
    assert (alerts(db), state(db), db.all("select * from noc.alert_events")) == before


def test_a_steady_alert_is_rewritten_at_most_once_a_minute(db: Database, at: datetime) -> None:
    opened = fire(db, at)

    def rows() -> list[str]:
        found = db.all("select ctid::text from public.noc_alerts where company_cnpj = %s", A1)
        found += db.all("select ctid::text from noc.rule_states where company_cnpj = %s", A1)
        return [row["ctid"] for row in found]

    before = rows()
    evaluate(db, opened + 59 * S)
    assert rows() == before
    evaluate(db, opened + 60 * S)
    assert rows() != before


def test_a_clock_that_steps_back_stops_nothing(db: Database, at: datetime) -> None:
    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    probed(db, "omie", "UP", at - 60 * S, A1)
    evaluate(db, at - 30 * S)
    assert alerts(db)[0]["closed_at"] == at


def test_a_family_that_fails_is_named_and_does_not_stop_the_others(
    db: Database, at: datetime
) -> None:
    db.run(
        "create or replace function noc.measure_traffic(at timestamptz)"
        " returns setof noc.measurement language plpgsql stable"
        " as $$ begin raise exception 'broken'; end $$"
    )
    queued(db, 101, at)
    db.run("set local client_min_messages = error")
    answer = db.one("select noc.evaluate_rules(%s)", at)
    assert answer["errors"] == {"traffic": "broken"}
    assert phase(db, metric="queue_pending") == "pending"


def test_an_open_alert_is_as_it_was_while_its_family_fails(db: Database, at: datetime) -> None:
    opened = fire(db, at)
    before = (alerts(db), state(db))
    db.run(
        "create or replace function noc.measure_traffic(at timestamptz)"
        " returns setof noc.measurement language plpgsql stable"
        " as $$ begin raise exception 'broken'; end $$"
    )
    db.run("set local client_min_messages = error")
    assert db.one("select noc.evaluate_rules(%s)", opened + timedelta(hours=1))["errors"]
    assert (alerts(db), state(db)) == before


def test_opening_and_closing_are_told_to_the_companys_topics(db: Database, at: datetime) -> None:
    def told() -> bool:
        topics = db.all("select table_name, company_cnpj from noc.touched")
        db.run("delete from noc.touched")
        return {"table_name": "noc_alerts", "company_cnpj": A1} in topics

    traffic(db, at, 1500)
    evaluate(db, at)
    assert not told()
    evaluate(db, at + 180 * S)
    assert told()
    evaluate(db, at + 190 * S)
    assert not told()
    later(db, at + 240 * S, 300)
    assert not told()
    evaluate(db, at + 420 * S)
    assert told()


def test_a_shared_provider_that_is_down_is_told_to_every_company(
    db: Database, at: datetime
) -> None:
    probed(db, "llm", "DOWN", at)
    evaluate(db, at)
    topics = db.all("select topic from noc.versions where table_name = 'noc_alerts'")
    assert {f"noc:company:{B1}", f"noc:group:{GROUP_A}"} <= {row["topic"] for row in topics}


# Rights


def test_a_member_reads_the_alerts_of_its_companies_alone(
    db: Database, world: World, at: datetime
) -> None:
    fire(db, at)
    seen = "select alert_id from public.noc_alerts where company_cnpj = %s"
    for user in (world.cliente_a1, world.franqueado_a, world.admin):
        with db.acting_as(user):
            assert len(db.all(seen, A1)) == 1
    for user in (world.cliente_b1, world.franqueado_b, world.stranger):
        with db.acting_as(user):
            assert db.all(seen, A1) == []


def test_alerts_of_no_company_are_read_by_admin_alone(
    db: Database, world: World, at: datetime
) -> None:
    probed(db, "llm", "DOWN", at)
    evaluate(db, at)
    seen = "select 1 from public.noc_alerts where company_cnpj is null"
    with db.acting_as(world.admin):
        assert db.all(seen)
    with db.acting_as(world.franqueado_a):
        assert db.all(seen) == []


@pytest.mark.parametrize(
    "statement",
    [
        "insert into public.noc_alerts (code) values ('x')",
        "update public.noc_alerts set state = 'closed'",
        "delete from public.noc_alerts",
        "select 1 from noc.rule_states",
        "select noc.evaluate_rules(now())",
    ],
)
def test_nobody_writes_alerts_or_runs_the_engine_through_the_api(
    db: Database, world: World, statement: str
) -> None:
    assert db.refused(world.admin, statement).sqlstate == "42501"


def test_another_companys_trouble_is_its_own(db: Database, at: datetime) -> None:
    traffic(db, at, 1500, company=A2)
    evaluate(db, at)
    evaluate(db, at + 180 * S)
    assert (len(alerts(db, A1)), len(alerts(db, A2))) == (0, 1)


def test_the_platforms_own_traffic_is_judged_too(db: Database, at: datetime) -> None:
    traffic(db, at, 1500, company=None, service="supabase:rest")
    evaluate(db, at)
    evaluate(db, at + 180 * S)
    assert [a["target"] for a in alerts(db, None, "p95_latency")] == ["service:supabase:rest"]
