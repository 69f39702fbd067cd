-- The trail is verified by itself every hour, and what does not hold is an alert.

create table noc.trail_checks (
    checked_at timestamptz primary key,
    chains integer not null,
    faults bigint not null,
    first_bad jsonb         -- {"chain", "seq", "why"} of noc.audit_faults; null: all holds
);

alter table noc.trail_checks enable row level security;

/* Verifies every chain now and keeps the result under `at`. Gives it: {"chains", "faults"}. */
create function noc.check_trail(at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
set jit = off
as $$
declare
    v_chains text [] := array(
        select a.chain from public.noc_audit as a
        union
        select h.chain from noc.audit_heads as h
        union
        select n.chain from noc.audit_anchors as n
    );
    v_faults bigint;
    v_first jsonb;
begin
    select
        count(*),
        (array_agg(
            jsonb_build_object('chain', f.chain, 'seq', f.seq, 'why', f.why) order by f.place
        ))[1]
    into v_faults, v_first
    from noc.audit_faults(v_chains) with ordinality as f (chain, seq, why, place);

    insert into noc.trail_checks (checked_at, chains, faults, first_bad)
    values (at, cardinality(v_chains), v_faults, v_first)
    on conflict (checked_at) do update
    set chains = excluded.chains, faults = excluded.faults, first_bad = excluded.first_bad;
    return jsonb_build_object('chains', cardinality(v_chains), 'faults', v_faults);
end;
$$;

/* Faults of the last check; null when it is older than 3 hours: a check is due each hour. */
create function noc.measure_trail(at timestamptz)
returns setof noc.measurement
language sql
stable
rows 1
set search_path = ''
as $$
    select (
        'audit_faults', null, null, 'audit', null,
        case when c.checked_at >= at - interval '3 hours' then c.faults end, null, c.checked_at,
        extract(epoch from at - c.checked_at), noc.silent_limit(3600)
    )::noc.measurement
    from noc.trail_checks as c
    where c.checked_at <= at
    order by c.checked_at desc
    limit 1
$$;

insert into noc.rule_families (family) values ('trail');
insert into noc.rule_metrics (metric, scope_kind, comparator, family, unit, reason) values
('audit_faults', 'platform', 'above', 'trail', 'count', 'errors');
insert into public.noc_rules (
    code, metric, scope_kind, comparator, down_threshold, for_down_s, keep_firing_s, no_data
) values
('audit_broken', 'audit_faults', 'platform', 'above', 0, 0, 0, 'alert');
