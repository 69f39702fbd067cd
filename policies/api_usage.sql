-- api_usage: without the caller's user_id; the platform's own rows come by RPC.
grant select (
    "timestamp", company_cnpj, service, endpoint, method, status, latency_ms
) on public.api_usage to authenticated;

create policy "read calls of visible companies" on public.api_usage
for select to authenticated
using (company_cnpj = any((select noc.visible_scopes())::text []));
