-- Two machines: the state of a rule on one target, which nobody sees, and the alert,
-- one row per episode, which exists only once a rule has fired.

/*
public.noc_alerts is the episode; value, threshold and unit are those of its opening. worst_value
and mean_value are of the time in which it fired, each minute of the clock once in the mean; null
where a status is measured, and for an incident, whose parts have them (noc.episode_values).
*/
create table public.noc_alerts (
    alert_id uuid primary key default gen_random_uuid(),
    rule_id uuid not null references public.noc_rules (rule_id),
    rule_version integer,                       -- of the rule that opened it, or took it over
    code text collate "C" not null,             -- the rule's
    fingerprint text collate "C" not null,      -- noc.fingerprint
    target text collate "C" not null,           -- 'service:<name>' or 'company:<cnpj>'
    company_cnpj text collate "C" references public.companies (company_cnpj),
    service text collate "C" references noc.services (service_name),
    endpoint text collate "C",
    severity public.alert_severity not null,
    severity_max public.alert_severity not null,
    state public.alert_state not null default 'open',
    started_at timestamptz not null,            -- when the trouble began, before any waiting
    opened_at timestamptz not null,
    last_seen_at timestamptz not null,          -- last judged, at most a minute behind
    closed_at timestamptz,
    close_reason text collate "C",              -- recovered, withdrawn, manual
    acked_by uuid,                              -- of the acknowledgement in force
    acked_severity public.alert_severity,       -- what was acknowledged: only worse ends it
    ack_until timestamptz,
    assignee uuid,                              -- who is responsible
    reopen_count integer not null default 0,    -- recovered and came back within rule.reopen_s
    incident boolean not null default false,    -- of several companies: its parts name it as parent
    parent_id uuid references public.noc_alerts (alert_id), -- the incident it is part of
    muted_by text collate "C",                  -- why nobody is told, noc.mute_alerts
    flapping boolean not null default false,    -- opens and closes too often to tell each time
    flipped_at timestamptz not null default now(), -- last opened, closed, or would have, flapping
    value double precision not null,
    last_value double precision not null,
    threshold double precision not null,        -- the limit of the present severity
    unit text not null,
    worst_value double precision,
    mean_value double precision,
    mean_minutes integer not null default 0,    -- how many minutes mean_value is of
    foreign key (rule_id, rule_version) references noc.rule_versions (rule_id, version),
    constraint noc_alerts_target check (target ~ '^(service|company):.'),
    constraint noc_alerts_severity_max check (severity <= severity_max),
    constraint noc_alerts_order check (started_at <= opened_at and opened_at <= closed_at),
    constraint noc_alerts_mean check ((mean_value is null) = (mean_minutes = 0)),
    constraint noc_alerts_ack check (
        (state = 'ack') = (ack_until is not null) and (acked_by is null or ack_until is not null)
    ),
    constraint noc_alerts_closed check (
        (state = 'closed') = (closed_at is not null)
        and (state = 'closed') = (close_reason is not null)
    )
-- Room in the page for one more version of each row: all open ones are seen once a minute.
) with (fillfactor = 50);

create unique index noc_alerts_one_open_per_fingerprint on public.noc_alerts (fingerprint)
where state <> 'closed';
create index noc_alerts_fingerprint_opened_at_idx
on public.noc_alerts (fingerprint, opened_at desc);
create index noc_alerts_company_cnpj_opened_at_idx
on public.noc_alerts (company_cnpj, opened_at desc);
create index noc_alerts_opened_at_idx on public.noc_alerts (opened_at desc);
create index noc_alerts_parent_id_idx on public.noc_alerts (parent_id) where parent_id is not null;
create index noc_alerts_closed_at_idx on public.noc_alerts (closed_at) where closed_at is not null;
create index noc_alerts_rule_id_idx on public.noc_alerts (rule_id);
create index noc_alerts_service_idx on public.noc_alerts (service) where state <> 'closed';

comment on table public.noc_alerts is
'One row per episode. warning = DEGRADED, critical = DOWN; company null: concerns no company.';

/* The worse of two values; null is no value. */
create function noc.worse(one double precision, other double precision, below boolean)
returns double precision
language sql
immutable
parallel safe
as $$
    select case when below then least(one, other) else greatest(one, other) end
$$;

/* The mean of one value more; null is no value. */
create function noc.mean_with(
    mean_value double precision, mean_minutes integer, value double precision
)
returns double precision
language sql
immutable
parallel safe
as $$
    select coalesce(mean_value + (value - mean_value) / (mean_minutes + 1), value, mean_value)
$$;

/* The worst and the mean value of an episode while it fired, of an incident those of its parts. */
create function noc.episode_values(alert public.noc_alerts)
returns table (worst_value double precision, mean_value double precision)
language sql
stable
rows 1
set search_path = ''
as $$
    select (alert).worst_value, (alert).mean_value
    where not (alert).incident
    union all
    select
        case
            when bool_or(k.comparator = 'below') then min(p.worst_value) else max(p.worst_value)
        end,
        sum(p.mean_value * p.mean_minutes) / nullif(sum(p.mean_minutes), 0)
    from public.noc_alerts as p
    inner join public.noc_rules as r on r.rule_id = p.rule_id
    inner join noc.rule_metrics as k on k.metric = r.metric
    where p.parent_id = (alert).alert_id
    having (alert).incident
$$;

/*
What happened to an alert, in order, by the engine (actor null) or by a person, whose words
stand in the entry of the trail alone, where they can be redacted.
*/
create table noc.alert_events (
    event_id bigint generated always as identity primary key,
    alert_id uuid not null references public.noc_alerts (alert_id),
    at timestamptz not null,
    kind text not null,
    severity public.alert_severity not null,
    value double precision,
    actor uuid,
    audit_id bigint,        -- in noc_audit; null: by the engine
    cause text,             -- muted, unmuted: noc_alerts.muted_by; action_*: what was done
    until timestamptz,      -- acknowledged: how long; closed by hand: how long its rule is quiet
    constraint alert_events_kind check (kind in (
        'opened', 'reopened', 'severity_up', 'severity_down', 'acknowledged', 'ack_expired',
        'assigned', 'commented', 'muted', 'unmuted', 'flapping', 'steady', 'closed',
        'action_awaiting', 'action_started', 'action_done', 'action_partial', 'action_failed',
        'action_cancelled', 'action_expired', 'action_reverted', 'action_worked',
        'action_without_effect'
    ))
);

create index alert_events_alert_id_at_idx on noc.alert_events (alert_id, at);
alter table noc.alert_events enable row level security;

-- No row: ok.
create type noc.rule_phase as enum (
    'pending',      -- beyond a limit, but not for long enough
    'firing',
    'recovering',   -- back within the clear limit, but not for long enough
    'no_data'       -- firing when the measurements stopped: held until they return
);

/* One row per rule code and target that is not simply ok. */
create table noc.rule_states (
    fingerprint text collate "C" primary key,
    rule_id uuid not null references public.noc_rules (rule_id) on delete cascade,
    metric text collate "C" not null references noc.rule_metrics (metric),
    company_cnpj text collate "C",
    service text collate "C",
    instance text collate "C",          -- what is measured when neither names it: a worker
    phase noc.rule_phase not null,
    severity public.alert_severity,     -- null while pending
    warning_since timestamptz,          -- beyond the degraded limit without a break since
    critical_since timestamptz,         -- beyond the down limit without a break since
    recovering_since timestamptz,
    seen_at timestamptz not null,       -- last sufficient measurement, at most a minute behind
    alert_id uuid references public.noc_alerts (alert_id),
    latched_until timestamptz,          -- closed by hand (alert_id is null): quiet until then
    constraint rule_states_severity check ((severity is null) = (phase = 'pending')),
    constraint rule_states_recovering check (
        (recovering_since is not null) = (phase = 'recovering')
    )
) with (fillfactor = 50);

create index rule_states_metric_idx on noc.rule_states (metric);
create index rule_states_rule_id_idx on noc.rule_states (rule_id);
create index rule_states_alert_id_idx on noc.rule_states (alert_id);
alter table noc.rule_states enable row level security;

/*
Identity of what one rule code judges. Severity, value and rule_id are left out: an
alert that gets worse, or whose company gets a rule of its own, stays the same alert.
*/
create function noc.fingerprint(
    code text, metric text, company_cnpj text, service text, instance text
)
returns text
language sql
immutable
parallel safe
as $$
    select code || '/' || metric || '/' || coalesce(company_cnpj, '*')
        || '/' || coalesce(service, '*') || coalesce('/' || instance, '')
$$;
