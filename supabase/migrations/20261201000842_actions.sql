-- What operators do to the companies' work, as rows: a plan that was shown, the action that was
-- made of it, and its items. Effects on the database are immediate; work outside of it is done
-- item by item.

create type public.action_status as enum (
    'awaiting_approval',    -- a second person has to agree, until approve_by
    'running',              -- awaiting_approval -> running: items are being worked
    'succeeded',
    'partial',              -- some items failed, were skipped or aborted
    'failed',
    'cancelled',            -- rejected, aborted before anything was done, or the right was lost
    'expired',              -- nobody agreed in time
    'reverted'              -- succeeded -> reverted: the effect was taken back or ended by itself
);

/* What an operator was shown and may execute once, within two minutes. */
create table noc.action_plans (
    plan_id uuid primary key default gen_random_uuid(),
    actor uuid not null,
    action text not null,
    company_cnpj text collate "C" references public.companies (company_cnpj),
    group_id uuid references public.company_groups (group_id),
    payload jsonb not null,             -- noc.checked_action
    alert_id uuid references public.noc_alerts (alert_id),
    companies text [] not null,         -- what it reaches
    ids uuid [] not null,               -- of jobs, messages or contacts
    size integer not null,              -- what may not have grown by a tenth meanwhile
    confirm integer,                    -- number to type; null: none
    second_person boolean not null,
    plan_hash text not null,
    body jsonb not null,                -- as it was shown
    created_at timestamptz not null,
    expires_at timestamptz not null
);

create index action_plans_company_cnpj_idx on noc.action_plans (company_cnpj);
create index action_plans_group_id_idx on noc.action_plans (group_id);
create index action_plans_alert_id_idx on noc.action_plans (alert_id);
create index action_plans_expires_at_idx on noc.action_plans (expires_at);
alter table noc.action_plans enable row level security;

/*
`company_cnpj` and `group_id` null: of everything, or of items of several companies
(`companies`). The reason stands in the trail (`audit_id`), where it can be redacted.
*/
create table public.noc_actions (
    action_id uuid primary key default gen_random_uuid(),
    alert_id uuid references public.noc_alerts (alert_id),
    actor uuid not null,
    action text not null check (action in (
        'pause_queue', 'resume_queue', 'reprocess', 'switch_source', 'notify'
    )),
    payload jsonb not null,
    created_at timestamptz not null,
    company_cnpj text collate "C" references public.companies (company_cnpj),
    group_id uuid references public.company_groups (group_id),
    companies text [] not null,
    everything boolean not null,        -- reaches companies that come later too
    plan_id uuid not null unique,
    plan_hash text not null,
    size integer not null,
    idempotency_key text not null,
    status public.action_status not null,
    result jsonb not null default '{}', -- codes and counts
    audit_id bigint not null,           -- in noc_audit: the request with its reason
    approve_by timestamptz,
    decided_by uuid,                    -- the second person
    decided_at timestamptz,
    review boolean not null default false,  -- done without the second person: to be reviewed
    reviewed_at timestamptz,
    expires_at timestamptz,             -- its effect ends by itself
    in_effect boolean not null default false,
    ended_at timestamptz,
    verify_at timestamptz,              -- when its expected effect is looked at
    verified boolean,                   -- null: not yet, or nothing to see
    constraint noc_actions_once unique (actor, idempotency_key),
    constraint noc_actions_awaits check (
        status <> 'awaiting_approval' or approve_by is not null
    )
);

create index noc_actions_company_cnpj_idx on public.noc_actions (company_cnpj);
create index noc_actions_group_id_idx on public.noc_actions (group_id);
create index noc_actions_alert_id_idx on public.noc_actions (alert_id) where alert_id is not null;
create index noc_actions_created_at_idx on public.noc_actions (created_at, action_id);
create index noc_actions_actor_created_at_idx on public.noc_actions (actor, created_at);
create index noc_actions_open_idx on public.noc_actions (status)
where status in ('awaiting_approval', 'running');
create index noc_actions_verify_at_idx on public.noc_actions (verify_at)
where verified is null and verify_at is not null;
create index noc_actions_companies_idx on public.noc_actions using gin (companies);

-- One effect of a kind per scope: who does it again gets the first one or extends it.
create unique index noc_actions_one_in_effect_idx on public.noc_actions (
    action, coalesce(company_cnpj, group_id::text, '*')
) where in_effect;

comment on table public.noc_actions is
'What operators did or asked for: one row per action, with its plan, state and effect.';

/*
One job, message or person of an action. A job's item ends when the attempt that was started for
it ends. Several tries of one item start the same attempt, by which its handler knows them.
*/
create table noc.action_items (
    item_id bigint generated always as identity primary key,
    action_id uuid not null references public.noc_actions (action_id) on delete cascade,
    kind text not null check (kind in ('job', 'message', 'notice')),
    ref uuid not null,                  -- the job, message or notification
    company_cnpj text collate "C" references public.companies (company_cnpj),
    job_type text collate "C",
    state text not null default 'waiting' check (state in (
        'waiting',
        'leased',       -- a worker has it, nothing is on its way
        'sending',      -- committed before the call leaves
        'started',      -- the handler took it; its job runs
        'ok', 'skipped', 'failed'
    )),
    reason text,                        -- code: why it waits or ended so
    job_id uuid references public.jobs (job_id) on delete set null,     -- its new attempt
    tries integer not null default 0,
    begun_at timestamptz,               -- when its handler was last called
    run_at timestamptz not null,
    lease_owner text,
    lease_until timestamptz,
    fence bigint not null default 0,
    done_at timestamptz,
    constraint action_items_once unique (action_id, kind, ref),
    constraint action_items_leased check (
        (state in ('leased', 'sending')) = (lease_until is not null)
    ),
    constraint action_items_done check (
        (state in ('ok', 'skipped', 'failed')) = (done_at is not null)
    )
);

create index action_items_company_cnpj_idx on noc.action_items (company_cnpj);
create index action_items_job_id_idx on noc.action_items (job_id) where job_id is not null;
create index action_items_ref_idx on noc.action_items (ref);
create index action_items_waiting_idx on noc.action_items (run_at) where state = 'waiting';
create index action_items_leased_idx on noc.action_items (lease_until)
where state in ('leased', 'sending');
-- One live attempt per company and type of job.
create unique index action_items_one_live_idx on noc.action_items (company_cnpj, job_type)
where kind = 'job' and state in ('sending', 'started');
alter table noc.action_items enable row level security;

/* Admin's switch that stops every new action; one row. */
create table noc.action_control (
    one boolean primary key default true check (one),
    frozen_at timestamptz,
    frozen_by uuid,
    audit_id bigint
);

insert into noc.action_control default values;
alter table noc.action_control enable row level security;

/*
Where jobs of a type are started again: `url` is called under the signature of the secret that
the worker's environment holds as NOC_JOB_SECRET_<secret_ref>. `effect`: read_sync may be done
twice without harm, send may not.
*/
create table noc.job_handlers (
    job_type text collate "C" primary key check (job_type ~ '^[^[:cntrl:]]{1,80}$'),
    url text not null check (url ~ '^https?://[^[:space:]@]+$' and length(url) <= 400),
    secret_ref text not null check (secret_ref ~ '^[A-Z][A-Z0-9_]{0,39}$'),
    max_runtime_s integer not null default 900 check (max_runtime_s between 10 and 86400),
    effect text not null check (effect in ('read_sync', 'send')),
    enabled boolean not null default true
);

alter table noc.job_handlers enable row level security;

/* Hosts (with a port where it is not the usual one) that handlers may lie on. */
create table noc.job_hosts (
    host text collate "C" primary key check (
        host ~ '^[a-z0-9.:-]+$' and length(host) <= 253
    )
);

alter table noc.job_hosts enable row level security;

/* Host and port of an address, lower case; null when it has none. */
create function noc.host_of(url text)
returns text
language sql
immutable
set search_path = ''
as $$
    select lower(substring(url from '^https?://([^/?#@]+)'))
$$;

/* Whether the action can be taken back while it is in effect. */
create function noc.is_reversible(action text, payload jsonb)
returns boolean
language sql
immutable
set search_path = ''
as $$
    select action = 'pause_queue' or action = 'switch_source' and payload ->> 'source' = 'mock'
$$;

/*
Writes what became of an action: the audit entry (by the caller, or the system), the event in the
timeline of its alert, the hint to the pages. Gives the entry.
*/
create function noc.record_action(
    action public.noc_actions, kind text, note text, details jsonb, at timestamptz
)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_entry bigint := noc.record_audit(
        record_action.kind, 'action:' || action.action_id, action.company_cnpj,
        jsonb_build_object(
            'action', action.action, 'note', record_action.note,
            'group_id', action.group_id, 'alert_id', action.alert_id
        ) || coalesce(details, '{}')
    );
begin
    perform noc.mark_alert(action, record_action.kind, v_entry, at);
    perform noc.announce_action(action);
    return v_entry;
end;
$$;

/* The event in the timeline of the alert that the action was launched from, if any. */
create function noc.mark_alert(
    action public.noc_actions, kind text, audit_id bigint, at timestamptz
)
returns void
language sql
set search_path = ''
as $$
    insert into noc.alert_events (alert_id, at, kind, severity, actor, audit_id, cause)
    select a.alert_id, at, mark_alert.kind, a.severity, auth.uid(), mark_alert.audit_id, action.action
    from public.noc_alerts as a where a.alert_id = action.alert_id
$$;

/* The hint, to whoever the action concerns. */
create function noc.announce_action(action public.noc_actions)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform noc.announce(t.name, s.company, action.everything, action.group_id)
    from unnest(case
        when action.company_cnpj is null and action.group_id is null and not action.everything
            then action.companies
        else array[action.company_cnpj]
    end) as s (company)
    cross join unnest(case action.action
        when 'switch_source' then '{data_sources,noc_actions}'::text []
        when 'reprocess' then '{jobs,noc_actions}'::text []
        else '{noc_actions}'::text []
    end) as t (name)
    order by s.company, t.name;
end;
$$;
