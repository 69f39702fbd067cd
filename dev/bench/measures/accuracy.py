"""Error of stored percentiles against percentile_disc, every group of every level."""

from __future__ import annotations

from dev.bench.bed import Bed
from dev.bench.result import Result

ERROR = """
with raw as (
    select date_bin('1 hour', "timestamp", '2000-01-01') as bucket, company_cnpj, service,
        endpoint, latency_ms
    from public.api_usage
),
exact as (
    select 'cell' as level, bucket, company_cnpj, service, endpoint,
        percentile_disc('{0.5,0.95}'::float8[]) within group (order by greatest(latency_ms, 1)) as q
    from raw group by 2, 3, 4, 5
    union all
    select 'company', bucket, company_cnpj, null, null,
        percentile_disc('{0.5,0.95}'::float8[]) within group (order by greatest(latency_ms, 1))
    from raw group by 2, 3
    union all
    select 'global', bucket, null, null, null,
        percentile_disc('{0.5,0.95}'::float8[]) within group (order by greatest(latency_ms, 1))
    from raw group by 2
)
select max(greatest(abs(m.q[1] - e.q[1]) / e.q[1], abs(m.q[2] - e.q[2]) / e.q[2])) * 100,
    count(*)
from exact as e
join (
    select a.*, noc.sketch_quantiles(a.sketch, '{0.5,0.95}') as q
    from public.metrics_agg as a where a."window" = '1h'
) as m on m.level::text = e.level and m.bucket = e.bucket
    and coalesce(m.company_cnpj, '') = coalesce(e.company_cnpj, '')
    and coalesce(m.service, '') = coalesce(e.service, '')
    and coalesce(m.endpoint, '') = coalesce(e.endpoint, '')
"""


def measure(bed: Bed) -> list[Result]:
    """Largest relative error of p50 and p95; needs the rows that `reads` has loaded."""
    row = bed.db.execute(ERROR).fetchone()
    assert row is not None
    error, groups = row
    assert groups > 0
    return [
        Result("largest error against percentile_disc", float(error), "%", 1.0, None, "lower",
               f"p50 and p95 of {groups:,} groups")
    ]  # fmt: skip
