-- The page's own presence: one session row per person, company and half hour of quiet.

/* Marks the caller's session as seen; at most one write a minute. */
create function noc.touch_session(at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_company text;
    v_last timestamptz;
begin
    if (select auth.uid()) is null then
        perform noc.fail('PT401', 'sign_in', 'sign in first');
    end if;
    select min(m.company_cnpj) into v_company from noc.memberships as m
    where m.user_id = (select auth.uid()) and m.revoked_at is null;

    select max(s.last_seen_at) into v_last from public.sessions as s
    where s.user_id = (select auth.uid()) and s.company_cnpj is not distinct from v_company;

    if v_last is null or v_last < at - interval '30 minutes' then
        insert into public.sessions (user_id, company_cnpj, started_at, last_seen_at)
        values ((select auth.uid()), v_company, at, at);
    elsif v_last < at - interval '1 minute' then
        update public.sessions as s set last_seen_at = at
        where s.user_id = (select auth.uid())
            and s.company_cnpj is not distinct from v_company
            and s.last_seen_at = v_last;
    end if;
    if coalesce(v_last < at - interval '1 minute', true) then
        insert into noc.touched (table_name, company_cnpj) values ('sessions', v_company);
    end if;
    return jsonb_build_object('server_time', at);
end;
$$;

create function public.noc_touch_session()
returns jsonb
language sql
set search_path = ''
begin atomic select noc.touch_session(now()); end;

/* Liveness of the database through PostgREST, for anyone. */
create function public.noc_ping()
returns jsonb
language sql
stable
set search_path = ''
begin atomic select jsonb_build_object('server_time', now()); end;
