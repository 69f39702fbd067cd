-- The WhatsApp queue as people read it: per company what waits, what became of the rest, how it is
-- judged, and what holds it.

/*
The queue of each of the companies: what waits (`pending`), is under way (`sending`), ended
unsent since `failed_since` (`failed`, of any end), died in the last day (`dead`), may have been
sent (`unknown`, of any age), when the oldest that is not yet sent came, how many were sent in the
last ten minutes. `ours`: some of what waits is sent by the NOC. `known`: any message in the last
day. One probe of an index per company and figure.
*/
create function noc.queue_rows(companies text [], failed_since timestamptz, at timestamptz)
returns table (
    company_cnpj text, pending bigint, sending bigint, failed bigint, dead bigint, unknown bigint,
    oldest_at timestamptz, sent bigint, ours boolean, known boolean
)
language sql
stable
rows 50
set search_path = ''
as $$
    select
        c.company_cnpj, w.pending, w.sending, f.failed, d.dead, u.unknown, w.oldest_at, s.sent,
        w.ours, w.oldest_at is not null or exists (
            select from public.queue_whatsapp as q
            where q.company_cnpj = c.company_cnpj
                and q.status = 'sent' and q.updated_at > at - interval '1 day'
        ) or exists (
            select from public.queue_whatsapp as q
            where q.company_cnpj = c.company_cnpj
                and q.status = 'failed' and q.updated_at > at - interval '1 day'
        )
    from unnest(companies) as c (company_cnpj)
    cross join lateral (
        select
            count(*) filter (where q.state in ('queued', 'retry')) as pending,
            count(*) filter (where q.state in ('leased', 'sending')) as sending,
            min(q.created_at) as oldest_at,
            coalesce(bool_or(q.run_at is not null), false) as ours
        from public.queue_whatsapp as q
        where q.company_cnpj = c.company_cnpj and q.status = 'queued'
    ) as w
    cross join lateral (
        select count(*) as failed from public.queue_whatsapp as q
        where q.company_cnpj = c.company_cnpj
            and q.status = 'failed' and q.updated_at >= failed_since
    ) as f
    cross join lateral (
        select count(*) as dead from public.queue_whatsapp as q
        where q.company_cnpj = c.company_cnpj
            and q.state = 'dead' and q.updated_at >= at - interval '1 day'
    ) as d
    cross join lateral (
        select count(*) as unknown from public.queue_whatsapp as q
        where q.company_cnpj = c.company_cnpj and q.state = 'unknown'
    ) as u
    cross join lateral (
        select count(*) as sent from public.queue_whatsapp as q
        where q.company_cnpj = c.company_cnpj
            and q.status = 'sent' and q.updated_at > at - interval '10 minutes'
    ) as s
$$;

/*
The figures as the page shows them. `drain_s`: until what waits has left at the pace of the last
ten minutes; 0 when nothing waits, null when nothing leaves (`leaves` false: it is held).
*/
create function noc.queue_figures(
    pending numeric, sending numeric, failed numeric, dead numeric, unknown numeric,
    oldest_at timestamptz, sent numeric, leaves boolean
)
returns jsonb
language sql
immutable
set search_path = ''
as $$
    select jsonb_build_object(
        'pending', pending, 'sending', sending, 'failed', failed, 'dead', dead,
        'unknown', unknown, 'oldest_at', oldest_at, 'sent_last_10min', sent,
        'drain_s', case
            when pending + sending = 0 then 0
            when leaves and sent > 0 then ceil((pending + sending) * 600 / sent)
        end
    )
$$;

/*
Pauses that reach each of the companies at `at`: in force, or ended with their ramp still rising.
`share`: what they let through. A business number's reaches whoever has messages of the NOC's own
waiting (`own`), and lets through what the freest number does.
*/
create function noc.pauses_on(companies text [], own text [], at timestamptz)
returns table (company_cnpj text, pause noc.queue_pauses, share numeric, in_force boolean)
language sql
stable
rows 10
set search_path = ''
as $$
    with present as materialized (
        select p as pause, noc.pause_share(p, at) as share from noc.queue_pauses as p
        where p.ended_at is null or p.ended_at > at - interval '1 day'
    ),

    freest as materialized (
        select max(noc.number_share(n.phone_number_id, at)) as share from noc.phone_numbers as n
    )

    select
        c.company_cnpj, p.pause, case
            when (p.pause).phone_number_id is null then p.share else coalesce(f.share, p.share)
        end,
        p.share = 0
    from present as p
    cross join freest as f
    inner join public.companies as c
        on c.company_cnpj = any(companies)
        and ((p.pause).company_cnpj is null or c.company_cnpj = (p.pause).company_cnpj)
        and ((p.pause).group_id is null or c.group_id = (p.pause).group_id)
        and ((p.pause).phone_number_id is null or c.company_cnpj = any(own))
    where p.share < 1
$$;

/* The pause as the page shows it; its maker and reason when `named`, its action when `operable`. */
create function noc.pause_json(
    pause noc.queue_pauses, named boolean, operable boolean, at timestamptz
)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'scope', case
            when pause.company_cnpj is not null then 'company'
            when pause.group_id is not null then 'group'
            when pause.phone_number_id is not null then 'number'
            else 'everything'
        end,
        'label', (
            select g.name from public.company_groups as g where g.group_id = pause.group_id
        ),
        'since', pause.paused_at, 'until', nullif(e.ends, 'infinity'), 'ramp_until', case
            when e.ends <= at then e.ends + make_interval(secs => pause.ramp_s)
        end,
        'by', case when named then (
            select u.email from auth.users as u where u.id = pause.paused_by
        ) end,
        'reason', case when named then pause.reason end,
        'action_id', case when operable then pause.action_id end
    )
    from (select least(pause.ended_at, pause.paused_until) as ends) as e
$$;

/* Limits of a rule's code in force for each of the companies, as noc.limits_of finds them. */
create function noc.limits_per_company(code text, companies text [])
returns table (company_cnpj text, limits jsonb)
language sql
stable
rows 50
set search_path = ''
as $$
    select distinct on (c.company_cnpj)
        c.company_cnpj,
        jsonb_build_object('degraded', r.degraded_threshold, 'down', r.down_threshold)
    from public.companies as c
    inner join public.noc_rules as r
        on r.enabled
        and r.code = limits_per_company.code
        and (r.company_cnpj is null or r.company_cnpj = c.company_cnpj)
        and (r.group_id is null or r.group_id = c.group_id)
    where c.company_cnpj = any(companies)
    order by
        c.company_cnpj, r.company_cnpj is null, r.group_id is null, r.service is null
$$;

/* The worst open alert on each company's queue. */
create function noc.queue_alerts(companies text [])
returns table (company_cnpj text, status public.health_status)
language sql
stable
rows 10
set search_path = ''
as $$
    select a.company_cnpj, max(noc.status_of_severity(a.severity))
    from public.noc_alerts as a
    inner join public.noc_rules as r on r.rule_id = a.rule_id
    inner join noc.rule_metrics as k on k.metric = r.metric and k.family = 'queue'
    where a.state <> 'closed' and a.company_cnpj = any(companies)
    group by a.company_cnpj
$$;

/*
The companies' queues as they are shown: what waits against the limits in force, whether the
provider refuses (a hold that no person made), and the worst open alert make `judged`; PAUSED while
a person holds it, or while nothing may leave and no rule calls that worse; NO_DATA when nothing is
known of the last day. Those with nothing to show are left out.
*/
create function noc.shown_queues(s noc.read_scope, operable text [], at timestamptz)
returns table (
    company_cnpj text, name text, pending bigint, sending bigint, failed bigint, dead bigint,
    unknown bigint, oldest_at timestamptz, sent bigint, share numeric, status text, pauses jsonb
)
language sql
stable
rows 50
set search_path = ''
as $$
    with rows as materialized (select q.* from noc.queue_rows(s.companies, s.starts, at) as q),

    pauses as materialized (
        select
            p.company_cnpj, min(p.share) as share,
            bool_or(p.in_force and (p.pause).paused_by is not null) as by_person,
            bool_or(p.in_force and (p.pause).paused_by is null) as refused,
            jsonb_agg(
                noc.pause_json(p.pause, w.named, p.company_cnpj = any(operable), at)
                order by w.place, (p.pause).paused_at, (p.pause).pause_id
            ) as shown
        from noc.pauses_on(
            s.companies, array(select r.company_cnpj from rows as r where r.ours), at
        ) as p
        cross join lateral (
            select
                case
                    when (p.pause).company_cnpj is not null then p.company_cnpj = any(operable)
                    when (p.pause).group_id is not null
                        then (p.pause).group_id = any(noc.operable_groups())
                    else '*' = any(operable)
                end as named,
                case
                    when (p.pause).company_cnpj is not null then 3
                    when (p.pause).group_id is not null then 2
                    when (p.pause).phone_number_id is not null then 4
                    else 1
                end as place
        ) as w
        group by p.company_cnpj
    ),

    judged as (
        select
            r.*, c.name, coalesce(p.share, 1) as share, coalesce(p.by_person, false) as by_person,
            coalesce(p.shown, '[]') as pauses,
            greatest(
                noc.status_of(r.pending, l.limits),
                noc.status_of(coalesce(p.refused, false)::integer, h.limits), a.status
            ) as judged
        from rows as r
        inner join public.companies as c on c.company_cnpj = r.company_cnpj
        left join pauses as p on p.company_cnpj = r.company_cnpj
        left join noc.limits_per_company('whatsapp_queue_pending', s.companies) as l
            on l.company_cnpj = r.company_cnpj
        left join noc.limits_per_company('whatsapp_queue_held', s.companies) as h
            on h.company_cnpj = r.company_cnpj
        left join noc.queue_alerts(s.companies) as a on a.company_cnpj = r.company_cnpj
        where r.known or r.unknown > 0 or p.shown is not null
    )

    select
        j.company_cnpj, j.name, j.pending, j.sending, j.failed, j.dead, j.unknown, j.oldest_at,
        j.sent, j.share, case
            when j.by_person then 'PAUSED'
            when j.judged = 'DOWN' then 'DOWN'
            when j.share = 0 then 'PAUSED'
            when j.judged = 'UP' and not j.known then 'NO_DATA'
            else coalesce(j.judged::text, 'NO_DATA')
        end,
        j.pauses
    from judged as j
$$;

/*
The queue of what the caller sees: its totals and each company with a message in the last day or a
pause, worst first. See docs/rpc.md. Raises PT404 scope_not_found.
*/
create function noc.list_queue(company_cnpj text, group_id uuid, at timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set jit = off
as $$
declare
    -- The queue's card counts what failed over the same hour.
    v_scope constant noc.read_scope
    := noc.read_scope_of(list_queue.company_cnpj, list_queue.group_id, null, '1h', at);
    v_operable constant text [] := noc.operable_scopes();
begin
    return (
        select jsonb_build_object(
            'totals', noc.queue_figures(
                coalesce(sum(s.pending), 0), coalesce(sum(s.sending), 0),
                coalesce(sum(s.failed), 0), coalesce(sum(s.dead), 0),
                coalesce(sum(s.unknown), 0), min(s.oldest_at), coalesce(sum(s.sent), 0),
                coalesce(bool_or(s.share > 0 and s.pending + s.sending > 0), false)
            ),
            'companies', coalesce(jsonb_agg(noc.queue_figures(
                s.pending, s.sending, s.failed, s.dead, s.unknown, s.oldest_at, s.sent, s.share > 0
            ) || jsonb_build_object(
                'company_cnpj', s.company_cnpj, 'company_name', s.name, 'status', s.status,
                'share', round(s.share, 3), 'pauses', s.pauses,
                'can_operate', s.company_cnpj = any(v_operable)
            ) order by
                array_position('{DOWN,PAUSED,DEGRADED,NO_DATA,UP}'::text [], s.status),
                s.pending desc, s.name, s.company_cnpj
            ), '[]'),
            'at', at
        )
        from noc.shown_queues(v_scope, v_operable, at) as s
    );
end;
$$;

create function public.noc_list_queue(
    company_cnpj text default null, group_id uuid default null
)
returns json
language sql
stable
set search_path = ''
begin atomic
    select noc.envelope(noc.list_queue(company_cnpj, group_id, now()));
end;
