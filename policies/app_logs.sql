-- app_logs: without the message, which only an RPC that checks the role gives.
grant select (
    "timestamp", company_cnpj, service, level
) on public.app_logs to authenticated;

create policy "read logs of visible companies" on public.app_logs
for select to authenticated
using (company_cnpj = any((select noc.visible_scopes())::text []));
