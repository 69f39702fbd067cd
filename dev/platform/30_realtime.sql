/*
The realtime schema as the hosted platform has it (Realtime of 2026-08), for the local stack.
Run once per database as supabase_admin, after 10_roles.sql; migrations never touch what is here,
except for policies on realtime.messages. Every object belongs to supabase_realtime_admin.
postgres_changes (realtime.subscription and its functions) is not part of the local stack.
*/

begin;

create schema realtime authorization supabase_admin;
grant usage on schema realtime to anon, authenticated, service_role;
grant usage on schema realtime to postgres with grant option;
grant all on schema realtime to supabase_realtime_admin with grant option;

/*
One row per database broadcast, kept for 72 hours in daily partitions.
Row level security without a policy: nobody joins a private channel until a migration says who.
The times are UTC without zone, as on the platform.
*/
create table realtime.messages (
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default now(),
    inserted_at timestamp not null default now(),
    id uuid not null default gen_random_uuid(),
    binary_payload bytea,
    primary key (id, inserted_at),
    constraint messages_payload_exclusive check (payload is null or binary_payload is null)
) partition by range (inserted_at);

create index messages_inserted_at_topic_index
on realtime.messages (inserted_at desc, topic)
where extension = 'broadcast' and private is true;

alter table realtime.messages enable row level security;
alter table realtime.messages owner to supabase_realtime_admin;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
grant all on realtime.messages to postgres, dashboard_user;

/* Topic that the running check or broadcast is about; null outside of both. */
create function realtime.topic()
returns text
language sql
stable
as $$
    select nullif(current_setting('realtime.topic', true), '')::text
$$;

/*
Stores a broadcast; the Realtime service sends it once the transaction commits.
Security invoker, and every error becomes a warning: a caller without the right to insert, an
array or scalar payload (jsonb_set refuses it) and a missing partition all lose the message while
the statement succeeds.
*/
create function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
declare
    v_message constant uuid := gen_random_uuid();
begin
    perform set_config('realtime.topic', topic, true);
    insert into realtime.messages (id, topic, extension, event, private, payload)
    select
        v_message, send.topic, 'broadcast', send.event, send.private,
        case
            when send.payload ? 'id' then send.payload
            else jsonb_set(send.payload, array['id'], to_jsonb(v_message))
        end;
exception when others then
    raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;

/* Like realtime.send, for bytes; clients of wire format 1.0.0 never see these. */
create function realtime.send_binary(
    payload bytea, event text, topic text, private boolean default true
)
returns void
language plpgsql
as $$
begin
    perform set_config('realtime.topic', topic, true);
    insert into realtime.messages (topic, extension, event, private, binary_payload)
    values (send_binary.topic, 'broadcast', send_binary.event, send_binary.private, payload);
exception when others then
    raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;

/* Broadcasts a row change from a row trigger; raises for statement triggers and other commands. */
create function realtime.broadcast_changes(
    topic_name text,
    event_name text,
    operation text,
    table_name text,
    table_schema text,
    new record,
    old record,
    level text default 'ROW'
)
returns void
language plpgsql
as $$
begin
    case
        when level = 'STATEMENT' then
            raise exception 'function can only be triggered for each row, not for each statement';
        when operation = any('{INSERT,UPDATE,DELETE}') then
            perform realtime.send(
                jsonb_build_object(
                    'schema', table_schema, 'table', table_name, 'operation', operation,
                    'record', new, 'old_record', old
                ),
                event_name, topic_name
            );
        else
            raise exception 'Unexpected operation type: %', operation;
    end case;
exception when others then
    raise exception 'Failed to process the row: %', sqlerrm;
end;
$$;

alter function realtime.topic() owner to supabase_realtime_admin;
alter function realtime.send(jsonb, text, text, boolean) owner to supabase_realtime_admin;
alter function realtime.send_binary(bytea, text, text, boolean) owner to supabase_realtime_admin;
alter function realtime.broadcast_changes(
    text, text, text, text, text, record, record, text
) owner to supabase_realtime_admin;
grant execute on all functions in schema realtime to postgres, dashboard_user;

/* Partitions from yesterday to three days ahead; the service keeps them from then on. */
do $$
declare
    v_today date := (now() at time zone 'utc')::date;
    v_day date;
    v_name text;
begin
    for v_offset in -1..3 loop
        v_day := v_today + v_offset;
        v_name := 'messages_' || to_char(v_day, 'YYYY_MM_DD');
        execute format(
            'create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
            v_name, v_day, v_day + 1
        );
        execute format('alter table realtime.%I owner to supabase_realtime_admin', v_name);
        execute format('grant all on table realtime.%I to postgres, dashboard_user', v_name);
    end loop;
end;
$$;

create publication supabase_realtime;
create publication supabase_realtime_messages_publication for table realtime.messages;
alter publication supabase_realtime owner to postgres;

commit;
