-- noc_rules: those of operable companies; the general ones and a group's are admin's.
grant select (
    rule_id, code, metric, scope_kind, comparator, service, excluded_services, company_cnpj,
    group_id, degraded_threshold, down_threshold, degraded_clear, down_clear, for_degraded_s,
    for_down_s, keep_firing_s, reopen_s, over_s, min_samples, no_data, channels, runbook_url, owner,
    enabled, version, created_at, updated_at
) on public.noc_rules to authenticated;

create policy "read rules of operable companies" on public.noc_rules
for select to authenticated
using (coalesce(company_cnpj, '*') = any((select noc.operable_scopes())::text []));
