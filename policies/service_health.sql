-- service_health: without details. Rows without a company are admin's; what members may know
-- of shared services comes from noc_overview and noc_badge.
grant select (
    health_id, service_name, company_cnpj, checked_at, status, since, outcome, reason, latency_ms
) on public.service_health to authenticated;

create policy "read probes of visible companies" on public.service_health
for select to authenticated
using (coalesce(company_cnpj, '*') = any((select noc.visible_scopes())::text []));
