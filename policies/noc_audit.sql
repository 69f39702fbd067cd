-- noc_audit: a cliente does not read it; nobody writes it but noc.record_audit. Without
-- the salts and hashes: they serve noc_verify_audit and dev/verify_audit alone.
grant select (
    audit_id, at, actor, actor_role, action, target, company_cnpj, payload
) on public.noc_audit to authenticated;

create policy "read the trail of operable companies" on public.noc_audit
for select to authenticated
using (coalesce(company_cnpj, '*') = any((select noc.operable_scopes())::text []));
