"""Messages in the WhatsApp queue and the worker that sends them, at given instants."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from tests.db.conftest import A1, Database

Json = dict[str, Any]
NUMBER = "500000000000001"


def wanted(external_id: str = "pedido-1", **more: object) -> Json:
    """One message as a host asks for it; None leaves a field out."""
    event: Json = {
        "external_id": external_id,
        "to": "5511988880001",
        "template": "cobranca",
        "parameters": ["Ana", "R$ 10,00"],
    }
    event |= more
    return {name: value for name, value in event.items() if value is not None}


def enqueue(db: Database, at: datetime, *events: Json, company: str = A1) -> int:
    """Puts the messages into the queue as the ingest does; gives how many fitted."""
    fitted: int = db.one("select noc.store_messages(%s, %s, %s)", company, Jsonb(events), at)
    return fitted


def many(
    db: Database, at: datetime, count: int, company: str = A1, prefix: str = "m", **more: object
) -> None:
    """That many messages to as many people."""
    events = [
        wanted(f"{prefix}{n}", to=f"55119{hash((company, prefix)) % 90 + 10:02}{n:06}", **more)
        for n in range(count)
    ]
    assert enqueue(db, at, *events, company=company) == count


def claim(db: Database, at: datetime, most: int = 100, number: str = NUMBER) -> list[Json]:
    claimed: list[Json] = db.one(
        "select noc.claim_messages('tester', %s, %s, %s)", most, number, at
    )
    return claimed


def begin(db: Database, lease: Json, at: datetime, number: str = NUMBER) -> Json:
    begun: Json = db.one(
        "select noc.begin_message(%s, %s, %s, %s)",
        lease["message_id"],
        lease["fence"],
        number,
        at,
    )
    return begun


def settle(
    db: Database,
    lease: Json,
    at: datetime,
    outcome: str = "sent",
    reason: str | None = None,
    code: int | None = None,
    ref: str | None = None,
    retry_after_s: int | None = None,
) -> Json:
    settled: Json = db.one(
        "select noc.settle_message(%s, %s, %s, %s, %s, %s, %s, %s)",
        lease["message_id"],
        lease["fence"],
        outcome,
        reason if outcome == "sent" else reason or "test",
        code,
        ref or (f"wamid.{lease['message_id']}" if outcome == "sent" else None),
        retry_after_s,
        at,
    )
    return settled


def begun(db: Database, at: datetime, **more: object) -> Json:
    """One message that is on its way; gives its lease."""
    enqueue(db, at, wanted(**more))  # type: ignore[arg-type]
    (lease,) = claim(db, at)
    assert begin(db, lease, at)["send"]
    return lease


def sent(db: Database, at: datetime, outcome: str = "sent", **how: Any) -> Json:
    """One message that was sent and settled so; gives its lease."""
    lease = begun(db, at)
    assert settle(db, lease, at, outcome, **how)["accepted"]
    return lease


def row(db: Database, message_id: object | None = None) -> Json:
    """The message, or the only one that there is."""
    rows = db.all(
        "select * from public.queue_whatsapp where run_at is not null"
        " and (%s::uuid is null or message_id = %s::uuid)",
        message_id,
        message_id,
    )
    (found,) = rows
    return found


def attempts(db: Database, message_id: object) -> list[Json]:
    return db.all(
        "select * from noc.message_attempts where message_id = %s order by fence", message_id
    )


def told(db: Database, at: datetime, *statuses: Json) -> Json:
    """The provider's statuses come by webhook."""
    answer: Json = db.one("select noc.apply_webhook(%s, %s)", Jsonb(statuses), at)
    return answer


def status(lease: Json, name: str, code: int | None = None, **more: object) -> Json:
    """One status of the message as the edge function hands it in."""
    return {
        "callback": lease["message_id"],
        "ref": f"wamid.{lease['message_id']}",
        "status": name,
        "code": code,
    } | more


def companies_of(db: Database, leases: list[Json]) -> list[str]:
    """Whose the leased messages are, in that order."""
    ids = [UUID(lease["message_id"]) for lease in leases]
    found = {
        one["message_id"]: one["company_cnpj"]
        for one in db.all(
            "select message_id, company_cnpj from public.queue_whatsapp where message_id = any(%s)",
            ids,
        )
    }
    return [found[one] for one in ids]
