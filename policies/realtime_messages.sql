-- realtime.messages: members listen to their own topics. There is no INSERT policy:
-- no client may broadcast or track presence.
create policy "noc: listen to own topics" on realtime.messages
for select to authenticated
using (
    extension = 'broadcast'
    and (select realtime.topic()) = any((select noc.my_topics())::text [])
);
