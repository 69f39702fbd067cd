"""The bench's own cluster and data: a migrated copy, tuned, with companies and calls in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from dev.stack import postgres
from dev.stack.instance import new_instance
from dev.stack.paths import PG_BIN
from dev.testing.cluster import Cluster, copy_of
from dev.testing.stage import build_template, discard

COMPANIES: Final = 200
GROUP_SIZE: Final = 50
ENDPOINTS: Final = 50
SERVICES: Final = ("omie", "f360", "whatsapp", "llm", "banks", "api")
TUNING: Final = """
shared_buffers = 1GB
work_mem = 64MB
maintenance_work_mem = 256MB
max_wal_size = 8GB
min_wal_size = 2GB
wal_compression = lz4
jit = off
"""


@dataclass(frozen=True, slots=True)
class Bed:
    """An open connection as `postgres`, its DSN, and a folder that the server can read."""

    db: psycopg.Connection[Any]
    dsn: str
    admin_dsn: str
    folder: Path

    def one(self, query: str, *args: object) -> Any:
        """First column of the first row."""
        row = self.db.execute(query, args).fetchone()
        return row[0] if row else None

    def empty(self) -> None:
        """No calls and no metrics, as after the installation."""
        self.db.execute("truncate public.api_usage, public.metrics_agg, noc.batch_pending")
        self.db.execute("truncate noc.unfinished_buckets")
        self.db.execute("update noc.coarse_windows set closed_to = '-infinity'")

    def as_admin(self, statement: str) -> None:
        """A statement that needs the superuser: COPY from and to files of the server."""
        with psycopg.connect(self.admin_dsn, autocommit=True) as admin:
            admin.execute(statement)

    def pgbench(self, script: str, clients: int, transactions: int) -> float:
        """Transactions per second of a script, `transactions` per client; raises when any failed.

        Connecting is left out: an API's pool does it once.
        """
        path = self.folder / "script.sql"
        path.write_text(script)
        done = subprocess.run(
            [
                str(PG_BIN / "pgbench"), "-n", "-M", "prepared", "-f", str(path), "-j", "2",
                "-c", str(clients), "-t", str(transactions), self.dsn,
            ],
            check=True,
            capture_output=True,
            text=True,
        )  # fmt: skip
        rate = re.search(r"^tps = ([\d.]+) \(without initial connection time\)$", done.stdout, re.M)
        assert rate is not None, done.stdout
        return float(rate[1])


@contextmanager
def made_bed() -> Iterator[Bed]:
    """A cluster of the bench's own, deleted at the end."""
    template = new_instance(f"test-{os.getpid()}-bench")
    try:
        build_template(template)
        config = template.data / "postgresql.conf"
        config.write_text(config.read_text() + TUNING)
        with copy_of(template.data) as cluster, _folder() as folder, _open(cluster) as db:
            yield Bed(db, cluster.dsn(), cluster.dsn(postgres.ADMIN), folder)
    finally:
        discard(template)


@contextmanager
def _open(cluster: Cluster) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(cluster.dsn(), autocommit=True) as db:
        db.execute(_DIMENSIONS, prepare=False)
        yield db


@contextmanager
def _folder() -> Iterator[Path]:
    path = Path(f"/tmp/noc-bench-{os.getpid()}")
    path.mkdir(mode=0o755)
    try:
        if os.getuid() == 0:
            shutil.chown(path, "postgres", "postgres")
        yield path
    finally:
        shutil.rmtree(path)


_DIMENSIONS: Final = f"""
create schema bench;
delete from noc.check_targets where company_cnpj is null and service_name not like 'supabase:%';
insert into public.company_groups values ('bbbbbbbb-0000-4000-8000-000000000001', 'Bancada');
insert into public.companies (company_cnpj, name, group_id)
select b.base || noc.cnpj_check_digits(b.base), 'Empresa ' || b.i,
    case when b.i <= {GROUP_SIZE} then 'bbbbbbbb-0000-4000-8000-000000000001'::uuid end
from (select i, lpad((70000000 + i * 7919)::text, 12, '0') as base
    from generate_series(1, {COMPANIES}) as i) as b;
create table bench.company as select row_number() over (order by company_cnpj)::int as i,
    company_cnpj from public.companies where name like 'Empresa %';
create table bench.endpoint as select i, (array{list(SERVICES)!r})[1 + i % {len(SERVICES)}]
    as service, 'POST /recurso-' || i as endpoint, ln(20 + (i * 37) % 400) as mu
    from generate_series(1, {ENDPOINTS}) as i;

/* Index 1..n of a Zipf law (s = 1) from a uniform draw. */
create function bench.zipf(u float8, n int) returns int language sql immutable as $$
    select least(n, floor(exp(u * ln(n + 1.0)))::int) $$;

/* `n` calls spread over [starts, starts + span): Zipf companies and endpoints, lognormal
   latencies with a heavy tail of 2 %, 3 % 4xx and 2 % 5xx. */
create function bench.calls(n bigint, starts timestamptz, span interval)
returns table (ts timestamptz, company_cnpj text, service text, endpoint text, status smallint,
    latency_ms int) language sql volatile as $$
    select starts + d.at * span, c.company_cnpj, e.service, e.endpoint,
        (case when d.s < 0.02 then 500 when d.s < 0.05 then 404 else 200 end)::smallint,
        greatest(1, exp(e.mu + 0.6 * sqrt(-2 * ln(1 - d.z)) * cos(2 * pi() * d.y))
            * case when d.t < 0.02 then 8 else 1 end)::int
    from (select random() as at, bench.zipf(random(), {COMPANIES}) as c,
        bench.zipf(random(), {ENDPOINTS}) as e, random() as s, random() as z, random() as y,
        random() as t from generate_series(1, n) offset 0) as d
    join bench.company as c on c.i = d.c join bench.endpoint as e on e.i = d.e $$;

/* Milliseconds that the server takes for a query and its whole answer. */
create function bench.ms(query text) returns float8 language plpgsql as $$
declare v_started timestamptz := clock_timestamp(); v_answer text;
begin
    execute format('select string_agg(q::text, null) from (%s) as q', query) into v_answer;
    return extract(epoch from clock_timestamp() - v_started)::float8 * 1000;
end $$;

create table bench.loaded (batch_id bigint);
/* Puts calls where noc.ingest would, as pending batches of 1,000. */
create function bench.load(n bigint, starts timestamptz, span interval) returns void
language sql as $$
    with calls as (
        select c.*, l.last_id + 1 + (row_number() over () - 1) / 1000 as batch_id
        from bench.calls(n, starts, span) as c
        cross join (select coalesce(max(batch_id), 0) as last_id from bench.loaded) as l
    ),
    facts as (
        insert into public.api_usage
        select ts, company_cnpj, service, endpoint, 'POST', status, latency_ms, null, batch_id
        from calls
    ),
    pending as (
        insert into noc.batch_pending (ledger_id, kind, company_cnpj, first_at, last_at)
        select batch_id, 'api_usage', null, min(ts), max(ts) from calls group by batch_id
    )
    insert into bench.loaded select max(batch_id) from calls $$;
"""
