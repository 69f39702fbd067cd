-- How workers take messages: each by one worker at a time, under a lease and a fence.

/*
What became of leases that ran out by `at`. Not begun: free again. Begun: the mail is sent
again under the same Message-ID, by which the receiver knows it; WhatsApp has no such thing, so
the message stays unknown until a webhook or a person says more. Gives how many.
*/
create function noc.reap_notifications(at timestamptz)
returns bigint
language sql
set search_path = ''
as $$
    with expired as (
        select n.notification_id, n.state from noc.notifications as n
        where n.state in ('leased', 'sending') and n.lease_until <= at
        for update skip locked
    ),

    freed as (
        update noc.notifications as n
        set
            state = case
                when e.state = 'leased' or n.channel = 'email' then 'queued'
                else 'unknown'
            end::noc.notification_state,
            reason = case when e.state = 'leased' then n.reason else 'worker_lost' end,
            may_have_arrived = n.may_have_arrived or e.state = 'sending',
            lease_until = null,
            done_at = case when e.state = 'sending' and n.channel = 'whatsapp' then at end
        from expired as e
        where n.notification_id = e.notification_id
        returning n.notification_id, n.fence, e.state
    ),

    logged as (
        update noc.notification_attempts as t
        set ended_at = at, outcome = 'lost'
        from freed as f
        where f.state = 'sending'
            and t.notification_id = f.notification_id
            and t.fence = f.fence
            and t.ended_at is null
    )

    select count(*) from freed
$$;

/*
Messages of channels that nobody can send by: told by the other one where there is an address,
else they wait, and say why. `channels`: those that the worker can send by. Gives how many.
*/
create function noc.reroute_notifications(channels text [], at timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_message noc.notifications;
    v_count bigint := 0;
begin
    for v_message in
        select n.* from noc.notifications as n
        where n.state = 'queued'
            and n.run_at <= at
            and n.channel <> all(channels)
            and n.reason is distinct from 'not_configured'
        order by n.run_at
        limit 200
        for update skip locked
    loop
        if cardinality(channels) > 0 and noc.fall_back(v_message, at) then
            update noc.notifications as n
            set state = 'cancelled', reason = 'not_configured', done_at = at
            where n.notification_id = v_message.notification_id;
        else
            update noc.notifications as n set reason = 'not_configured'
            where n.notification_id = v_message.notification_id;
        end if;
        v_count := v_count + 1;
    end loop;
    return v_count;
end;
$$;

/* Whose breaker speaks for the channel. */
create function noc.provider_of(channel text)
returns text
language sql
immutable
set search_path = ''
as $$
    select case channel when 'email' then 'smtp' when 'whatsapp' then 'meta' end
$$;

/*
Critical messages of a channel whose provider has been cut off for a minute: told by the other
one, where it works, its worker can send by it and nobody is told by it anyway. What may have
arrived waits, and so does what already stands in for another. Gives how many.
*/
create function noc.reroute_cut_off(channels text [], at timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_message noc.notifications;
    v_count bigint := 0;
begin
    for v_message in
        select n.* from noc.notifications as n
        inner join unnest(channels) as o (channel) on o.channel <> n.channel
        inner join noc.contacts as c
            on c.contact_id = n.contact_id
            and noc.address_of(c, o.channel) is not null
            and noc.broken_reason(c, o.channel) is null
        where n.state = 'queued'
            and exists (
                select from noc.breakers as b
                where b.provider = noc.provider_of(n.channel)
                    and (b.company_cnpj is null or b.company_cnpj = n.company_cnpj)
                    and b.opened_at <= at - interval '1 minute'
            )
            and n.run_at <= at
            and n.severity = 'critical'
            and n.instead_of is null
            and not n.may_have_arrived
            and noc.cut_off_s(noc.provider_of(o.channel), n.company_cnpj, at) = 0
            and not exists (
                select from noc.notifications as d
                where d.contact_id = n.contact_id
                    and d.channel = o.channel
                    and d.event = n.event
                    and d.seq = n.seq
                    and d.alert_id is not distinct from n.alert_id
            )
        order by n.run_at
        limit 200
        for update of n skip locked
    loop
        if noc.fall_back(v_message, at) then
            update noc.notifications as n
            set state = 'cancelled', reason = 'cut_off', done_at = at
            where n.notification_id = v_message.notification_id and n.state = 'queued';
            v_count := v_count + 1;
        end if;
    end loop;
    return v_count;
end;
$$;

/*
Leases up to `max` due messages of the channels for 30 seconds, of every company in turn, the
worst first; those of a provider that is cut off wait. Nothing of a person is in the answer:
[{"notification_id", "fence"}].
Raises PT400 worker | max | channels.
*/
create function noc.claim_notifications(
    worker text, max integer, channels text [], at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_claimed jsonb;
begin
    if coalesce(length(worker), 0) not between 1 and 80 then
        perform noc.fail('PT400', 'worker', 'worker: must have 1 to 80 characters');
    end if;
    if coalesce(max, 0) not between 1 and 100 then
        perform noc.fail('PT400', 'max', 'max: must be between 1 and 100');
    end if;
    if channels is null or not channels <@ '{email,whatsapp}'::text [] then
        perform noc.fail('PT400', 'channels', 'channels: must be email, whatsapp, both or none');
    end if;
    perform noc.reap_notifications(at);
    perform noc.reroute_notifications(channels, at);
    perform noc.reroute_cut_off(channels, at);

    with waiting as (
        select
            n.notification_id, n.severity, n.run_at,
            row_number() over (
                partition by n.company_cnpj order by n.severity desc, n.run_at, n.notification_id
            ) as turn
        from noc.notifications as n
        where n.state = 'queued'
            and n.run_at <= at
            and n.channel = any(channels)
            and not exists (
                select from noc.breakers as b
                where b.provider = noc.provider_of(n.channel)
                    and (b.company_cnpj is null or b.company_cnpj = n.company_cnpj)
                    and b.opened_at is not null
                    and b.probe_at > at
            )
    ),

    due as (
        select n.notification_id, w.severity, w.turn, w.run_at
        from noc.notifications as n
        inner join waiting as w on w.notification_id = n.notification_id
        where n.state = 'queued'
        order by w.severity desc, w.turn, w.run_at
        limit claim_notifications.max
        for update of n skip locked
    ),

    claimed as (
        update noc.notifications as n
        set
            state = 'leased',
            fence = n.fence + 1,
            lease_owner = claim_notifications.worker,
            lease_until = at + interval '30 seconds'
        from due as d
        where n.notification_id = d.notification_id
        returning n.notification_id, n.fence, d.severity, d.turn, d.run_at
    )

    select coalesce(jsonb_agg(
        jsonb_build_object('notification_id', c.notification_id, 'fence', c.fence)
        order by c.severity desc, c.turn, c.run_at
    ), '[]') into v_claimed
    from claimed as c;
    return v_claimed;
end;
$$;

create function public.noc_claim_notifications(worker text, max integer, channels text [])
returns jsonb
language sql
set search_path = ''
begin atomic select noc.claim_notifications(worker, max, channels); end;
