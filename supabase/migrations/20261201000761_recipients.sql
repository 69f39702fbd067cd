-- Who is told of an alert, and by which channel.

/* Services whose failure a channel cannot tell: it would have to tell it through itself. */
create function noc.carried_by(channel text)
returns text []
language sql
immutable
set search_path = ''
as $$
    select case channel when 'whatsapp' then '{whatsapp}' else '{smtp,email,mail}' end::text []
$$;

/*
Contacts and channels for each of the alerts by its present severity: those that the contact
wants, and of these only what the alert's rule names, when it names some. A channel that a
contact would be told by, but that is refused for good or is what the alert is about, gives way
to the other one, whatever the rule names: a message lost is worse than one too many. Admin is
not told of a part when told of the whole (noc_alerts.parent_id). A shared provider's trouble
is told to the franqueados too whose companies called it in the last day: their own alerts of it
may be inhibited by it. `works`: the contact may work the alert.
*/
create function noc.recipients(alert_ids uuid [])
returns table (
    alert_id uuid, contact_id uuid, channel text, works boolean, escalation_step smallint
)
language sql
stable
set search_path = ''
as $$
    with reached as (
        select
            a.alert_id, c.contact_id, c.escalation_step, h.channel,
            c.role = 'admin' or c.role = 'franqueado' and a.company_cnpj is not null as works,
            coalesce(
                h.address is not null and a.severity >= h.least
                and (l.channels is null or h.channel = any(l.channels))
                and (c.role <> 'cliente' or c.opted_in),
                false
            ) as wanted,
            h.address is not null
            and h.broken_at is null
            and coalesce(a.service <> all(noc.carried_by(h.channel)), true) as able
        from public.noc_alerts as a
        inner join public.noc_rules as l on l.rule_id = a.rule_id
        left join public.companies as m on m.company_cnpj = a.company_cnpj
        left join noc.services as v
            on a.company_cnpj is null
            and not a.incident
            and v.service_name = a.service
            and v.shared
            and v.kind <> 'platform'
        inner join noc.contacts as c
            on c.deleted_at is null
            and (
                c.role = 'admin'
                or c.company_cnpj = a.company_cnpj
                or c.group_id = m.group_id
                or c.role = 'franqueado' and v.service_name is not null and exists (
                    select 1
                    from public.companies as o
                    inner join public.metrics_agg as u
                        on u."window" = '1m'
                        and u.level = 'service'
                        and u.company_cnpj = o.company_cnpj
                        and u.bucket > a.opened_at - interval '1 day'
                        and u.service = v.service_name
                    where o.active
                        and (o.company_cnpj = c.company_cnpj or o.group_id = c.group_id)
                )
            )
        cross join lateral (values
            ('email', c.email, c.email_from, c.email_broken_at),
            ('whatsapp', c.phone, c.whatsapp_from, c.whatsapp_broken_at)
        ) as h (channel, address, least, broken_at)
        where a.alert_id = any(alert_ids)
            and noc.may_be_told(c, a.company_cnpj, m.group_id)
            and not (
                c.role = 'admin'
                and a.parent_id is not null
                and exists (
                    select 1 from noc.notifications as p
                    where p.alert_id = a.parent_id
                        and p.contact_id = c.contact_id
                        and p.state not in ('cancelled', 'dead')
                )
            )
    ),

    weighed as (
        select
            r.*,
            bool_or(r.wanted and not r.able) over (partition by r.alert_id, r.contact_id)
            as hindered
        from reached as r
    )

    select w.alert_id, w.contact_id, w.channel, w.works, w.escalation_step
    from weighed as w
    where w.able and (w.wanted or w.hindered)
$$;

/* What a message about the alert says: the facts as they are `at`, null where there is none. */
create function noc.told_facts(alert public.noc_alerts, at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'at', at, 'alert_id', alert.alert_id, 'code', alert.code, 'service', alert.service,
        'target', alert.target, 'company_cnpj', alert.company_cnpj,
        'company_name', (
            select c.name from public.companies as c where c.company_cnpj = alert.company_cnpj
        ),
        'severity', alert.severity, 'value', alert.last_value, 'threshold', alert.threshold,
        'unit', alert.unit, 'since', alert.started_at, 'closed_at', alert.closed_at,
        'close_reason', alert.close_reason, 'reopen_count', alert.reopen_count
    ) || (select to_jsonb(v) from noc.episode_values(alert) as v)
$$;
