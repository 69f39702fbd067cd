"""Messages and a worker's calls against a cluster of a test's own, each committed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import psycopg

NUMBER: Final = "500000000000001"
Lease = dict[str, Any]
FILL: Final = """
    with made as (
        insert into public.queue_whatsapp (company_cnpj, external_id, status, state, run_at,
            expires_at, created_at, updated_at)
        select %(company)s, %(prefix)s || n, 'queued', 'queued', t.at,
            t.at + interval '1 day', t.at, t.at
        from generate_series(1, %(count)s) as n
        cross join (select coalesce(%(at)s::timestamptz, clock_timestamp()) as at) as t
        returning message_id, external_id
    )
    insert into noc.message_contents (message_id, recipient, recipient_hash, template, language,
        parameters, created_at)
    select m.message_id, r.recipient, sha256(r.recipient::bytea), 'cobranca', 'pt_BR', '{Ana}',
        clock_timestamp()
    from made as m
    cross join lateral (
        select '55' || lpad((abs(hashtext(m.external_id)::bigint * 7919) %% 100000000000)::text,
            11, '1') as recipient
    ) as r
"""


def fill(
    db: psycopg.Connection[Any], company: str, prefix: str, count: int, at: datetime | None = None
) -> None:
    """That many messages of the company, due at once, to as many people; `at` null: now."""
    db.execute(FILL, {"company": company, "prefix": prefix, "count": count, "at": at})


def companies(db: psycopg.Connection[Any]) -> list[str]:
    """Every company that the template has."""
    return [row[0] for row in db.execute("select company_cnpj from public.companies order by 1")]


def unlimited(db: psycopg.Connection[Any]) -> None:
    """The business number sends as fast as anybody may."""
    db.execute(
        "insert into noc.phone_numbers (phone_number_id, per_second, target_share)"
        " values (%s, 1000, 1) on conflict (phone_number_id) do update"
        " set per_second = 1000, target_share = 1",
        (NUMBER,),
    )


def claim(
    db: psycopg.Connection[Any], most: int, worker: str = "tester", at: datetime | None = None
) -> list[Lease]:
    """Leases up to `most` messages, as the worker does; `at` null: now."""
    row = db.execute(
        "select noc.claim_messages(%s, %s, %s, coalesce(%s, clock_timestamp()))",
        (worker, most, NUMBER, at),
    )
    found: list[Lease] = row.fetchone()[0]  # type: ignore[index]
    return found


def begin(db: psycopg.Connection[Any], lease: Lease, at: datetime | None = None) -> bool:
    """Whether the message may be sent; `at` null: now."""
    row = db.execute(
        "select (noc.begin_message(%s, %s, %s, coalesce(%s, clock_timestamp()))"
        " ->> 'send')::boolean",
        (lease["message_id"], lease["fence"], NUMBER, at),
    )
    return bool(row.fetchone()[0])  # type: ignore[index]


def settle(db: psycopg.Connection[Any], lease: Lease, at: datetime | None = None) -> None:
    """The message was sent; `at` null: now."""
    db.execute(
        "select noc.settle_message(%s, %s, 'sent', null, null, 'wamid', null,"
        " coalesce(%s, clock_timestamp()))",
        (lease["message_id"], lease["fence"], at),
    )
