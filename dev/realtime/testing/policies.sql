/*
Who may do what on the test topics; the part before the first ':' decides.
read    authenticated reads broadcasts        both     reads and writes broadcast and presence
present reads presence only                   claimed  reads when the token claims "allow": true
asks    asks realtime.messages.private, which a probe never has
broken  raises                                slow     takes 0.4 s, every time
*/
create schema contract;
grant usage on schema contract to public;

create function contract.may_read(extension text, private boolean)
returns boolean
language plpgsql
volatile
as $$
declare
    v_kind text := split_part(realtime.topic(), ':', 1);
begin
    case v_kind
        when 'read' then return extension = 'broadcast';
        when 'both' then return true;
        when 'present' then return extension = 'presence';
        when 'claimed' then
            return current_setting('request.jwt.claims', true)::jsonb ->> 'allow' = 'true';
        when 'asks' then return private;
        when 'broken' then raise exception 'the policy is broken';
        when 'slow' then perform pg_sleep(0.4); return true;
        else return false;
    end case;
end;
$$;

create policy "read test topics" on realtime.messages
for select to authenticated using (contract.may_read(extension, private));

create policy "write test topics" on realtime.messages
for insert to authenticated with check (realtime.topic() like 'both:%');
