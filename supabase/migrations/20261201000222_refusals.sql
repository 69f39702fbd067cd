-- What was refused stays on record. A raised error rolls back whatever its transaction
-- wrote, its own record too; so a refusal that is to be recorded is an answer.

create table noc.refusals (
    actor uuid primary key,        -- of nobody in particular: the nil uuid
    minute timestamptz not null,   -- the last one in which the actor was refused
    attempts integer not null      -- in that minute
);

alter table noc.refusals enable row level security;

/*
Refuses the caller without raising: records the attempt, sets the HTTP status of PostgREST's
answer from `code` (PTxyz) and gives the error body that a raised error would have. The
calling function returns it at once, before it has changed anything.
Recorded in chain '*', numbered by `attempt`: an actor's first 10 in a minute, then each 100th.
*/
create function noc.refuse(
    action text, target text, code text default 'PT404', hint text default 'scope_not_found',
    message text default 'not found or not yours'
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_attempt integer;
begin
    insert into noc.refusals as r (actor, minute, attempts)
    values (
        coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000'),
        date_trunc('minute', clock_timestamp()), 1
    )
    on conflict on constraint refusals_pkey do update
    set
        minute = excluded.minute,
        attempts = case when r.minute = excluded.minute then r.attempts + 1 else 1 end
    returning r.attempts into v_attempt;

    if v_attempt <= 10 or v_attempt % 100 = 0 then
        perform noc.record_audit(
            'refused', left(refuse.target, 200), null,
            jsonb_build_object('action', refuse.action, 'attempt', v_attempt)
        );
    end if;

    perform set_config('response.status', substr(refuse.code, 3), true);
    return jsonb_build_object(
        'code', refuse.code, 'message', refuse.message, 'details', null, 'hint', refuse.hint
    );
end;
$$;
