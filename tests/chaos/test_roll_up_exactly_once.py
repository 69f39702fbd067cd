"""Every acknowledged event is counted once, whatever dies; the naive way must not pass."""

from __future__ import annotations

import random
from typing import Any

import psycopg
import pytest

from dev.testing.cluster import Cluster
from tests.chaos.storm import Storm, settle
from tests.db.recompute import differences
from tests.scale import scaled

# The control: a watermark over ledger ids, as a simpler design would have it.
NAIVE = """
create table noc.naive_mark (upto bigint not null);
insert into noc.naive_mark values (0);
create function noc.naive_tick(at timestamptz) returns bigint language plpgsql as $$
declare v_from bigint; v_upto bigint; v_rows bigint;
begin
    if not pg_try_advisory_xact_lock(77) then return -1; end if;
    select upto into v_from from noc.naive_mark for update;
    select max(batch_id) into v_upto from public.api_usage where batch_id > v_from;
    if v_upto is null then return 0; end if;
    select m.rows into v_rows from noc.merge_batches(array(
        select row(i, 'api_usage', null, '-infinity', 'infinity')::noc.batch_pending
        from generate_series(v_from + 1, v_upto) as i)) as m;
    update noc.naive_mark set upto = v_upto;
    return v_rows;
end $$;
"""


def keys(connection: psycopg.Connection[Any]) -> tuple[str, ...]:
    rows = connection.execute(
        "select noc.issue_ingest_key(c.company_cnpj, 'storm', 'api', null, null, null, true)"
        " ->> 'key' from public.companies as c"
    ).fetchall()
    connection.commit()
    return tuple(row[0] for row in rows)


def storm(cluster: Cluster, **options: Any) -> Storm:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    with psycopg.connect(cluster.dsn()) as connection:
        return Storm(
            cluster.dsn(), cluster.dsn("supabase_admin"), keys(connection), seed, **options
        )


def stored(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("select count(*) from public.api_usage").fetchone()
    assert row is not None
    return int(row[0])


def test_nothing_acknowledged_is_lost_or_counted_twice_through_kills_and_crashes(
    own_cluster: Cluster,
) -> None:
    weather = storm(own_cluster, batches_per_writer=scaled(2500, least=60))
    tally = weather.run()
    own_cluster.start()  # the last crash may still be recovering
    with psycopg.connect(own_cluster.dsn()) as connection:
        settle(connection, weather.tick)
        print(tally)
        assert stored(connection) == tally.acknowledged
        assert differences(connection) == {"extra": 0, "missing": 0, "different": 0}
    assert tally.kills > 0
    assert tally.rollbacks > 0
    assert tally.faults == []


def test_a_watermark_over_ids_loses_late_commits(own_cluster: Cluster) -> None:
    with psycopg.connect(own_cluster.dsn()) as connection:
        connection.execute(NAIVE)
    weather = storm(
        own_cluster,
        batches_per_writer=60,
        tick="select noc.naive_tick(%s)",
        violent=False,
        holds=(0, 0, 0, 0, 0.5),  # longer than a tick takes in a new session
    )
    weather.run()
    with psycopg.connect(own_cluster.dsn()) as connection:
        connection.execute("delete from noc.batch_pending")
        settle(connection, weather.tick)
        found = differences(connection)
    assert found["missing"] + found["different"] > 0


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_pending_batches_outlive_a_restart(own_cluster: Cluster, mode: str) -> None:
    weather = storm(own_cluster, batches_per_writer=0)
    with psycopg.connect(own_cluster.dsn()) as connection:
        connection.execute(
            "select noc.ingest(%s, gen_random_uuid(), 'api_usage', %s, now())",
            (weather.keys[0], '[{"endpoint":"/x","method":"GET","status":200,"latency_ms":5}]'),
        )
    own_cluster.stop(mode)
    own_cluster.start()
    with psycopg.connect(own_cluster.dsn()) as connection:
        settle(connection, weather.tick)
        assert stored(connection) == 1
        assert differences(connection) == {"extra": 0, "missing": 0, "different": 0}
