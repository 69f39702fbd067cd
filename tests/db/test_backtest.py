"""The backtest: the engine's episodes on the same minutes, its limits, and who may ask."""

from __future__ import annotations

import os
import secrets
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, A2, B1, GROUP_A, Database, World
from tests.db.judging import alerts
from tests.scale import scaled

pytestmark = pytest.mark.usefixtures("world")

MINUTE = timedelta(minutes=1)
ASK = "select public.noc_backtest_rule(%s, %s, %s)"
ASK_AT = "select noc.backtest_rule(%s, %s, %s, %s)"
SLOW = {"code": "p95_latency", "degraded_threshold": 1200}
FULL_MINUTES = 1440
# A minute's row as the roll-up makes it, without its percentiles, which noc.finalise fills.
MINUTE_ROW = """
insert into public.metrics_agg ("window", level, company_cnpj, bucket, service, count, errors,
    errors_4xx, latency_sum_ms, latency_max_ms, sketch)
select %(win)s, 'service', %(company)s, %(bucket)s, %(service)s, count(*), %(errors)s, 0, sum(l),
    max(l), array_agg(noc.sketch_entry(noc.sketch_key(l), 1))
from unnest(%(latencies)s::integer[]) as l
"""
UNFINISHED = "insert into noc.unfinished_buckets values (%s, %s) on conflict do nothing"


def fill(
    db: Database,
    bucket: datetime,
    latencies: list[int],
    errors: int = 0,
    service: str = "omie",
    company: str = A1,
    window: str = "1m",
) -> None:
    db.connection.execute(
        MINUTE_ROW,
        {
            "win": window,
            "company": company,
            "bucket": bucket,
            "service": service,
            "errors": errors,
            "latencies": latencies,
        },
    )


def asked(
    db: Database,
    user: UUID,
    at: datetime,
    rule: dict[str, Any],
    company: str | None = A1,
    days: int = 1,
) -> dict[str, Any]:
    """The answer at a given instant, for this caller."""
    with db.acting_as(user, "postgres"):
        answer: dict[str, Any] = db.one(ASK_AT, Jsonb(rule), company, days, at)
    return answer


class Day:
    """Random traffic of one service, minute by minute: calm, slow and failing spells, pauses."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)
        self.spell = "calm"

    def minute(self) -> tuple[list[int], int] | None:
        if self.random.random() < 0.12:
            self.spell = self.random.choice(
                ("calm", "calm", "edge", "edge", "slow", "very slow", "failing", "few", "pause")
            )
        if self.spell == "pause" or self.random.random() < 0.03:
            return None
        count = self.random.choice((2, 5)) if self.spell == "few" else self.random.randint(8, 40)
        middle = {"edge": 1000, "slow": 1600, "very slow": 2600}.get(self.spell, 300)
        latencies = [max(1, int(self.random.gauss(middle, middle / 8))) for _ in range(count)]
        failing = self.random.randint(0, 6) if self.spell == "failing" else 0
        return latencies, min(count, failing)


def test_the_backtest_has_the_episodes_of_the_engine(
    db: Database, world: World, at: datetime
) -> None:
    seed = os.environ.get("NOC_SEED") or secrets.token_hex(4)
    minutes = scaled(FULL_MINUTES, least=150)
    starts = at - minutes * MINUTE
    services = ("omie", "f360")
    days = {service: Day(f"{seed}/{service}") for service in services}
    db.run("update public.noc_rules set reopen_s = 600, keep_firing_s = 120 where company_cnpj is"
           " null and metric in ('p95_ms', 'error_rate')")  # fmt: skip
    for number in range(minutes):
        bucket = starts + number * MINUTE
        for service, day in days.items():
            if (calls := day.minute()) is not None:
                fill(db, bucket, *calls, service=service)
        if number % 3:  # what is not finalised yet must not matter
            db.run(UNFINISHED, "1m", bucket)
            db.run("select noc.finalise(%s)", bucket + MINUTE)
        db.run("select noc.evaluate_family('traffic', %s)", bucket + MINUTE)

    compared = 0
    for code in ("p95_latency", "error_rate"):
        real = [
            (a["service"], a["severity_max"], a["started_at"], a["opened_at"], a["closed_at"],
             a["reopen_count"])
            for a in alerts(db, code=code)
        ]  # fmt: skip
        replayed = db.all(
            "select b.* from public.noc_rules as r"
            " cross join lateral noc.backtest(r, %s, %s, %s) as b where r.code = %s",
            A1,
            starts,
            at,
            code,
        )
        opened = [
            (b["service"], b["severity_max"], b["started_at"], b["opened_at"], b["closed_at"],
             b["reopen_count"])
            for b in replayed
        ]  # fmt: skip
        order = lambda episode: (episode[0], episode[3])  # noqa: E731
        assert sorted(opened, key=order) == sorted(real, key=order), f"seed {seed}, {code}"
        compared += len(real)
    print(f"backtest: seed {seed}, {minutes} minutes, {compared} episodes")
    assert compared > 0, f"seed {seed}"


def trouble(db: Database, at: datetime, minutes: int, latency_ms: int = 1500) -> None:
    """A1's Omie was slow for so many minutes, an hour before `at`, and well before and after."""
    starts = at - timedelta(hours=1)
    for number in range(-30, 45):
        slow = 0 <= number < minutes
        fill(db, starts + number * MINUTE, [latency_ms if slow else 200] * 30)


def test_a_backtest_tells_what_would_have_opened(db: Database, world: World, at: datetime) -> None:
    trouble(db, at, 10, 1500)
    data = asked(db, world.franqueado_a, at, {**SLOW, "down_threshold": 2000})
    (alert,) = data["alerts"]
    assert (data["opened"], data["critical"], alert["severity_max"]) == (1, 0, "warning")
    assert alert["service"] == "omie"
    assert alert["peak_value"] == pytest.approx(1500, rel=0.01)
    assert alert["started_at"] < alert["opened_at"] < alert["closed_at"]
    assert data["rule"]["down_clear"] == 1700, "what was not sent is inherited"


@pytest.mark.parametrize(
    ("change", "opened"),
    [
        ({"degraded_threshold": 1400}, 1),
        ({"degraded_threshold": 1600, "degraded_clear": 1400}, 0),
        ({"for_degraded_s": 3600}, 0),
        ({"min_samples": 1000}, 0),
        ({"excluded_services": ["omie"]}, 0),
        ({"service": "omie"}, 1),
        ({"service": "f360"}, 0),
    ],
)
def test_a_backtest_follows_the_candidate(
    db: Database, world: World, at: datetime, change: dict[str, Any], opened: int
) -> None:
    trouble(db, at, 10, 1500)
    rule = {"code": "p95_latency", "company_cnpj": A1, **change}
    assert asked(db, world.franqueado_a, at, rule)["opened"] == opened


def make_room(db: Database, at: datetime) -> None:
    """Partitions for five minutes of the last month."""
    db.run("select noc.make_partition('noc.metrics_agg_5m', '7 days',"
           " noc.partition_start('7 days', %s) - n * interval '7 days', 'fillfactor = 50')"
           " from generate_series(1, 4) as n", at)  # fmt: skip


def test_five_minutes_are_judged_where_minutes_are_gone(
    db: Database, world: World, at: datetime
) -> None:
    make_room(db, at)
    old = at - timedelta(days=8)
    for number in range(-6, 12):
        slow = 0 <= number < 4
        fill(db, old + number * 5 * MINUTE, [2500 if slow else 200] * 30, window="5m")
        db.run(UNFINISHED, "5m", old + number * 5 * MINUTE)
    db.run("select noc.finalise(%s)", at)
    data = asked(db, world.franqueado_a, at, SLOW, days=9)
    (alert,) = data["alerts"]
    assert alert["severity_max"] == "critical"
    assert datetime.fromisoformat(data["from"]) <= old - 30 * MINUTE


def test_a_backtest_saves_nothing(db: Database, world: World, at: datetime) -> None:
    trouble(db, at, 10)
    asked(db, world.franqueado_a, at, {**SLOW, "company_cnpj": A1})
    assert alerts(db) == []
    assert not db.all("select 1 from public.noc_rules where company_cnpj = %s", A1)


@pytest.mark.parametrize(
    ("who", "company", "may"),
    [
        ("admin", A1, True),
        ("admin", B1, True),
        ("franqueado_a", A1, True),
        ("franqueado_a", B1, False),
        ("franqueado_a", "00000000000191", False),
        ("franqueado_a", None, False),
        ("cliente_a1", A1, False),
        ("stranger", A1, False),
    ],
)
def test_a_backtest_is_for_who_operates_the_company(
    db: Database, world: World, who: str, company: str | None, may: bool
) -> None:
    user = getattr(world, who)
    if may:
        with db.acting_as(user):
            assert db.one(ASK, Jsonb(SLOW), company, 1)["data"]["company_cnpj"] == company
    else:
        error = db.refused(user, ASK, Jsonb(SLOW), company, 1)
        assert (error.sqlstate, error.diag.message_hint) == ("PT404", "scope_not_found")


def test_a_foreign_rule_and_none_are_answered_alike(db: Database, world: World) -> None:
    with db.acting_as(world.admin):
        foreign = db.one("select public.noc_save_rule(%s)", Jsonb({**SLOW, "company_cnpj": B1}))[
            "rule_id"
        ]
    for rule in ({"rule_id": foreign}, {"rule_id": str(uuid4())}, {**SLOW, "company_cnpj": B1}):
        error = db.refused(world.franqueado_a, ASK, Jsonb(rule), A1, 1)
        assert (error.sqlstate, error.diag.message_hint) == ("PT404", "scope_not_found")
    for rule in ({**SLOW, "company_cnpj": A2}, {**SLOW, "group_id": str(GROUP_A)}, SLOW):
        with db.acting_as(world.franqueado_a):
            assert db.one(ASK, Jsonb(rule), A1, 1)["data"]["opened"] == 0


@pytest.mark.parametrize(
    ("rule", "days", "field"),
    [
        (SLOW, 0, "days"),
        (SLOW, 31, "days"),
        ({**SLOW, "over_s": 59}, 1, "over_s"),
        ({**SLOW, "degraded_threshold": 2000}, 1, "down_threshold"),
        ({"code": "whatsapp_queue_pending"}, 1, "metric"),
        ({"code": "worker_silent"}, 1, "metric"),
        ({"code": "db_connections"}, 1, "company_cnpj"),
        ("x", 1, "rule"),
    ],
)
def test_a_question_that_makes_no_sense_names_its_field(
    db: Database, world: World, rule: object, days: int, field: str
) -> None:
    error = db.refused(world.admin, ASK, Jsonb(rule), A1, days)
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", field)


def test_calls_are_those_of_a_company(db: Database, world: World) -> None:
    error = db.refused(world.admin, ASK, Jsonb(SLOW), None, 1)
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "company_cnpj")


# The series that is drawn


def series(data: dict[str, Any]) -> dict[str, list[float | None]]:
    return {s["service"]: s["values"] for s in data["series"]["services"]}


def fives(
    db: Database, at: datetime, latencies: list[int | None], service: str = "omie", count: int = 30
) -> None:
    """Five minutes each, the last one just over; null: no calls."""
    for number, latency in enumerate(reversed(latencies), 1):
        bucket = at - number * 5 * MINUTE
        if latency is not None:
            fill(db, bucket, [latency] * count, service=service, window="5m")
            db.run(UNFINISHED, "5m", bucket)
    db.run("select noc.finalise(%s)", at)


@pytest.fixture
def round_at(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 5 * 5)


def test_a_backtest_draws_what_was_measured_and_its_gaps(
    db: Database, world: World, round_at: datetime
) -> None:
    make_room(db, round_at)
    fives(db, round_at, [300, 1500, None, 300])
    data = asked(db, world.franqueado_a, round_at, SLOW)
    assert data["series"]["step_s"] == 300
    (values,) = series(data).values()
    assert len(values) == 288
    assert [v and round(v / 100) for v in values[-4:]] == [3, 15, None, 3]


def test_fewer_calls_than_the_rule_asks_for_are_not_drawn(
    db: Database, world: World, round_at: datetime
) -> None:
    fives(db, round_at, [1500], count=19)
    fives(db, round_at, [1500], service="f360", count=20)
    assert list(series(asked(db, world.franqueado_a, round_at, SLOW))) == ["f360"]


def test_a_step_shows_its_worst(db: Database, world: World, round_at: datetime) -> None:
    make_room(db, round_at)
    fives(db, round_at, [300, 1500, 300, 300])
    data = asked(db, world.franqueado_a, round_at, SLOW, days=30)
    (values,) = series(data).values()
    assert len(values) <= 360
    known = [v for v in values if v is not None]
    assert max(known) == pytest.approx(1500, rel=0.01)
    below = {"code": "few_calls", "metric": "throughput_low", "degraded_threshold": 1}
    with db.acting_as(world.admin):
        db.one("select public.noc_save_rule(%s)", Jsonb(below))
    fives(db, round_at - 20 * MINUTE, [300], count=5)
    low = series(asked(db, world.franqueado_a, round_at, {"code": "few_calls"}, days=30))
    assert min(v for v in low["omie"] if v is not None) == 1


def test_the_services_with_alerts_are_drawn_first_and_eight_at_most(
    db: Database, world: World, round_at: datetime
) -> None:
    trouble(db, round_at, 10, 1500)
    fives(db, round_at, [300])
    names = [f"svc{n}" for n in range(9)]
    db.run("insert into noc.services (service_name, kind, shared)"
           " select n, 'app', false from unnest(%s::text[]) as n", names)  # fmt: skip
    for name in names:
        fives(db, round_at, [900], service=name)
    drawn = list(series(asked(db, world.franqueado_a, round_at, SLOW)))
    assert drawn[0] == "omie"
    assert len(drawn) == 8


def test_where_nothing_is_stored_nothing_is_drawn(db: Database, world: World, at: datetime) -> None:
    data = asked(db, world.franqueado_a, at, SLOW)
    assert (data["opened"], data["series"]["services"]) == (0, [])


# The platform


CONNECTIONS = {"code": "db_connections"}


def sampled(db: Database, at: datetime, connections: list[int]) -> None:
    """One sample a minute, the last one at `at`, of a database with room for 100."""
    db.run("delete from noc.database_samples")
    db.run(
        "insert into noc.database_samples (sampled_at, connections, connections_limit,"
        " longest_transaction_s, blocked_sessions, blocks_hit, blocks_read, deadlocks_total,"
        " size_bytes, oldest_xid_age, partitions_ahead, ingest_backlog)"
        " select %s - (cardinality(c.taken) - n) * interval '1 minute', c.taken[n], 100, 0, 0, 0,"
        " 0, 0, 1000000, 0, 5, 0 from (select %s::integer[] as taken) as c,"
        " generate_series(1, cardinality(c.taken)) as n",
        at,
        connections,
    )


def test_a_platform_rule_is_tried_on_the_samples_of_the_database(
    db: Database, world: World, at: datetime
) -> None:
    at = at.replace(second=0)
    sampled(db, at, [50] * 20 + [85] * 10 + [50] * 20)
    data = asked(db, world.admin, at, CONNECTIONS, company=None)
    (alert,) = data["alerts"]
    assert (data["company_cnpj"], alert["service"]) == (None, "supabase:postgres")
    assert (alert["severity_max"], alert["peak_value"]) == ("warning", 0.85)
    assert max(v for v in series(data)["supabase:postgres"] if v is not None) == 0.85
    higher = {**CONNECTIONS, "degraded_threshold": 0.86, "degraded_clear": 0.8}
    assert asked(db, world.admin, at, higher, company=None)["opened"] == 0


def test_the_replayed_samples_are_what_the_engine_measures(
    db: Database, world: World, at: datetime
) -> None:
    at = at.replace(second=0)
    sampled(db, at, [50, 60, 70])
    for metric in ("connections_ratio", "partitions_ahead", "deadlocks", "growth_bytes_per_day"):
        live = db.one("select value from noc.measure_platform(%s) where metric = %s", at, metric)
        replayed = db.one(
            "select w.value from noc.replay_samples(jsonb_populate_record(noc.empty_rule(),"
            " jsonb_build_object('metric', %s::text)), %s, %s) as w order by w.at desc limit 1",
            metric,
            at - MINUTE,
            at,
        )
        assert replayed == live, metric


@pytest.mark.parametrize("who", ["franqueado_a", "cliente_a1", "stranger"])
def test_the_platforms_past_is_admins(db: Database, world: World, who: str) -> None:
    for company in (None, A1):
        error = db.refused(getattr(world, who), ASK, Jsonb(CONNECTIONS), company, 1)
        assert (error.sqlstate, error.diag.message_hint) == ("PT404", "scope_not_found")
