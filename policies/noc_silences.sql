-- noc_silences: those of operable companies; a group's and the general ones are admin's, others
-- read theirs through noc_list_silences.
grant select (
    silence_id, company_cnpj, group_id, matchers, starts_at, ends_at, critical_until,
    end_on_resolve, matched, created_by, audit_id, ended_at
) on public.noc_silences to authenticated;

create policy "read silences of operable companies" on public.noc_silences
for select to authenticated
using (coalesce(company_cnpj, '*') = any((select noc.operable_scopes())::text []));
