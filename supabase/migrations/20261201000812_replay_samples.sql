-- What a rule would have seen in the stored samples of the database, for the backtest.

/*
The measurements of a platform rule, one per sample taken in [starts, ends], as
noc.replay_windows gives those of calls; `samples` null: not a matter of samples.
*/
create function noc.replay_samples(
    rule public.noc_rules, starts timestamptz, ends timestamptz
)
returns table (
    service text, at timestamptz, first timestamptz, last timestamptz, samples bigint,
    value double precision, most double precision
)
language sql
stable
rows 1000
set search_path = ''
as $$
    select
        'supabase:postgres', d.at, d.at, d.at, null::bigint, v.value, v.value
    from (
        select
            s.sampled_at as at, s as taken,
            first_value(s) over (
                order by s.sampled_at
                range between interval '1 hour' preceding and current row
            ) as of_hour,
            first_value(s) over (
                order by s.sampled_at range between interval '1 day' preceding and current row
            ) as of_day
        from noc.database_samples as s
        where s.sampled_at between starts - interval '1 day' and ends
    ) as d
    cross join lateral (
        select noc.sampled_value((rule).metric, d.taken, d.of_hour, d.of_day) as value
    ) as v
    where d.at >= starts
        and coalesce((rule).service = 'supabase:postgres', true)
        and 'supabase:postgres' <> all((rule).excluded_services)
$$;
