-- What workers change row by row is announced by the tick, once per company: a claim or a settle
-- bumps nothing itself.

/*
The tick's stage: companies whose messages or jobs changed after the tick of `since` (null: none),
and those that a running action works on, go to noc.touched. 10 s earlier: a change may be
committed after a tick of a later instant. Gives how many pairs of table and company.
*/
create function noc.touch_work(since timestamptz, at timestamptz)
returns bigint
language sql
set search_path = ''
as $$
    with span as (select coalesce(since, at) - interval '10 seconds' as starts),

    changed as (
        select 'queue_whatsapp' as table_name, q.company_cnpj
        from span as s inner join public.queue_whatsapp as q on q.updated_at > s.starts
        union
        select 'jobs', j.company_cnpj
        from span as s inner join public.jobs as j on j.finished_at > s.starts
        union
        select 'jobs', j.company_cnpj
        from span as s
        inner join public.jobs as j
            on j.status = 'running'
            and greatest(j.started_at, j.heartbeat_at, j.stalled_at) > s.starts
        union
        select t.table_name, c.company_cnpj
        from public.noc_actions as a
        cross join lateral unnest(a.companies) as c (company_cnpj)
        cross join (values ('noc_actions'), ('jobs')) as t (table_name)
        where a.status = 'running'
    ),

    touched as (
        insert into noc.touched (table_name, company_cnpj)
        select c.table_name, c.company_cnpj from changed as c
        returning 1
    )

    select count(*) from touched
$$;
