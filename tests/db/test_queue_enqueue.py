"""How messages come into the queue: by key or by person, once each, and what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, A2, B1, Database, World, ingest
from tests.db.judging import at_that_time
from tests.db.queueing import Json, claim, enqueue, row, sent, wanted

pytestmark = pytest.mark.usefixtures("world")


def key(db: Database, company: str = A1, *kinds: str) -> str:
    made: str = db.one(
        "select noc.issue_ingest_key(%s, 'test', 'api', null, %s, null, false) ->> 'key'",
        company,
        list(kinds) or None,
    )
    return made


def enqueue_as(db: Database, who: object, at: datetime, *messages: Json, company: str = A1) -> Json:
    answer: Json = at_that_time(
        db,
        who,  # type: ignore[arg-type]
        "select noc.enqueue_messages(%s, %s, %s)",
        company,
        Jsonb(messages),
        at,
    )
    return answer


def test_a_service_with_a_key_for_it_enqueues(db: Database, at: datetime) -> None:
    answer = ingest(db, key(db, A1, "messages"), [wanted()], at, "messages")
    assert answer == {"accepted": 1, "duplicate": 0, "rejected": []}
    assert (row(db)["company_cnpj"], row(db)["state"]) == (A1, "queued")
    assert len(claim(db, at)) == 1


def test_a_key_that_was_not_made_for_messages_sends_none(db: Database, at: datetime) -> None:
    with pytest.raises(psycopg.Error) as caught:
        ingest(db, key(db), [wanted()], at, "messages")
    assert (caught.value.sqlstate, caught.value.diag.message_hint) == ("PT403", "kind")


def test_the_queue_is_told_to_the_pages_with_the_next_tick(db: Database, at: datetime) -> None:
    ingest(db, key(db, A1, "messages"), [wanted()], at, "messages")
    db.run("select noc.roll_up(%s)", at)
    found = db.all("select table_name, company_cnpj from noc.touched")
    assert {"table_name": "queue_whatsapp", "company_cnpj": A1} in found


def test_a_host_that_repeats_itself_sends_once(db: Database, at: datetime) -> None:
    of_service = key(db, A1, "messages")
    for _ in range(2):
        assert ingest(db, of_service, [wanted()], at, "messages", uuid4())["accepted"] == 1
    assert enqueue(db, at, wanted(), wanted(to="5511900000000")) == 2
    sent(db, at)
    assert enqueue(db, at, wanted(template="outro")) == 1
    assert (row(db)["state"], claim(db, at)) == ("sent", [])
    assert db.one("select template from noc.message_contents") == "cobranca"
    assert db.one("select count(*) from noc.message_attempts") == 1


def test_two_companies_may_use_one_id(db: Database, at: datetime) -> None:
    enqueue(db, at, wanted())
    enqueue(db, at, wanted(), company=B1)
    assert len(claim(db, at)) == 2


def test_a_person_who_operates_the_company_enqueues(
    db: Database, world: World, at: datetime
) -> None:
    for who in (world.franqueado_a, world.admin):
        answer = enqueue_as(db, who, at, wanted(str(who)), wanted("ruim", to=None))
        assert answer == {
            "accepted": 1,
            "rejected": [{"index": 1, "reason": "to: is required"}],
        }
    (first, _) = db.all("select * from public.noc_audit where action = 'enqueue_messages'")
    assert first["payload"] == {"accepted": 1, "rejected": 1}


def test_nobody_else_does(db: Database, world: World, at: datetime) -> None:
    for who in (world.cliente_a1, world.franqueado_b, world.stranger):
        assert enqueue_as(db, who, at, wanted())["hint"] == "scope_not_found"
    for company in ("*", "99999999999999", A2 + "1"):
        assert enqueue_as(db, world.admin, at, wanted(), company=company)["hint"] == (
            "scope_not_found"
        )
    assert claim(db, at) == []


@pytest.mark.parametrize("count", [0, 101])
def test_a_person_enqueues_at_most_a_hundred_at_once(
    db: Database, world: World, at: datetime, count: int
) -> None:
    messages = [wanted(str(n)) for n in range(count)]
    error = db.refused(
        world.admin, "select public.noc_enqueue_messages(%s, %s)", A1, Jsonb(messages)
    )
    assert error.diag.message_hint == "messages"


FAULTS = [
    ({"external_id": ""}, "external_id: must have 1 to 120 characters"),
    ({"to": "11 98888-0001"}, "to: must be a telephone number with its country code, digits alone"),
    ({"to": "0551198888000"}, "to: must be a telephone number with its country code, digits alone"),
    ({"template": "Olá"}, "template: must be the name of a template: a-z, 0-9 and _"),
    ({"language": "português"}, "language: must have 2 to 6 characters"),
    ({"language": "PT-br"}, "language: must be a language such as pt_BR"),
    (
        {"parameters": "Ana"},
        "parameters: must be a list of at most 20 texts of 1 to 1000 characters",
    ),
    (
        {"parameters": ["x"] * 21},
        "parameters: must be a list of at most 20 texts of 1 to 1000 characters",
    ),
    (
        {"parameters": [""]},
        "parameters: must be a list of at most 20 texts of 1 to 1000 characters",
    ),
    (
        {"parameters": ["x" * 1001]},
        "parameters: must be a list of at most 20 texts of 1 to 1000 characters",
    ),
    (
        {"parameters": [1]},
        "parameters: must be a list of at most 20 texts of 1 to 1000 characters",
    ),
    ({"button": "a b"}, "button: must be without blanks"),
    ({"priority": 3}, "priority: must be between 0 and 2"),
    ({"run_at": "amanhã"}, "run_at: must be an ISO 8601 instant"),
    ({"company_cnpj": B1}, "company_cnpj: is not the company of this key"),
    ({"texto": "oi"}, "texto: unknown field"),
]


@pytest.mark.parametrize(("wrong", "reason"), FAULTS)
def test_a_bad_message_is_named_and_costs_no_other(
    db: Database, at: datetime, wrong: Json, reason: str
) -> None:
    events = [wanted("bom"), wanted("ruim") | wrong]
    answer = ingest(db, key(db, A1, "messages"), events, at, "messages")
    assert answer["accepted"] == 1
    assert answer["rejected"] == [{"index": 1, "reason": reason}]
    assert row(db)["external_id"] == "bom"


@pytest.mark.parametrize("fine", [{"parameters": ["x" * 1000] * 20}, {"parameters": None}])
def test_what_is_on_the_limit_is_taken(db: Database, at: datetime, fine: Json) -> None:
    assert enqueue(db, at, wanted(**fine)) == 1


@pytest.mark.parametrize(
    ("ahead", "taken"), [(timedelta(days=7), True), (timedelta(days=7, seconds=1), False)]
)
def test_a_message_is_planned_for_at_most_a_week_ahead(
    db: Database, at: datetime, ahead: timedelta, taken: bool
) -> None:
    event = wanted(run_at=(at + ahead).isoformat())
    answer = ingest(db, key(db, A1, "messages"), [event], at, "messages")
    assert answer["accepted"] == int(taken)
    assert taken or "7 days ahead" in answer["rejected"][0]["reason"]


def test_a_message_that_ends_before_it_begins_is_refused(db: Database, at: datetime) -> None:
    event = wanted(run_at=at.isoformat(), expires_at=at.isoformat())
    answer = ingest(db, key(db, A1, "messages"), [event], at, "messages")
    assert answer["rejected"] == [{"index": 0, "reason": "expires_at: must be after run_at"}]


def report(external_id: str, at: datetime, status: str = "sent") -> Json:
    return {
        "external_id": external_id,
        "status": status,
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
    }


def test_a_report_of_a_service_never_moves_a_message_that_we_send(
    db: Database, at: datetime
) -> None:
    enqueue(db, at, wanted())
    answer = ingest(db, key(db), [report("pedido-1", at)], at, "queue_whatsapp")
    assert answer["accepted"] == 1
    assert row(db)["state"] == "queued"
    assert len(claim(db, at)) == 1


def test_a_message_that_a_service_sends_is_not_sent_by_us_too(db: Database, at: datetime) -> None:
    ingest(db, key(db), [report("pedido-1", at, "queued")], at, "queue_whatsapp")
    answer = ingest(db, key(db, A1, "messages"), [wanted()], at, "messages")
    assert answer["rejected"] == [
        {"index": 0, "reason": "external_id: a service reports that it sends this one"}
    ]
    assert claim(db, at) == []


def test_nobody_reads_to_whom_and_what_was_sent(db: Database, world: World, at: datetime) -> None:
    sent(db, at)
    for who in (world.admin, world.franqueado_a):
        assert db.refused(who, "select * from noc.message_contents").sqlstate == "42501"
        assert db.refused(who, "select provider_ref from public.queue_whatsapp").sqlstate == "42501"
    trail = str(db.all("select payload from public.noc_audit"))
    assert "5511988880001" not in trail


def test_the_hash_of_a_recipient_is_found_by_nobody_without_the_key(db: Database) -> None:
    plain = db.one("select sha256('5511988880001')")
    ours = db.one("select noc.recipient_hash('5511988880001')")
    assert (len(ours), ours == plain) == (32, False)
    db.run("update noc.queue_settings set recipient_key = extensions.gen_random_bytes(32)")
    assert db.one("select noc.recipient_hash('5511988880001')") != ours


def test_contents_go_after_thirty_days(db: Database, at: datetime) -> None:
    sent(db, at)
    kept = []
    for days in (30, 31):
        db.run("select noc.maintain(%s)", at + timedelta(days=days))
        kept.append(db.one("select count(*) from noc.message_contents"))
    assert kept == [1, 0]
    assert row(db)["state"] == "sent"
