-- sessions: presence without the person: no user_id, ip or ua.
grant select (
    session_id, company_cnpj, started_at, last_seen_at
) on public.sessions to authenticated;

create policy "read sessions of visible companies" on public.sessions
for select to authenticated
using (coalesce(company_cnpj, '*') = any((select noc.visible_scopes())::text []));
