"""The WhatsApp queue in SQL: what a message costs, and whether one company's crowd costs others.

The bare queue beside it does what any does that loses nothing: lock and skip, mark as taken, mark
as sending, mark as sent, each committed. It knows no fence, pause, limit, company or attempt.
"""

from __future__ import annotations

import itertools
import statistics
from typing import Any, Final

from dev.bench.bed import Bed
from dev.bench.result import Result, timed

AT_ONCE: Final = 16
TURNS: Final = 20
NUMBER: Final = "1"
BARE: Final = """
    create table bench.queue (id bigint generated always as identity primary key,
        state text not null default 'queued', run_at timestamptz not null default now());
    create index on bench.queue (run_at, id) where state = 'queued';
"""
TAKE: Final = """
    with due as (
        select id from bench.queue where state = 'queued' and run_at <= now()
        order by run_at, id limit %s for update skip locked
    )
    update bench.queue as q set state = 'leased' from due where q.id = due.id returning q.id
"""
FILL: Final = """
    with made as (
        insert into public.queue_whatsapp (company_cnpj, external_id, status, state, run_at,
            expires_at, created_at, updated_at)
        select c.company_cnpj, %s || n, 'queued', 'queued', now(), now() + interval '1 day', now(),
            now()
        from generate_series(1, %s) as n
        inner join bench.company as c on c.i = case when %s then 1 else 2 + n %% 100 end
        returning message_id
    )
    insert into noc.message_contents (message_id, recipient, recipient_hash, template, language,
        parameters, created_at)
    select message_id, '5511988880001', sha256(message_id::text::bytea), 'a', 'pt_BR', '{}', now()
    from made
"""
FILL_BARE: Final = "insert into bench.queue (state) select 'queued' from generate_series(1, %s)"
EMPTY: Final = "truncate public.queue_whatsapp cascade"
FREE: Final = "update noc.phone_numbers set free_at = '-infinity', per_second = 1000"
CLAIM: Final = "select public.noc_claim_messages('bench', %s, %s)"
BEGIN: Final = "select public.noc_begin_message(%s, %s, %s) ->> 'send'"
SETTLE: Final = "select public.noc_settle_message(%s, %s, 'sent', null, null, 'ref', null)"


def measure(bed: Bed, rounds: int, crowd: int) -> list[Result]:
    """A message's way beside that through a bare queue; a claim beside a crowd and without it."""
    prefixes = map("f{}-".format, itertools.count())
    bed.db.execute(BARE, prepare=False)
    bed.db.execute(CLAIM, (1, NUMBER))  # the number is known from its first claim
    bed.db.execute(EMPTY)
    count = AT_ONCE * TURNS
    taken: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        bed.db.execute(FILL, (next(prefixes), count, False))
        bed.db.execute(FILL_BARE, (count,))
        taken.append((timed(lambda: _ours(bed, count)), timed(lambda: _bare(bed, count))))
    ours, bare = (statistics.median(times) for times in zip(*taken[1:], strict=True))
    alone = _claims(bed, next(prefixes), rounds, 0)
    beside = _claims(bed, next(prefixes), rounds, crowd)
    bed.db.execute(EMPTY)
    note = f"{count / ours:.0f} messages a second against {count / bare:.0f}, one session"
    return [
        Result("claim, begin, settle / bare skip-locked queue", ours / bare, "x", 8, 4, "lower",
               note),
        Result(f"claim beside {crowd:,} of one company / without", beside / alone, "x", 2, 1.2,
               "lower", f"{beside * 1e3:.1f} ms against {alone * 1e3:.1f} ms, {AT_ONCE} messages"),
    ]  # fmt: skip


def _ours(bed: Bed, count: int) -> None:
    sent = 0
    while sent < count:
        for lease in _claim(bed):
            key = (lease["message_id"], lease["fence"])
            assert bed.one(BEGIN, *key, NUMBER) == "true"
            bed.db.execute(SETTLE, key)
            sent += 1


def _bare(bed: Bed, count: int) -> None:
    sent = 0
    while sent < count:
        for (message,) in bed.db.execute(TAKE, (AT_ONCE,)).fetchall():
            for state in ("sending", "sent"):
                bed.db.execute("update bench.queue set state = %s where id = %s", (state, message))
            sent += 1


def _claims(bed: Bed, prefix: str, rounds: int, crowd: int) -> float:
    """Median seconds of a claim while a hundred companies wait, and perhaps a crowd of one."""
    bed.db.execute(EMPTY)
    bed.db.execute(FILL, (prefix, AT_ONCE * TURNS * rounds, False))
    bed.db.execute(FILL, (f"{prefix}crowd", crowd, True))
    bed.db.execute("analyze public.queue_whatsapp")
    return statistics.median(timed(lambda: _claim(bed)) for _ in range(TURNS * rounds))


def _claim(bed: Bed) -> list[dict[str, Any]]:
    bed.db.execute(FREE)
    found: list[dict[str, Any]] = bed.one(CLAIM, AT_ONCE, NUMBER)
    return found
