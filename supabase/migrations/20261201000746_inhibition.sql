-- Inhibition: a cause that is known tells for its consequences. Only telling is suppressed:
-- what is inhibited opens, stays listed and is resolved like any other.

/*
A critical alert of a source rule silences alerts of the target rules, of the same service
when asked, of the same company unless the source concerns everybody. One hop: what is
inhibited inhibits all the same. An alert that could be the source of a rule is never its
target. `release_s`: how long after the source's end targets are still held back, and at least
until what they measure calls over holds none of the outage.
*/
create table noc.inhibitions (
    name text primary key,
    source_codes text [] not null,
    source_target text,         -- noc_alerts.target; null: any
    target_codes text [],       -- null: every rule
    same_service boolean not null,
    release_s integer not null default 120
);

alter table noc.inhibitions enable row level security;

insert into noc.inhibitions values
('service_down', '{service_down,llm_down}', null, '{p95_latency,error_rate}', true, 120),
-- The backlog of an outage takes its time to drain.
('whatsapp_down', '{service_down}', 'service:whatsapp', '{whatsapp_queue_pending}', true, 900),
('database_down', '{service_down}', 'service:supabase:postgres', null, false, 120),
-- Workers report through it.
('rest_down', '{service_down}', 'service:supabase:rest', '{worker_silent,no_data}', false, 120),
-- Who does not look brings nothing.
('prober_silent', '{worker_silent}', 'service:worker:health', '{no_data}', false, 120);

/* Whether nothing of the alert, or of its parts, is beyond a limit: it is on its way out. */
create function noc.is_recovering(alert_id uuid)
returns boolean
language sql
stable
set search_path = ''
as $$
    select not exists (
        select from noc.rule_states as s
        where s.phase <> 'recovering'
            and (
                s.alert_id = is_recovering.alert_id
                or s.alert_id in (
                    select p.alert_id from public.noc_alerts as p
                    where p.parent_id = is_recovering.alert_id and p.state <> 'closed'
                )
            )
    )
$$;

/*
For each open alert that a source inhibits at `at`, the source: open, or gone a moment ago.
What it has held back and is on its way out stays held back: there is nothing new to tell.
*/
create function noc.inhibited(at timestamptz)
returns table (alert_id uuid, source_id uuid)
language sql
stable
rows 10
set search_path = ''
as $$
    with sources as materialized (
        select i.*, a.alert_id, a.service, a.company_cnpj, a.closed_at
        from noc.inhibitions as i
        inner join public.noc_alerts as a
            on a.code = any(i.source_codes)
            and coalesce(a.target = i.source_target, i.source_target is null)
            and a.severity = 'critical'
            and coalesce(a.closed_at > at - interval '2 hours', true)
        where coalesce(a.close_reason = 'recovered', true)
    )

    select distinct on (a.alert_id) a.alert_id, s.alert_id
    from sources as s
    inner join public.noc_alerts as a
        on a.state <> 'closed'
        and a.alert_id <> s.alert_id
        and coalesce(a.code = any(s.target_codes), s.target_codes is null)
        and (a.service = s.service or not s.same_service)
        and coalesce(a.company_cnpj = s.company_cnpj, s.company_cnpj is null)
        and not (
            a.code = any(s.source_codes)
            and coalesce(a.target = s.source_target, s.source_target is null)
        )
    inner join public.noc_rules as r on r.rule_id = a.rule_id
    left join noc.rule_metrics as k on k.metric = r.metric and k.family = 'traffic'
    where s.closed_at is null
        or s.closed_at > at - make_interval(secs => greatest(
            s.release_s, case when k.metric is not null then r.over_s + 30 end
        ))
        or a.muted_by = 'inhibition:' || s.alert_id and noc.is_recovering(a.alert_id)
    order by a.alert_id, s.closed_at desc nulls first, s.alert_id
$$;

/*
Open alerts that say a queue grows while a person's pause holds it, of the company, its group or
everything, and that pause: nothing leaves because somebody decided so. Told again when it ends.
*/
create function noc.held_backlogs(at timestamptz)
returns table (alert_id uuid, pause_id uuid)
language sql
stable
rows 10
set search_path = ''
as $$
    select distinct on (a.alert_id) a.alert_id, p.pause_id
    from noc.queue_pauses as p
    inner join public.companies as c
        on (p.company_cnpj is null or c.company_cnpj = p.company_cnpj)
        and (p.group_id is null or c.group_id = p.group_id)
    inner join public.noc_alerts as a on a.company_cnpj = c.company_cnpj and a.state <> 'closed'
    inner join public.noc_rules as r on r.rule_id = a.rule_id
    inner join noc.rule_metrics as k
        on k.metric = r.metric and k.family = 'queue' and k.reason = 'backlog'
    where p.ended_at is null
        and p.paused_until > at
        and p.paused_by is not null
        and p.phone_number_id is null
    order by a.alert_id, p.paused_until desc, p.pause_id
$$;
