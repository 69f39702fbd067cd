"""Every metric that a rule may use: what it measures, on both sides of a limit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.db.conftest import A1, Database, World
from tests.db.judging import S, alerts, evaluate, queued, state, traffic

pytestmark = pytest.mark.usefixtures("world")

MINUTE = timedelta(minutes=1)


def rule(db: Database, metric: str, limit: float, **columns: Any) -> None:
    """The only rule of this metric, which fires at once."""
    db.run("update public.noc_rules set enabled = false where metric = %s", metric)
    values = {"for_degraded_s": 0, "min_samples": 1, **columns}
    db.run(
        "insert into public.noc_rules (code, metric, scope_kind, comparator, degraded_threshold,"
        f" {', '.join(values)}) select 'it', m.metric, m.scope_kind, m.comparator, %s,"
        f" {', '.join(['%s'] * len(values))} from noc.rule_metrics as m where m.metric = %s",
        limit,
        *values.values(),
        metric,
    )


def judged(
    db: Database, metric: str, limit: float, at: datetime, company: str | None = A1, **columns: Any
) -> bool:
    """Whether the metric lies beyond the limit."""
    rule(db, metric, limit, **columns)
    evaluate(db, at)
    return state(db, company, metric) is not None


@pytest.mark.parametrize(
    ("metric", "on_it", "beyond"),
    [
        ("mean_ms", 300, 299),
        ("error_rate", 0.25, 0.24),
        ("error_rate_4xx", 0.5, 0.49),
        ("error_rate_all", 0.75, 0.74),
        ("throughput_low", 8, 8.1),
        ("throughput_high", 8, 7.9),
    ],
)
@pytest.mark.parametrize("is_beyond", [False, True])
def test_calls_are_judged_only_beyond_the_limit(
    db: Database, at: datetime, metric: str, on_it: float, beyond: float, is_beyond: bool
) -> None:
    traffic(db, at, 200, count=20)
    db.run("delete from public.metrics_agg")
    traffic(db, at - MINUTE, 200, count=20, failed=10)
    traffic(db, at, 400, count=20, status=404)
    assert judged(db, metric, beyond if is_beyond else on_it, at) is is_beyond


@pytest.mark.parametrize(
    ("metric", "limit", "below"), [("throughput_low", 9, True), ("throughput_high", 7, False)]
)
def test_the_page_is_told_on_which_side_of_the_limit_the_trouble_lies(
    db: Database, world: World, at: datetime, metric: str, limit: float, below: bool
) -> None:
    traffic(db, at, count=40)
    db.run("update public.noc_rules set enabled = false")
    assert judged(db, metric, limit, at)
    with db.acting_as(world.franqueado_a):
        data = db.one("select public.noc_overview()")["data"]
    assert [(a["title"], a["below"]) for a in data["alerts"]] == [("it", below)]
    assert (data["banner"]["title"], data["banner"]["below"]) == ("it", below)


def test_few_calls_are_seen_where_there_are_none_at_all(db: Database, at: datetime) -> None:
    traffic(db, at - timedelta(hours=3), count=5)
    db.run("select noc.close_windows(%s)", at)
    db.run("update noc.ingest_keys set last_used_at = %s where company_cnpj = %s", at, A1)
    assert judged(db, "throughput_low", 1, at)


def test_a_silent_collector_is_not_taken_for_few_calls(db: Database, at: datetime) -> None:
    traffic(db, at - timedelta(hours=3), count=5)
    db.run("select noc.close_windows(%s)", at)
    assert not judged(db, "throughput_low", 1, at)


@pytest.mark.parametrize(("limit", "is_beyond"), [(600, False), (599, True)])
def test_the_oldest_waiting_message_is_judged_by_its_age(
    db: Database, at: datetime, limit: int, is_beyond: bool
) -> None:
    queued(db, 2, at - 600 * S)
    assert judged(db, "queue_oldest_s", limit, at) is is_beyond


@pytest.mark.parametrize(("limit", "is_beyond"), [(3, False), (2, True)])
def test_failed_messages_are_counted_in_the_rules_window(
    db: Database, at: datetime, limit: int, is_beyond: bool
) -> None:
    queued(db, 5, at - 301 * S)
    db.run(
        "update public.queue_whatsapp set status = 'failed', state = 'failed'"
        " where company_cnpj = %s",
        A1,
    )
    db.run(
        "update public.queue_whatsapp set updated_at = %s where company_cnpj = %s"
        " and external_id::int <= 3",
        at - 300 * S,
        A1,
    )
    assert judged(db, "queue_failed", limit, at) is is_beyond


def dead(db: Database, count: int, at: datetime) -> None:
    """So many messages of A1 that died at `at`, and as many that failed and may yet be sent."""
    db.run("delete from public.queue_whatsapp where company_cnpj = %s", A1)
    db.run(
        "insert into public.queue_whatsapp (company_cnpj, external_id, status, state, created_at,"
        " updated_at) select %s, s || n, 'failed', s::public.queue_state, %s, %s"
        " from generate_series(1, %s) as n, unnest('{dead,failed}'::text[]) as s",
        A1,
        at,
        at,
        count,
    )


@pytest.mark.parametrize(
    ("count", "severity"), [(0, None), (1, "warning"), (20, "warning"), (21, "critical")]
)
def test_one_dead_message_is_a_warning_and_more_than_twenty_are_critical(
    db: Database, at: datetime, count: int, severity: str | None
) -> None:
    dead(db, count, at)
    evaluate(db, at)
    found = alerts(db, A1, "whatsapp_queue_dead")
    assert [one["severity"] for one in found] == ([severity] if severity else [])


@pytest.mark.parametrize(("hours", "counts"), [(24, True), (24.01, False)])
def test_dead_messages_are_counted_for_a_day(
    db: Database, at: datetime, hours: float, counts: bool
) -> None:
    dead(db, 1, at - timedelta(hours=hours))
    evaluate(db, at)
    assert bool(alerts(db, A1, "whatsapp_queue_dead")) is counts


def test_a_dead_message_that_is_sent_after_all_is_dead_no_more(db: Database, at: datetime) -> None:
    dead(db, 1, at)
    evaluate(db, at)
    db.run(
        "update public.queue_whatsapp set status = 'sent', state = 'sent' where state = 'dead'"
        " and company_cnpj = %s",
        A1,
    )
    evaluate(db, at + 10 * S)
    (alert,) = alerts(db, A1, "whatsapp_queue_dead")
    assert (alert["state"], alert["close_reason"]) == ("closed", "recovered")


def jobs(db: Database, count: int, status: str, started: datetime, at: datetime) -> None:
    db.run(
        "insert into public.jobs (company_cnpj, external_id, job_type, status, started_at,"
        " finished_at) select %s, %s || n, 'sync', %s, %s, %s from generate_series(1, %s) as n",
        A1,
        f"{status}-{started.isoformat()}-",
        status,
        started,
        None if status == "running" else at,
        count,
    )


@pytest.mark.parametrize(("limit", "is_beyond"), [(3, False), (2, True)])
def test_failed_jobs_are_counted_in_the_rules_window(
    db: Database, at: datetime, limit: int, is_beyond: bool
) -> None:
    jobs(db, 3, "failed", at - 900 * S, at - 300 * S)
    jobs(db, 3, "failed", at - 901 * S, at - 301 * S)
    jobs(db, 3, "success", at - 902 * S, at - 10 * S)
    assert judged(db, "jobs_failed", limit, at) is is_beyond


@pytest.mark.parametrize(("limit", "is_beyond"), [(3, False), (2, True)])
def test_a_job_that_runs_for_longer_than_the_window_is_stalled(
    db: Database, at: datetime, limit: int, is_beyond: bool
) -> None:
    jobs(db, 3, "running", at - 301 * S, at)
    jobs(db, 3, "running", at - 300 * S, at)
    assert judged(db, "jobs_stalled", limit, at) is is_beyond


def test_counts_end_their_alert_when_nothing_is_left(db: Database, at: datetime) -> None:
    jobs(db, 3, "failed", at - 900 * S, at)
    assert judged(db, "jobs_failed", 2, at, keep_firing_s=0)
    evaluate(db, at + 301 * S)
    assert state(db, A1, "jobs_failed") is None


SAMPLE = {
    "blocked_sessions": (4, 4, 3),
    "cache_hit_ratio": (0.9, 0.9, 0.91),
    "oldest_xid_age": (1000, 1000, 999),
    "ingest_backlog": (50, 50, 49),
    "partitions_ahead": (3, 3, 4),
    "deadlocks_total": (7, 5, 4),  # two of them before the hour
    "size_bytes": (3_000_000, 24_000_000, 23_999_999),  # a million in an hour
}
NAMES = {"deadlocks_total": "deadlocks", "size_bytes": "growth_bytes_per_day"}


@pytest.mark.parametrize("column", SAMPLE)
@pytest.mark.parametrize("is_beyond", [False, True])
def test_the_databases_signs_are_judged_only_beyond_the_limit(
    db: Database, at: datetime, column: str, is_beyond: bool
) -> None:
    def sample(moment: datetime, **figures: float) -> None:
        row = {name: value[0] for name, value in SAMPLE.items()} | figures
        db.run(
            "insert into noc.database_samples (sampled_at, connections, connections_limit,"
            f" longest_transaction_s, blocks_hit, blocks_read, {', '.join(row)})"
            f" values (%s, 1, 100, 0, 0, 0, {', '.join(['%s'] * len(row))})",
            moment,
            *row.values(),
        )

    db.run("delete from noc.database_samples")
    sample(at - timedelta(hours=1), deadlocks_total=2, size_bytes=2_000_000)
    sample(at)
    _, on_it, beyond = SAMPLE[column]
    metric = NAMES.get(column, column)
    assert judged(db, metric, beyond if is_beyond else on_it, at, None) is is_beyond


def test_every_metric_is_tested(db: Database) -> None:
    elsewhere = {
        "p95_ms",
        "error_rate",
        "queue_pending",
        "probe_status",
        "heartbeat_age_s",
        "clock_skew_s",
        "cut_off_s",
        "connections_ratio",
        "longest_transaction_s",
        "no_data_s",
        "rule_failures",
        "audit_faults",
    }
    here = {NAMES.get(column, column) for column in SAMPLE} | {
        "mean_ms",
        "error_rate_4xx",
        "error_rate_all",
        "throughput_low",
        "throughput_high",
        "queue_oldest_s",
        "queue_failed",
        "queue_dead",
        "queue_held",
        "jobs_failed",
        "jobs_stalled",
    }
    assert {r["metric"] for r in db.all("select metric from noc.rule_metrics")} == elsewhere | here


def test_every_family_has_its_measurements(db: Database) -> None:
    for row in db.all("select family from noc.rule_families"):
        db.all("select * from noc.measure(%s, now())", row["family"])
