"""Silence of a source: what each rule makes of it, and that no traffic is not silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.db.conftest import A1, A2, Database, ingest_key
from tests.db.judging import S, alerts, evaluate, phase, probed, traffic

pytestmark = pytest.mark.usefixtures("world")

HOUR = timedelta(hours=1)
LIMIT_S = 180  # three intervals of a minute


def policy(db: Database, no_data: str, code: str = "p95_latency") -> None:
    db.run("update public.noc_rules set no_data = %s where code = %s", no_data, code)


def fire(db: Database, at: datetime) -> datetime:
    """A firing alert of A1's Omie latency; gives the instant of its opening."""
    traffic(db, at, 1500)
    evaluate(db, at)
    evaluate(db, at + 180 * S)
    assert len(alerts(db, code="p95_latency")) == 1
    return at + 180 * S


def heard(db: Database, at: datetime, company: str = A1) -> None:
    """A collector of the company's Omie calls that was alive at `at`."""
    ingest_key(db, company, "omie")
    db.run("update noc.ingest_keys set last_used_at = %s where company_cnpj = %s", at, company)


def called_today(db: Database, at: datetime, company: str = A1) -> None:
    """Omie was called within the day, two hours ago."""
    db.run(
        """insert into public.metrics_agg ("window", level, company_cnpj, bucket, service, count,"""
        " errors, errors_4xx, latency_sum_ms, latency_max_ms, sketch)"
        " values ('1h', 'service', %s, date_trunc('hour', %s - interval '2 hours'), 'omie', 9, 0,"
        " 0, 900, 100, '{1}')",
        company,
        at,
    )


def silences(db: Database, company: str | None = A1) -> list[dict[str, Any]]:
    return alerts(db, company, "no_data")


# Keep, recover, alert


def test_silence_holds_what_fired_unless_the_rule_says_otherwise(
    db: Database, at: datetime
) -> None:
    opened = fire(db, at)
    evaluate(db, opened + HOUR)
    assert phase(db) == "no_data"
    assert [a["state"] for a in alerts(db)] == ["open"]


def test_where_no_data_is_fine_an_alert_recovers_by_it(db: Database, at: datetime) -> None:
    policy(db, "ok")
    quiet = fire(db, at) + HOUR
    evaluate(db, quiet)
    assert phase(db) == "recovering"
    evaluate(db, quiet + 180 * S)
    assert [a["close_reason"] for a in alerts(db)] == ["recovered"]


def test_where_no_data_is_fine_a_pending_breach_is_dropped(db: Database, at: datetime) -> None:
    policy(db, "ok")
    traffic(db, at, 1500)
    evaluate(db, at)
    evaluate(db, at + HOUR)
    assert phase(db) is None


def test_a_silent_probe_is_an_alert_of_its_own_with_the_targets_labels(
    db: Database, at: datetime
) -> None:
    probed(db, "omie", "UP", at, A1)
    evaluate(db, at + LIMIT_S * S)
    assert silences(db) == []
    evaluate(db, at + (LIMIT_S + 1) * S)
    (alert,) = silences(db)
    assert (alert["service"], alert["target"], alert["severity"]) == (
        "omie",
        "service:omie",
        "warning",
    )
    assert (alert["started_at"], alert["threshold"], alert["unit"]) == (at, LIMIT_S, "seconds")
    assert alert["value"] == LIMIT_S + 1


def test_it_closes_when_the_data_return(db: Database, at: datetime) -> None:
    probed(db, "omie", "UP", at, A1)
    evaluate(db, at + HOUR)
    probed(db, "omie", "UP", at + HOUR + 9 * S, A1)
    evaluate(db, at + HOUR + 10 * S)
    assert [a["close_reason"] for a in silences(db)] == ["recovered"]


def test_the_alert_itself_is_held_beside_the_one_of_its_silence(db: Database, at: datetime) -> None:
    probed(db, "omie", "DOWN", at, A1)
    evaluate(db, at)
    evaluate(db, at + HOUR)
    assert {(a["code"], a["state"]) for a in alerts(db)} == {
        ("service_down", "open"),
        ("no_data", "open"),
    }


def test_a_policy_that_is_changed_withdraws_its_alert(db: Database, at: datetime) -> None:
    probed(db, "omie", "UP", at, A1)
    evaluate(db, at + HOUR)
    policy(db, "keep_last", "service_down")
    evaluate(db, at + HOUR + 10 * S)
    assert [a["close_reason"] for a in silences(db)] == ["withdrawn"]


def test_a_probe_that_never_ran_is_not_silent(db: Database, at: datetime) -> None:
    probed(db, "omie", "UP", at, A1)
    db.run("update noc.check_targets set last_checked_at = null where company_cnpj = %s", A1)
    evaluate(db, at + HOUR)
    assert silences(db) == []


def test_three_short_intervals_are_still_three_ticks(db: Database, at: datetime) -> None:
    probed(db, "omie", "UP", at, A1)
    db.run("update noc.check_targets set interval_s = 5 where company_cnpj = %s", A1)
    evaluate(db, at + 30 * S)
    assert silences(db) == []
    evaluate(db, at + 31 * S)
    assert len(silences(db)) == 1


def test_silence_of_a_probe_colours_its_service_grey_and_not_yellow(
    db: Database, at: datetime
) -> None:
    probed(db, "omie", "UP", at, A1)
    evaluate(db, at + HOUR)
    (row,) = db.all(
        "select status, no_data from noc.service_status(%s, %s) where service_name = 'omie'"
        " and company_cnpj = %s",
        at + HOUR,
        [A1],
        A1,
    )
    assert (row["status"], row["no_data"]) == (None, True)


# No traffic is not no data


def test_no_calls_hold_an_alert_as_it_was_while_the_collector_is_heard(
    db: Database, at: datetime
) -> None:
    quiet = fire(db, at) + HOUR
    heard(db, quiet - 179 * S)
    evaluate(db, quiet)
    assert phase(db) == "firing"
    evaluate(db, quiet + 10 * S)
    assert phase(db) == "no_data"


@pytest.mark.parametrize(("silent_s", "count"), [(180, 0), (181, 1)])
def test_no_traffic_never_raises_no_data_and_a_silent_collector_does(
    db: Database, at: datetime, silent_s: int, count: int
) -> None:
    policy(db, "alert")
    heard(db, at)
    called_today(db, at)
    evaluate(db, at + silent_s * S)
    assert len(silences(db)) == count
    assert [a["service"] for a in silences(db)] == ["omie"] * count


def test_the_alert_of_a_silent_collector_closes_when_it_is_heard_again_without_calls(
    db: Database, at: datetime
) -> None:
    policy(db, "alert")
    heard(db, at)
    called_today(db, at)
    evaluate(db, at + HOUR)
    heard(db, at + HOUR)
    evaluate(db, at + HOUR + 10 * S)
    assert [a["state"] for a in silences(db)] == ["closed"]


def test_who_did_not_call_today_is_not_expected_to(db: Database, at: datetime) -> None:
    policy(db, "alert")
    for company in (A1, A2):
        heard(db, at, company)
    called_today(db, at, A2)
    evaluate(db, at + HOUR)
    assert (len(silences(db, A1)), len(silences(db, A2))) == (0, 1)


def test_by_default_silent_collectors_raise_no_alert_of_latency(db: Database, at: datetime) -> None:
    heard(db, at)
    called_today(db, at)
    evaluate(db, at + HOUR)
    assert silences(db) == []
