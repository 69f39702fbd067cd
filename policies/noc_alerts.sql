-- noc_alerts: one's own companies' alerts; those without a company are admin's.
grant select (
    alert_id, rule_id, code, fingerprint, target, company_cnpj, service, endpoint, severity,
    severity_max, state, started_at, opened_at, last_seen_at, closed_at, close_reason, ack_until,
    reopen_count, incident, flapping, value, last_value, threshold, unit,
    worst_value, mean_value
) on public.noc_alerts to authenticated;

create policy "read alerts of visible companies" on public.noc_alerts
for select to authenticated
using (coalesce(company_cnpj, '*') = any((select noc.visible_scopes())::text []));
