-- companies: members see their companies; changes go through noc_save_company.
grant select (company_cnpj, name, group_id, active) on public.companies to authenticated;

create policy "read visible companies" on public.companies
for select to authenticated
using (company_cnpj = any((select noc.visible_scopes())::text []));
