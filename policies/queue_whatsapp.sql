-- queue_whatsapp: states and codes; phones and bodies never enter this table.
grant select (
    message_id, company_cnpj, external_id, status, state, attempts, created_at, updated_at, run_at,
    expires_at, error_class, error_code
) on public.queue_whatsapp to authenticated;

create policy "read messages of visible companies" on public.queue_whatsapp
for select to authenticated
using (company_cnpj = any((select noc.visible_scopes())::text []));
