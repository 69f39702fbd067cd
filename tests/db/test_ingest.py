"""The only way in for facts: keys, batches, and the fate of each bad row."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, A2, B1, Database, World, call, ingest, ingest_key
from tests.scale import scaled

pytestmark = pytest.mark.usefixtures("world")


def stored(db: Database, company: str | None = A1) -> list[dict[str, Any]]:
    return db.all(
        "select * from public.api_usage where company_cnpj is not distinct from %s"
        ' order by "timestamp", latency_ms',
        company,
    )


def test_a_clean_batch_is_stored_whole_under_the_company_of_the_key(
    db: Database, at: datetime
) -> None:
    answer = ingest(db, ingest_key(db, A1, "omie"), [call(at, 12.4), call(at, 80)], at)
    assert answer == {"accepted": 2, "duplicate": 0, "rejected": []}
    assert [(r["service"], r["endpoint"], r["latency_ms"]) for r in stored(db)] == [
        ("omie", "POST /titulos", 12),
        ("omie", "POST /titulos", 80),
    ]


def test_a_batch_sent_again_counts_once(db: Database, at: datetime) -> None:
    key, batch = ingest_key(db), uuid4()
    ingest(db, key, [call(at)], at, batch_id=batch)
    again = ingest(db, key, [call(at)], at, batch_id=batch)
    assert again == {"accepted": 0, "duplicate": 1, "rejected": []}
    assert len(stored(db)) == 1


def test_the_same_batch_id_of_another_key_is_another_batch(db: Database, at: datetime) -> None:
    batch = uuid4()
    ingest(db, ingest_key(db, A1), [call(at)], at, batch_id=batch)
    assert ingest(db, ingest_key(db, B1), [call(at)], at, batch_id=batch)["accepted"] == 1


BAD_ROWS: list[tuple[dict[str, Any], str]] = [
    ({"latency_ms": "NaN"}, "latency_ms: must be between 0 and 3600000"),
    ({"latency_ms": "Infinity"}, "latency_ms: must be between 0 and 3600000"),
    ({"latency_ms": -0.1}, "latency_ms: must be between 0 and 3600000"),
    ({"latency_ms": 3_600_001}, "latency_ms: must be between 0 and 3600000"),
    ({"latency_ms": None}, "latency_ms: is required"),
    ({"latency_ms": True}, "latency_ms: must be between 0 and 3600000"),
    ({"latency_ms": [1]}, "latency_ms: must be between 0 and 3600000"),
    ({"status": 99}, "status: must be 0 or 100 to 599"),
    ({"status": 600}, "status: must be between 0 and 599"),
    ({"status": 200.5}, "status: must be a whole number"),
    ({"status": "ok"}, "status: must be between 0 and 599"),
    ({"latency_ms": "1e-400"}, "latency_ms: must be between 0 and 3600000"),
    ({"method": "get"}, "method: must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    ({"endpoint": "titulos"}, "endpoint: must be a route template that starts with /"),
    ({"endpoint": "/a\nb"}, "endpoint: must be a route template that starts with /"),
    ({"endpoint": "/" + "x" * 200}, "endpoint: must have 0 to 200 characters"),
    ({"endpoint": "/" + "x" * 10_000_000}, "endpoint: must have 0 to 200 characters"),
    ({"user_id": "nobody"}, "user_id: must be a uuid"),
    ({"company_cnpj": B1}, "company_cnpj: is not the company of this key"),
    ({"service": "omie"}, "service: is not among the services of this key"),
    ({"colour": "red"}, "colour: unknown field"),
    (
        {"timestamp": "1970-01-01T00:00:00Z"},
        "timestamp: must lie between 48 hours ago and 5 minutes ahead",
    ),
    ({"timestamp": "infinity"}, "timestamp: must lie between 48 hours ago and 5 minutes ahead"),
    (
        {"timestamp": "294276-12-31T00:00:00Z"},
        "timestamp: must lie between 48 hours ago and 5 minutes ahead",
    ),
    ({"timestamp": "yesterday-ish"}, "timestamp: must be an ISO 8601 instant"),
]


@pytest.mark.parametrize(("fault", "reason"), BAD_ROWS, ids=[r for _, r in BAD_ROWS])
def test_a_bad_row_is_named_and_the_good_ones_are_kept(
    db: Database, at: datetime, fault: dict[str, Any], reason: str
) -> None:
    events = [call(at, 1), {**call(at, 2), **fault}, call(at, 3)]
    answer = ingest(db, ingest_key(db), events, at)
    assert answer == {"accepted": 2, "duplicate": 0, "rejected": [{"index": 1, "reason": reason}]}
    assert [r["latency_ms"] for r in stored(db)] == [1, 3]


OPTIONAL = {"timestamp": None, "company_cnpj": A1, "service": "api", "user_id": str(uuid4())}
# Among them the least names that there are: a field is counted before it is looked at.
UNKNOWN = ["", "\x01", "\x02", " ", "0", "Status", "colour", "latency_msx"]
ANY_VALUE: list[object] = [None, False, 0, "", [], {}]


@pytest.mark.parametrize("seed", range(scaled(200)))
def test_an_unknown_field_is_found_whatever_else_the_event_holds(
    db: Database, at: datetime, seed: int
) -> None:
    """Optional fields there, null or absent; unknown ones in every tenth event."""
    chance = random.Random(seed)
    events, bad = [], []
    for index in range(100):
        event = call(at)
        for field, value in OPTIONAL.items():
            match chance.randrange(3):
                case 0:
                    event.pop(field, None)
                case 1:
                    event[field] = None
                case _:
                    event[field] = value or at.isoformat()
        if chance.random() < 0.1:
            bad.append(index)
            for name in chance.sample(UNKNOWN, chance.randint(1, 3)):
                event[name] = chance.choice(ANY_VALUE)
        events.append(event)
    answer = ingest(db, ingest_key(db), events, at)
    assert [rejected["index"] for rejected in answer["rejected"]] == bad
    assert all(one["reason"].endswith(": unknown field") for one in answer["rejected"])
    assert answer["accepted"] == 100 - len(bad) == len(stored(db))


def test_a_platform_key_has_no_company_not_even_an_empty_one(db: Database, at: datetime) -> None:
    events = [call(at), {**call(at), "company_cnpj": ""}, {**call(at), "company_cnpj": None}]
    answer = ingest(db, ingest_key(db, None), events, at)
    assert answer["accepted"] == 2
    assert answer["rejected"] == [
        {"index": 1, "reason": "company_cnpj: is not the company of this key"}
    ]


@pytest.mark.parametrize(
    ("offset", "fits"),
    [
        (timedelta(hours=-48), True),
        (timedelta(hours=-48, milliseconds=-1), False),
        (timedelta(minutes=5), True),
        (timedelta(minutes=5, milliseconds=1), False),
    ],
)
def test_an_instant_fits_from_48_hours_back_to_5_minutes_ahead(
    db: Database, at: datetime, offset: timedelta, fits: bool
) -> None:
    answer = ingest(db, ingest_key(db), [call(at + offset), call(at)], at)
    assert answer["accepted"] == (2 if fits else 1)


@pytest.mark.parametrize("event", [5, "x", None, [], [{}]])
def test_an_event_that_is_no_object_is_rejected(db: Database, at: datetime, event: object) -> None:
    answer = ingest(db, ingest_key(db), [event, call(at)], at)
    assert answer["accepted"] == 1
    assert answer["rejected"] == [{"index": 0, "reason": "event: must be an object"}]


def test_a_batch_of_bad_rows_alone_is_answered_and_stores_nothing(
    db: Database, at: datetime
) -> None:
    answer = ingest(db, ingest_key(db), [{"x": 1}, {}], at)
    assert [r["index"] for r in answer["rejected"]] == [0, 1]
    assert stored(db) == []


def test_a_number_beyond_every_type_is_rejected_not_an_error(db: Database, at: datetime) -> None:
    answer = db.one(
        "select noc.ingest(%s, gen_random_uuid(), 'api_usage',"
        """ '[{"endpoint":"/x","method":"GET","status":200,"latency_ms":1e131071}]', %s)""",
        ingest_key(db),
        at,
    )
    assert answer["rejected"][0]["reason"].startswith("latency_ms")


@pytest.mark.parametrize(
    "change",
    ["revoked_at = %s", "expires_at = %s"],
    ids=["revoked", "expired"],
)
def test_a_dead_key_is_refused(db: Database, at: datetime, change: str) -> None:
    key = ingest_key(db)
    db.run(f"update noc.ingest_keys set {change} where label = 'test'", at)
    with pytest.raises(psycopg.Error) as refused:
        ingest(db, key, [call(at)], at)
    assert (refused.value.sqlstate, refused.value.diag.message_hint) == ("PT401", "ingest_key")


def test_a_guessed_key_is_refused(db: Database, at: datetime) -> None:
    with pytest.raises(psycopg.Error) as refused:
        ingest(db, "noc_ik_guess", [call(at)], at)
    assert refused.value.sqlstate == "PT401"


def test_a_key_sends_its_kinds_only(db: Database, at: datetime) -> None:
    platform = ingest_key(db, None)
    with pytest.raises(psycopg.Error) as refused:
        ingest(db, platform, [{}], at, kind="jobs")
    assert (refused.value.sqlstate, refused.value.diag.message_hint) == ("PT403", "kind")


def test_the_clear_key_is_stored_nowhere(db: Database) -> None:
    key = ingest_key(db)
    found = db.one("select count(*) from noc.ingest_keys as k where k::text like %s", f"%{key}%")
    assert found == 0


@pytest.mark.parametrize("size", [0, 1001])
def test_a_batch_holds_1_to_1000_events(db: Database, at: datetime, size: int) -> None:
    with pytest.raises(psycopg.Error) as refused:
        ingest(db, ingest_key(db), [call(at)] * size, at)
    assert (refused.value.sqlstate, refused.value.diag.message_hint) == ("PT400", "events")


def test_a_batch_of_1000_events_fits(db: Database, at: datetime) -> None:
    assert ingest(db, ingest_key(db), [call(at)] * 1000, at)["accepted"] == 1000


def test_nobody_but_the_ingest_role_sends_events(db: Database, world: World) -> None:
    query = "select public.noc_ingest('k', gen_random_uuid(), 'api_usage', '[]')"
    for who in (world.admin, world.franqueado_a, world.cliente_a1):
        assert db.refused(who, query).sqlstate == "42501"
    assert db.refused(None, query, role="noc_worker").sqlstate == "42501"
    assert db.refused(None, query, role="noc_ingest").sqlstate == "PT401"


def test_a_finished_job_is_not_taken_back_by_a_late_report(db: Database, at: datetime) -> None:
    key = ingest_key(db)
    job = {"job_id": "7", "job_type": "sync", "started_at": at.isoformat()}
    ingest(db, key, [{**job, "status": "success"}], at, kind="jobs")
    ingest(db, key, [{**job, "status": "running"}], at, kind="jobs")
    assert db.one("select status from public.jobs where company_cnpj = %s", A1) == "success"


def test_the_same_message_id_of_two_companies_is_two_messages(db: Database, at: datetime) -> None:
    event = [{"external_id": "1", "status": "queued", "created_at": at.isoformat()}]
    for company in (A1, A2):
        assert ingest(db, ingest_key(db, company), event, at, "queue_whatsapp")["accepted"] == 1
    assert db.one("select count(*) from public.queue_whatsapp where external_id = '1'") >= 2


def test_an_older_report_of_a_message_changes_nothing(db: Database, at: datetime) -> None:
    key = ingest_key(db)
    for status, minutes in (("sent", 5), ("queued", 1)):
        event = {
            "external_id": "1",
            "status": status,
            "created_at": at.isoformat(),
            "updated_at": (at - timedelta(minutes=10 - minutes)).isoformat(),
        }
        ingest(db, key, [event], at, "queue_whatsapp")
    assert db.one("select status from public.queue_whatsapp where company_cnpj = %s", A1) == "sent"


@pytest.mark.parametrize(
    ("status", "state", "stored"),
    [
        ("queued", None, "queued"),
        ("sent", None, "sent"),
        ("failed", None, "failed"),
        ("queued", "retry", "retry"),
        ("sent", "delivered", "delivered"),
        ("failed", "dead", "dead"),
        ("failed", "unknown", "unknown"),
    ],
)
def test_a_message_is_stored_with_its_finer_state(
    db: Database, at: datetime, status: str, state: str | None, stored: str
) -> None:
    event = {"external_id": "1", "status": status, "state": state, "created_at": at.isoformat()}
    assert ingest(db, ingest_key(db), [event], at, "queue_whatsapp")["accepted"] == 1
    assert db.one("select state from public.queue_whatsapp where company_cnpj = %s", A1) == stored


@pytest.mark.parametrize(
    ("status", "state", "fault"),
    [
        ("sent", "dead", "state: does not belong to the status"),
        ("queued", "failed", "state: does not belong to the status"),
        ("failed", "lost", "state: must be one of"),
    ],
)
def test_a_state_of_another_status_costs_its_row_alone(
    db: Database, at: datetime, status: str, state: str, fault: str
) -> None:
    good = {"external_id": "1", "status": "sent", "created_at": at.isoformat()}
    bad = {"external_id": "2", "status": status, "state": state, "created_at": at.isoformat()}
    answer = ingest(db, ingest_key(db), [good, bad], at, "queue_whatsapp")
    assert answer["accepted"] == 1
    assert [one["index"] for one in answer["rejected"]] == [1]
    assert answer["rejected"][0]["reason"].startswith(fault)


def test_a_fault_of_ours_is_an_error_and_not_an_answer(db: Database, at: datetime) -> None:
    key = ingest_key(db)
    db.run("alter table public.api_usage add constraint broken check (latency_ms <> 77) not valid")
    with pytest.raises(psycopg.errors.CheckViolation):
        ingest(db, key, [call(at, 77)], at)


def test_the_answer_reaches_the_machine_role_through_its_rpc(db: Database, at: datetime) -> None:
    key = ingest_key(db)
    now = db.one("select now()")
    with db.acting_as(None, role="noc_ingest"):
        answer = db.one(
            "select public.noc_ingest(%s, gen_random_uuid(), 'api_usage', %s)",
            key,
            Jsonb([call(now)]),
        )
    assert answer["accepted"] == 1


def test_facts_are_written_by_their_store_function_alone(db: Database) -> None:
    found = db.all(
        "select p.proname from pg_proc as p"
        " where p.prosrc ~ 'insert into public[.](api_usage|app_logs|metrics_agg)' order by 1"
    )
    assert [row["proname"] for row in found] == [
        "close_windows",
        "merge_batches",
        "store_api_usage",
        "store_app_logs",
    ]
