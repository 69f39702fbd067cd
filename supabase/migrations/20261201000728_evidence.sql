-- What made an alert fire, kept as it was: facts age and go, late rows change the minutes.

/*
One row per episode, taken at its opening (and again when it is opened again). `minutes`: the
1m buckets of the rule's window and of the ten minutes before it; `endpoints`: the five worst
of the window; `requests`: five of them, without person, address and body; `probes`: the last
five; `queue`: messages by status and the oldest that waits; `deeds`: what people did to the
company in the hour before, without their words. Null: not a matter of this rule.
*/
create table noc.alert_evidence (
    alert_id uuid primary key references public.noc_alerts (alert_id) on delete cascade,
    taken_at timestamptz not null,
    window_from timestamptz,
    minutes jsonb,
    endpoints jsonb,
    requests jsonb,
    probes jsonb,
    queue jsonb,
    deeds jsonb
);

alter table noc.alert_evidence enable row level security;

/* 1m rows of one level, company (null: the platform itself) and service. */
create function noc.minutes_of(
    level text, company_cnpj text, service text, first timestamptz, last timestamptz
)
returns setof public.metrics_agg
language sql
stable
rows 20
set search_path = ''
as $$
    -- Two texts of one query: `is not distinct from` would not use the index.
    select m.* from public.metrics_agg as m
    where m."window" = '1m'
        and m.level = minutes_of.level
        and m.company_cnpj = minutes_of.company_cnpj
        and m.bucket between first and last
        and m.service = minutes_of.service
    union all
    select m.* from public.metrics_agg as m
    where m."window" = '1m'
        and m.level = minutes_of.level
        and m.company_cnpj is null
        and minutes_of.company_cnpj is null
        and m.bucket between first and last
        and m.service = minutes_of.service
$$;

/* The window's minutes of one company's service, oldest first. */
create function noc.evidence_minutes(
    company_cnpj text, service text, first timestamptz, last timestamptz
)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_agg(jsonb_build_object(
        'bucket', m.bucket, 'count', m.count,
        'error_rate', m.errors::double precision / nullif(m.count, 0),
        'p95_ms', coalesce(m.p95_ms, (noc.sketch_quantiles(m.sketch, '{0.95}'))[1])
    ) order by m.bucket)
    from noc.minutes_of('service', company_cnpj, service, first, last) as m
$$;

/* The five worst endpoints of the window, by errors for error metrics, else by latency. */
create function noc.evidence_endpoints(
    company_cnpj text, service text, by_errors boolean, first timestamptz, last timestamptz
)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_agg(to_jsonb(w) - 'rank' order by w.rank desc, w.endpoint)
    from (
        select
            m.endpoint, sum(m.count) as count,
            sum(m.errors)::double precision / sum(m.count) as error_rate,
            max(m.latency_max_ms) as latency_max_ms,
            case when by_errors then sum(m.errors) else max(m.latency_max_ms) end as rank
        from noc.minutes_of('cell', company_cnpj, service, first, last) as m
        group by m.endpoint
        order by rank desc, m.endpoint
        limit 5
    ) as w
$$;

/* Five requests of the window's newest 20,000 that show the trouble, worst first. */
create function noc.evidence_requests(
    company_cnpj text, service text, by_errors boolean, first timestamptz, last timestamptz
)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_agg(to_jsonb(w) - 'failed' order by w.failed desc, w.latency_ms desc, w.at desc)
    from (
        select
            n."timestamp" as at, n.endpoint, n.status, n.latency_ms,
            by_errors and (n.status = 0 or n.status >= 500) as failed
        from (
            (
                select u.* from public.api_usage as u
                where u.company_cnpj = evidence_requests.company_cnpj
                    and u."timestamp" between first and last
                order by u."timestamp" desc
                limit 20000
            )
            union all
            (
                select u.* from public.api_usage as u
                where u.company_cnpj is null
                    and evidence_requests.company_cnpj is null
                    and u."timestamp" between first and last
                order by u."timestamp" desc
                limit 20000
            )
        ) as n
        where n.service = evidence_requests.service
        order by failed desc, n.latency_ms desc, n."timestamp" desc
        limit 5
    ) as w
$$;

/*
Takes the evidence of what opened or was opened again and has none of this opening, the most
severe first, 20 at a turn. Gives {"taken"}, or {"error"}: evidence never stops a tick.
*/
create function noc.take_evidence(at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_taken bigint;
begin
    with fresh as materialized (
        select
            a.*, r.over_s, k.family, k.metric, k.reason = 'errors' as by_errors,
            date_trunc('minute', o.opened - make_interval(secs => r.over_s)) as first
        from public.noc_alerts as a
        inner join public.noc_rules as r on r.rule_id = a.rule_id
        inner join noc.rule_metrics as k on k.metric = r.metric
        cross join lateral (
            select max(v.at) as opened from noc.alert_events as v
            where v.alert_id = a.alert_id and v.kind in ('opened', 'reopened')
        ) as o
        left join noc.alert_evidence as e on e.alert_id = a.alert_id and e.taken_at >= o.opened
        where a.state <> 'closed'
            and not a.incident
            and a.flipped_at > at - interval '5 minutes'
            and o.opened > at - interval '5 minutes'
            and o.opened <= at
            and e.alert_id is null
            and not (a.flapping and exists (
                select 1 from noc.alert_evidence as h where h.alert_id = a.alert_id
            ))
        order by a.severity desc, o.opened, a.alert_id
        limit 20
    )

    insert into noc.alert_evidence as e (
        alert_id, taken_at, window_from, minutes, endpoints, requests, probes, queue, deeds
    )
    select
        f.alert_id, at, case when f.family = 'traffic' then f.first end,
        case when f.family = 'traffic' then noc.evidence_minutes(
            f.company_cnpj, f.service, f.first - interval '10 minutes', at
        ) end,
        case when f.family = 'traffic' then noc.evidence_endpoints(
            f.company_cnpj, f.service, f.by_errors, f.first, at
        ) end,
        case when f.family = 'traffic' then noc.evidence_requests(
            f.company_cnpj, f.service, f.by_errors, f.first, at
        ) end,
        case when f.family = 'health' then (
            select jsonb_agg(to_jsonb(p) order by p.checked_at desc)
            from (
                select h.checked_at, h.status, h.outcome, h.reason, h.latency_ms
                from public.service_health as h
                where h.service_name = f.service
                    and h.company_cnpj is not distinct from f.company_cnpj
                order by h.checked_at desc -- also what came since this tick's time, and was judged
                limit 5
            ) as p
        ) end,
        case when f.family = 'queue' then (
            select jsonb_build_object(
                'statuses', coalesce(jsonb_object_agg(q.status, q.messages), '{}'),
                'oldest_at', min(q.oldest_at) filter (where q.status = 'queued')
            )
            from (
                select w.status, count(*) as messages, min(w.created_at) as oldest_at
                from public.queue_whatsapp as w
                where w.company_cnpj = f.company_cnpj and w.status <> 'sent'
                group by w.status
            ) as q
        ) end,
        (
            select jsonb_agg(to_jsonb(d) order by d.at desc)
            from (
                select t.at, t.action, t.target from public.noc_audit as t
                where t.company_cnpj = f.company_cnpj
                    and t.at > take_evidence.at - interval '1 hour'
                    and t.at <= take_evidence.at
                    and t.action not like 'alert\_%'
                order by t.at desc
                limit 10
            ) as d
        )
    from fresh as f
    on conflict (alert_id) do update set
        taken_at = excluded.taken_at, window_from = excluded.window_from,
        minutes = excluded.minutes, endpoints = excluded.endpoints,
        requests = excluded.requests, probes = excluded.probes, queue = excluded.queue,
        deeds = excluded.deeds;
    get diagnostics v_taken = row_count;
    return jsonb_build_object('taken', v_taken);
exception when others then
    raise warning 'taking evidence failed: %', sqlerrm;
    return jsonb_build_object('error', left(sqlerrm, 300));
end;
$$;
