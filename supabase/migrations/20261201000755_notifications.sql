-- The outbox: what people are told, one row per message. It is written in the transaction
-- that judged; workers send it under a lease and a fence, and every row ends: sent (then
-- delivered, read), dead, cancelled, unknown, or bundled into another.

create type noc.notification_state as enum (
    'planned',    -- within the planning transaction only
    'queued',     -- waits for run_at: its first send, or the next try
    'leased',     -- queued -> leased: a worker has it, nothing is on its way
    'sending',    -- leased -> sending: committed before the first byte leaves
    'sent',       -- sending | unknown -> sent: the provider took it
    'delivered',  -- its status came by webhook
    'read',
    'unknown',    -- sending -> unknown: perhaps sent, and the provider cannot tell repeats apart
    'dead',       -- refused for good, or six tries
    'cancelled',  -- there was nothing to tell any more
    'bundled'     -- planned | queued -> bundled: told by the message that bundle_id names
);

/*
`event`: opened, reopened, severity_up, flapping, closed, reminder, escalation of one alert;
group of several about one thing; bundle and storm of many; test, anchor and notice (what an
operator has them told) of none. `seq` tells
two of one event apart: the alert_events.event_id that caused it, or a number of its own.
`payload`: the facts as they were when it was planned (of several: when it was begun and may not
have arrived yet), so that a repeat says the same.
*/
create table noc.notifications (
    notification_id uuid primary key default gen_random_uuid(),
    alert_id uuid references public.noc_alerts (alert_id),
    event text not null,
    seq bigint not null,
    channel text not null,
    contact_id uuid not null references noc.contacts (contact_id),
    company_cnpj text collate "C" references public.companies (company_cnpj),
    severity public.alert_severity not null,
    payload jsonb not null default '{}',
    state noc.notification_state not null,
    reason text,                -- code: why it waits, ended or was not sent
    attempts integer not null default 0,
    may_have_arrived boolean not null default false, -- an attempt of it was cut off
    created_at timestamptz not null,
    run_at timestamptz not null,
    lease_owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    provider_ref text,          -- the provider's own id of the message
    grouped_by text collate "C",    -- with what it may be told in one message; null: alone
    bundle_id uuid references noc.notifications (notification_id) on delete set null,
    instead_of uuid references noc.notifications (notification_id) on delete set null,
    done_at timestamptz,
    constraint notifications_one_per_event
    unique nulls not distinct (alert_id, event, seq, channel, contact_id),
    constraint notifications_event check (event in (
        'opened', 'reopened', 'severity_up', 'flapping', 'closed', 'reminder', 'escalation',
        'group', 'bundle', 'storm', 'test', 'anchor', 'notice'
    )),
    constraint notifications_channel check (channel in ('email', 'whatsapp')),
    constraint notifications_of_an_alert check (
        (alert_id is null) = (event in ('group', 'bundle', 'storm', 'test', 'anchor', 'notice'))
    ),
    constraint notifications_leased check (
        (state in ('leased', 'sending')) = (lease_until is not null)
    ),
    constraint notifications_bundled check (state <> 'bundled' or bundle_id is not null)
);

create index notifications_waiting_idx on noc.notifications (run_at) where state = 'queued';
create index notifications_planned_idx on noc.notifications (contact_id) where state = 'planned';
create index notifications_grouped_by_idx
on noc.notifications (contact_id, channel, grouped_by) where state = 'queued' and attempts = 0;
create index notifications_open_bundle_idx on noc.notifications (contact_id, channel)
where event = 'bundle' and state in ('queued', 'leased');
create index notifications_leased_idx on noc.notifications (lease_until)
where state in ('leased', 'sending');
create index notifications_contact_id_run_at_idx on noc.notifications (contact_id, run_at);
create index notifications_company_cnpj_run_at_idx on noc.notifications (company_cnpj, run_at);
create index notifications_created_at_idx on noc.notifications (created_at);
create index notifications_bundle_id_idx on noc.notifications (bundle_id)
where bundle_id is not null;
create index notifications_instead_of_idx on noc.notifications (instead_of)
where instead_of is not null;
create index notifications_done_at_idx on noc.notifications (done_at);
alter table noc.notifications enable row level security;

/* One row per begun send: repeats can be counted, not guessed. */
create table noc.notification_attempts (
    notification_id uuid not null
    references noc.notifications (notification_id) on delete cascade,
    fence bigint not null,
    worker text not null,
    begun_at timestamptz not null,
    ended_at timestamptz,       -- null: on its way
    outcome text,               -- sent, retry, permanent, ambiguous, lost (its worker ended)
    reason text,
    primary key (notification_id, fence)
);

alter table noc.notification_attempts enable row level security;

/*
Events that no planner has seen. A queue rather than a number to count from: a person's
event may commit after a later one of the engine.
*/
create table noc.unplanned_events (
    event_id bigint primary key references noc.alert_events (event_id) on delete cascade
);

alter table noc.unplanned_events enable row level security;

create function noc.tg_queue_event()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    insert into noc.unplanned_events (event_id)
    select n.event_id from new_rows as n
    where n.kind in (
        'opened', 'reopened', 'severity_up', 'unmuted', 'flapping', 'steady', 'closed'
    );
    return null;
end;
$$;

create trigger alert_events__queue_event
after insert on noc.alert_events
referencing new table as new_rows
for each statement execute function noc.tg_queue_event();

/* How far the planner is, and when so much opened at once that only a summary is told; one row. */
create table noc.planner_state (
    one boolean primary key default true check (one),
    planned_at timestamptz,     -- `at` of its last turn
    storm_since timestamptz,
    storm_until timestamptz
);

insert into noc.planner_state default values;
alter table noc.planner_state enable row level security;

/* Whether the message has, or may have, reached its person. */
create function noc.has_told(state noc.notification_state, may_have_arrived boolean)
returns boolean
language sql
immutable
set search_path = ''
as $$
    select may_have_arrived or state in ('sending', 'sent', 'delivered', 'read', 'unknown')
$$;
