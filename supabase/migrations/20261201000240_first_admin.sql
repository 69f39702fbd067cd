-- The first admin, whom nobody in the application can appoint.

/*
Makes an existing Auth user admin, for whoever holds the database's own password: no API
role may execute it. Gives {"user_id", "email", "made", "admins"}: `made` is false when the
user was admin already, which writes no audit entry; `admins` counts the live ones.
Raises PT400 email: unknown, not confirmed (anybody may have typed that address) or not
one user's alone.
*/
create function noc.make_admin(email text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_email text := lower(btrim(coalesce(make_admin.email, '')));
    v_users uuid[];
    v_confirmed uuid[];
    v_membership uuid;
begin
    select array_agg(u.id), array_agg(u.id) filter (where u.email_confirmed_at is not null)
    into v_users, v_confirmed
    from auth.users as u
    where lower(u.email) = v_email and u.deleted_at is null;

    if v_users is null then
        perform noc.fail('PT400', 'email', format(
            'email: no user %s in Auth; invite the person first', quote_literal(v_email)
        ));
    end if;
    if v_confirmed is null then
        perform noc.fail('PT400', 'email', format(
            'email: %s has not confirmed this address yet', v_email
        ));
    end if;
    if cardinality(v_confirmed) > 1 then
        perform noc.fail('PT400', 'email', format(
            'email: %s Auth users have the address %s', cardinality(v_confirmed), v_email
        ));
    end if;

    insert into noc.memberships (user_id, role) values (v_confirmed[1], 'admin')
    on conflict do nothing
    returning membership_id into v_membership;

    if v_membership is not null then
        perform noc.record_audit(
            'make_admin', 'member:' || v_membership, null,
            jsonb_build_object('user_id', v_confirmed[1], 'database_user', session_user)
        );
    end if;
    return jsonb_build_object(
        'user_id', v_confirmed[1],
        'email', v_email,
        'made', v_membership is not null,
        'admins', (
            select count(*) from noc.memberships as m
            where m.role = 'admin' and m.revoked_at is null
        )
    );
end;
$$;

-- New functions are everybody's until told otherwise; policies/ takes this back too.
revoke execute on function noc.make_admin(text) from public;
