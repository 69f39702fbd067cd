-- company_groups: members see the groups of their companies; changes go through noc_save_group.
grant select (group_id, name) on public.company_groups to authenticated;

create policy "read visible groups" on public.company_groups
for select to authenticated
using (group_id = any((select noc.visible_groups())::uuid []));
