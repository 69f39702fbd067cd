-- One alert told from its beginning: what the engine and people did, and how it went before.

/*
The alert, the rule as it was when it fired (runbook and owner as they are), why it did, its
events and what people were told, oldest first, and its last ten episodes; see docs/rpc.md.
People and their words only for those who may work the alert. Raises PT404 alert_not_found,
alike for a foreign alert and for none.
*/
create function noc.timeline(alert_id uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_alert public.noc_alerts := noc.require_alert(timeline.alert_id);
    v_operable text [] := noc.operable_scopes();
    v_works boolean := coalesce(v_alert.company_cnpj, '*') = any(v_operable);
begin
    return jsonb_build_object(
        'alert', noc.alert_json(v_alert, v_operable) || jsonb_build_object(
            'severity_max', v_alert.severity_max, 'first_value', v_alert.value,
            'last_seen_at', v_alert.last_seen_at, 'closed_at', v_alert.closed_at,
            'close_reason', v_alert.close_reason
        ) || (select to_jsonb(v) from noc.episode_values(v_alert) as v),
        'can_work', v_works,
        'rule', (
            select jsonb_build_object(
                'rule_id', r.rule_id, 'version', r.version, 'metric', r.metric,
                'degraded_threshold', r.degraded_threshold, 'down_threshold', r.down_threshold,
                'degraded_clear', r.degraded_clear, 'down_clear', r.down_clear,
                'for_degraded_s', r.for_degraded_s, 'for_down_s', r.for_down_s,
                'keep_firing_s', r.keep_firing_s, 'over_s', r.over_s,
                'min_samples', r.min_samples, 'changed_since', n.version <> r.version,
                'runbook_url', case when v_works then n.runbook_url end,
                'owner', case when v_works then n.owner end
            )
            from public.noc_rules as n
            cross join lateral (
                select (jsonb_populate_record(n, coalesce((
                    select v.rule from noc.rule_versions as v
                    where v.rule_id = n.rule_id and v.version = v_alert.rule_version
                ), '{}'))).*
            ) as r
            where n.rule_id = v_alert.rule_id
        ),
        'evidence', (
            select
                to_jsonb(e) - 'alert_id'
                || case when v_works then '{}' else '{"deeds": null}' end::jsonb
            from noc.alert_evidence as e where e.alert_id = v_alert.alert_id
        ),
        'events', (
            select jsonb_agg(jsonb_build_object(
                'at', e.at, 'kind', e.kind, 'severity', e.severity, 'value', e.value,
                'until', e.until, 'by_person', e.actor is not null,
                'actor', case when v_works then u.email end,
                'note', case when v_works then t.payload ->> 'note' end,
                'redacted', t.audit_id is not null and t.payload is null,
                'cause', split_part(e.cause, ':', 1)
            ) order by e.at, e.event_id)
            from noc.alert_events as e
            left join auth.users as u on u.id = e.actor
            left join public.noc_audit as t on t.audit_id = e.audit_id
            where e.alert_id = v_alert.alert_id
        ),
        'notifications', case when v_works then (
            select coalesce(jsonb_agg(
                noc.notification_json(
                    n, noc.keeps_contacts(c.role, c.company_cnpj, c.group_id)
                ) order by n.created_at, n.notification_id
            ), '[]')
            from noc.notifications as n
            inner join noc.contacts as c on c.contact_id = n.contact_id
            where n.alert_id = v_alert.alert_id
        ) end,
        'seconds_to_ack', (
            select extract(epoch from min(e.at) - v_alert.opened_at)
            from noc.alert_events as e
            where e.alert_id = v_alert.alert_id and e.kind = 'acknowledged'
        ),
        'seconds_to_close', extract(epoch from v_alert.closed_at - v_alert.opened_at),
        'before', (
            select coalesce(jsonb_agg(jsonb_build_object(
                'alert_id', b.alert_id, 'severity_max', b.severity_max,
                'opened_at', b.opened_at, 'closed_at', b.closed_at,
                'close_reason', b.close_reason, 'note', case when v_works then (
                    select t.payload ->> 'note'
                    from noc.alert_events as e
                    inner join public.noc_audit as t on t.audit_id = e.audit_id
                    where e.alert_id = b.alert_id
                        and t.payload ->> 'note' is not null
                        and e.kind <> 'assigned'
                    order by e.at desc
                    limit 1
                ) end
            ) order by b.opened_at desc), '[]')
            from (
                select p.* from public.noc_alerts as p
                where p.fingerprint = v_alert.fingerprint and p.opened_at < v_alert.opened_at
                order by p.opened_at desc
                limit 10
            ) as b
        )
    );
end;
$$;

create function public.noc_timeline(alert_id uuid)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.timeline(alert_id)); end;
