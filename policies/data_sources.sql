-- data_sources: who sees a company must know when its figures are demonstration data.
grant select (
    company_cnpj, source, version, since, until
) on public.data_sources to authenticated;

create policy "read sources of visible companies" on public.data_sources
for select to authenticated
using (company_cnpj = any((select noc.visible_scopes())::text []));
