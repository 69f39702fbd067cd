-- noc_actions: those of operable companies; a group's and the general ones are admin's, others
-- read theirs through noc_list_actions.
grant select (
    action_id, alert_id, actor, action, payload, created_at, company_cnpj, group_id, status,
    result, approve_by, decided_at, review, reviewed_at, expires_at, in_effect, ended_at,
    verify_at, verified
) on public.noc_actions to authenticated;

create policy "read actions of operable companies" on public.noc_actions
for select to authenticated
using (coalesce(company_cnpj, '*') = any((select noc.operable_scopes())::text []));
