"""The brute-force oracle of the roll-up: every counter and bucket again, from raw rows.

A coarse window is expected to hold what has closed, and nothing else.
"""

from __future__ import annotations

from typing import Any

import psycopg

RECOMPUTE = """
with raw as (
    select u."timestamp" as ts, u.company_cnpj as c, u.service as s, u.endpoint as e,
        ceil(ln(greatest(u.latency_ms, 1)::float8) * 49.99833327)::bigint as k,
        u.status as st, u.latency_ms as l
    from public.api_usage as u
),
levels as (
    select 'cell' as level, ts, c, s, e, k, st, l from raw
    union all select 'service', ts, c, s, null, k, st, l from raw
    union all select 'company', ts, c, null, null, k, st, l from raw
    union all select 'endpoint', ts, null, s, e, k, st, l from raw
    union all select 'global', ts, null, null, null, k, st, l from raw
),
buckets as (
    select w.win, level, date_bin(w.step, ts, '2000-01-01') as b, c, s, e, k, count(*) as n,
        count(*) filter (where st >= 500 or st = 0) as er,
        count(*) filter (where st between 400 and 499) as er4, sum(l) as sm, max(l) as mx
    from levels
    cross join (
        values ('1m', interval '1 min'), ('5m', interval '5 min'), ('30m', interval '30 min'),
            ('1h', interval '1 hour'), ('6h', interval '6 hours')
    ) as w (win, step)
    left join noc.coarse_windows as o on o."window" = w.win
    where coalesce(date_bin(w.step, ts, '2000-01-01') + w.step <= o.closed_to, true)
        and (w.win <> '6h' or level <> 'cell')
    group by 1, 2, 3, 4, 5, 6, 7
),
expected as (
    select win, level, b, c, s, e, sum(n) as n, sum(er) as er, sum(er4) as er4, sum(sm) as sm,
        max(mx) as mx, string_agg(k || ':' || n, ',' order by k) as sketch
    from buckets group by 1, 2, 3, 4, 5, 6
),
actual as (
    select m."window"::text as win, m.level::text as level, m.bucket as b, m.company_cnpj as c,
        m.service as s, m.endpoint as e, m.count as n, m.errors as er, m.errors_4xx as er4,
        m.latency_sum_ms as sm, m.latency_max_ms as mx, (
            select string_agg(q.k || ':' || q.n, ',' order by q.k) from (
                select x >> 40 as k, sum(x & 1099511627775) as n
                from unnest(m.sketch) as x group by 1
            ) as q
        ) as sketch
    from public.metrics_agg as m
)
select
    count(*) filter (where x.n is null) as extra,
    count(*) filter (where a.n is null) as missing,
    count(*) filter (where (x.n, x.er, x.er4, x.sm, x.mx, x.sketch)
        is distinct from (a.n, a.er, a.er4, a.sm, a.mx, a.sketch)
        and x.n is not null and a.n is not null) as different
from expected as x
full join actual as a on a.win = x.win and a.level = x.level and a.b = x.b
    and coalesce(a.c, '') = coalesce(x.c, '') and coalesce(a.s, '') = coalesce(x.s, '')
    and coalesce(a.e, '') = coalesce(x.e, '')
"""


def differences(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows of metrics_agg that a recompute does not have, misses, or counts otherwise."""
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        row = cursor.execute(RECOMPUTE).fetchone()
    assert row is not None
    return row
