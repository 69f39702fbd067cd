-- Every rule, each tick; and what becomes of one that fails.

/* How the last evaluation of each family went. */
create table noc.family_health (
    family text collate "C" primary key references noc.rule_families (family),
    evaluated_at timestamptz,           -- last time without an error
    ms double precision,                -- that it took
    failed_at timestamptz,
    error text
);

alter table noc.family_health enable row level security;

/* Rules that fail now, and how often in a row. */
create table noc.failing_rules (
    rule_id uuid primary key references public.noc_rules (rule_id),
    failures integer not null,
    failing_since timestamptz not null,
    failed_at timestamptz not null,
    error text not null
);

alter table noc.failing_rules enable row level security;

/* How often in a row a rule of each code failed; what alerts by it returns to 0. */
create function noc.measure_engine(at timestamptz)
returns setof noc.measurement
language sql
stable
rows 5
set search_path = ''
as $$
    select (
        'rule_failures', null, null, t.instance, null, coalesce(max(f.failures), 0), null, null,
        null, null
    )::noc.measurement
    from (
        select 'rule:' || r.code as instance
        from noc.failing_rules as f
        inner join public.noc_rules as r on r.rule_id = f.rule_id
        where r.enabled
        union
        select s.instance from noc.rule_states as s where s.metric = 'rule_failures'
    ) as t
    left join (
        select 'rule:' || r.code as instance, f.failures
        from noc.failing_rules as f
        inner join public.noc_rules as r on r.rule_id = f.rule_id
        where r.enabled
    ) as f on f.instance = t.instance
    group by t.instance
$$;

/* One more failure of these rules in a row. */
create function noc.count_failure(rules uuid [], at timestamptz, error text)
returns void
language sql
set search_path = ''
as $$
    insert into noc.failing_rules as f (rule_id, failures, failing_since, failed_at, error)
    select r, 1, at, at, left(count_failure.error, 300) from unnest(rules) as r
    on conflict on constraint failing_rules_pkey do update
    set failures = f.failures + 1, failed_at = excluded.failed_at, error = excluded.error
$$;

/*
The rules of a family that failed as a whole, one by one, each in a savepoint of its own: a
rule that fails leaves its states as they were. When the measurements themselves fail, or
once 5 s are spent, the rules that are left fail without a try. Gives the counts as
noc.evaluate_family does.
*/
create function noc.evaluate_singly(family text, at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_started timestamptz := clock_timestamp();
    v_rules uuid [] := array(
        select r.rule_id
        from public.noc_rules as r
        inner join noc.rule_metrics as k on k.metric = r.metric
        where r.enabled and k.family = evaluate_singly.family
        order by r.code, r.rule_id
    );
    v_rule uuid;
    v_total jsonb;
begin
    begin
        perform count(*) from noc.measure(family, at) as m;
    exception when others then
        perform noc.count_failure(v_rules, at, sqlerrm);
        return null;
    end;
    foreach v_rule in array v_rules loop
        begin
            if clock_timestamp() - v_started > interval '5 seconds' then
                raise exception 'not evaluated: its family spent its 5 s';
            end if;
            v_total := noc.add_counts(v_total, noc.evaluate_family(family, at, array[v_rule]));
            delete from noc.failing_rules as f where f.rule_id = v_rule;
        exception when others then
            perform noc.count_failure(array[v_rule], at, sqlerrm);
        end;
    end loop;
    return v_total;
end;
$$;

/* Two objects of counts, key by key; null: nothing. */
create function noc.add_counts(one jsonb, other jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select coalesce(jsonb_object_agg(
        k.key, coalesce((one ->> k.key)::integer, 0) + coalesce((other ->> k.key)::integer, 0)
    ), '{}')
    from (
        select jsonb_object_keys(coalesce(one, '{}'))
        union
        select jsonb_object_keys(coalesce(other, '{}'))
    ) as k (key)
$$;

/*
Evaluates every enabled rule at the instant `at`. Gives the counts of all families and
"ms"; a family that fails is named with its error in "errors" and its rules are tried one by
one. A rule that fails 3 times in a row is an alert, rule_error.
*/
create function noc.evaluate_rules(at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_started timestamptz := clock_timestamp();
    v_begun timestamptz;
    v_total jsonb
    := '{"evaluated": 0, "opened": 0, "reopened": 0, "escalated": 0, "closed": 0}'::jsonb;
    v_errors jsonb := '{}'::jsonb;
    v_family text;
begin
    for v_family in select f.family from noc.rule_families as f order by f.family loop
        v_begun := clock_timestamp();
        begin
            v_total := noc.add_counts(v_total, noc.evaluate_family(v_family, at));
            delete from noc.failing_rules as f
            using public.noc_rules as r, noc.rule_metrics as k
            where f.rule_id = r.rule_id and k.metric = r.metric and k.family = v_family;
            insert into noc.family_health as h (family, evaluated_at, ms)
            values (
                v_family, at, extract(epoch from clock_timestamp() - v_begun) * 1000
            )
            on conflict on constraint family_health_pkey do update
            set evaluated_at = excluded.evaluated_at, ms = excluded.ms;
        exception when others then
            v_errors := v_errors || jsonb_build_object(v_family, left(sqlerrm, 300));
            raise warning 'rules of family % failed: %', v_family, sqlerrm;
            insert into noc.family_health as h (family, failed_at, error)
            values (v_family, at, left(sqlerrm, 300))
            on conflict on constraint family_health_pkey do update
            set failed_at = excluded.failed_at, error = excluded.error;
            v_total := noc.add_counts(v_total, noc.evaluate_singly(v_family, at));
        end;
    end loop;

    return v_total || jsonb_build_object(
        'ms', round((extract(epoch from clock_timestamp() - v_started) * 1000)::numeric, 1),
        'errors', v_errors
    );
end;
$$;
