-- Range partitions made ahead and dropped whole by their upper bound. There is no
-- DEFAULT partition: attaching beside one scans it under an exclusive lock, and a row
-- out of range must be an error with a name.

/* Parents that noc.maintain keeps: their step, how many steps ahead, how long a row lives. */
create table noc.partitioned_tables (
    parent regclass primary key,
    step interval not null,
    ahead integer not null check (ahead >= 2),
    keep interval not null,
    storage text not null default 'fillfactor = 100' -- storage parameters of a leaf
);

alter table noc.partitioned_tables enable row level security;

/* First instant of the step that holds `at`; steps count from 2000-01-03, a Monday, UTC. */
create function noc.partition_start(step interval, at timestamptz)
returns timestamptz
language sql
immutable
parallel safe
set search_path = ''
as $$
    select date_bin(step, at, timestamptz '2000-01-03 00:00+00')
$$;

/* Bounds of every leaf of a parent, [lower, upper). */
create function noc.partition_bounds(parent regclass)
returns table (leaf regclass, lower_bound timestamptz, upper_bound timestamptz)
language sql
stable
rows 10
set search_path = ''
as $$
    select
        c.oid::regclass,
        (regexp_match(b.bound, 'FROM \(''([^'']+)''\)'))[1]::timestamptz,
        (regexp_match(b.bound, 'TO \(''([^'']+)''\)'))[1]::timestamptz
    from pg_catalog.pg_inherits as i
    inner join pg_catalog.pg_class as c on c.oid = i.inhrelid
    cross join lateral (select pg_get_expr(c.relpartbound, c.oid) as bound) as b
    where i.inhparent = parent
$$;

/*
Makes one leaf in schema noc, which no API role can name. CREATE + ATTACH takes SHARE
UPDATE EXCLUSIVE on the parent, where CREATE ... PARTITION OF would block its readers.
*/
create function noc.make_partition(
    parent regclass, step interval, starts timestamptz, storage text
)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    v_leaf text := format(
        '%s_p%s',
        (select relname from pg_catalog.pg_class where oid = parent),
        to_char(starts at time zone 'UTC', 'YYYYMMDD')
    );
begin
    if to_regclass(format('noc.%I', v_leaf)) is not null then
        return false;
    end if;
    execute format(
        'create table noc.%I (like %s including defaults including constraints including generated) '
        'with (%s)', v_leaf, parent, storage
    );
    execute format(
        'alter table %s attach partition noc.%I for values from (%L) to (%L)',
        parent, v_leaf, starts, starts + step
    );
    execute format('alter table noc.%I enable row level security', v_leaf);
    return true;
end;
$$;

/*
Makes the partitions from two days back (late rows are accepted for 48 h) to `ahead`
steps on, and drops those whose upper bound is older than `keep`. Gives the counts. Nothing
is dropped that the roll-up still has to read or write, however long it stood still.
*/
create function noc.maintain_partitions(at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_table noc.partitioned_tables;
    v_starts timestamptz;
    v_leaf regclass;
    v_settled timestamptz := least(
        (select min(p.first_at) from noc.batch_pending as p),
        (select min(w.closed_to) from noc.coarse_windows as w)
    );
    v_made integer := 0;
    v_dropped integer := 0;
begin
    perform set_config('lock_timeout', '2s', true);
    for v_table in select t.* from noc.partitioned_tables as t order by t.parent::text loop
        v_starts := noc.partition_start(v_table.step, at - interval '2 days');
        while v_starts <= noc.partition_start(v_table.step, at) + v_table.ahead * v_table.step loop
            v_made := v_made
                + noc.make_partition(
                    v_table.parent, v_table.step, v_starts, v_table.storage
                )::integer;
            v_starts := v_starts + v_table.step;
        end loop;

        for v_leaf in
            select b.leaf from noc.partition_bounds(v_table.parent) as b
            where b.upper_bound <= least(at - v_table.keep, v_settled)
        loop
            execute format('drop table %s', v_leaf);
            v_dropped := v_dropped + 1;
        end loop;
    end loop;
    return jsonb_build_object('made', v_made, 'dropped', v_dropped);
end;
$$;

/* Whole steps that the least provided table has ahead of `at`; below 2 somebody must look. */
create function noc.partitions_ahead(at timestamptz)
returns integer
language sql
stable
set search_path = ''
as $$
    select min(coalesce(floor(
        extract(epoch from b.last - noc.partition_start(t.step, at)) / extract(epoch from t.step)
    )::integer - 1, -1))
    from noc.partitioned_tables as t
    left join lateral (
        select max(p.upper_bound) as last from noc.partition_bounds(t.parent) as p
    ) as b on true
$$;
