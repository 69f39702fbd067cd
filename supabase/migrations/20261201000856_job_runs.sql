-- How the worker `act` starts jobs again: each item by one worker at a time, under a lease and a
-- fence. A job's handler is called with the new attempt's id, and called again with the same one
-- when nobody knows whether a call arrived.

/* Leases that ran out are free again; whoever calls next names the same attempt. Gives how many. */
create function noc.reap_items(at timestamptz)
returns bigint
language sql
set search_path = ''
as $$
    with freed as (
        update noc.action_items as i
        set state = 'waiting', reason = 'worker_lost', lease_until = null, run_at = at
        where i.item_id in (
            select e.item_id from noc.action_items as e
            where e.state in ('leased', 'sending') and e.lease_until <= at
            for update skip locked
        )
        returning 1
    )

    select count(*) from freed
$$;

/* Whose breaker speaks for the handler: its host's. */
create function noc.provider_of_handler(url text)
returns text
language sql
immutable
set search_path = ''
as $$
    select 'handler:' || noc.host_of(url)
$$;

/*
Leases up to `max` due jobs for 60 seconds, of every company in turn, one per company and type:
[{"item_id", "fence"}]. Those of a handler that is cut off wait. Raises PT400 worker | max.
*/
create function noc.claim_job_runs(
    worker text, max integer, at timestamptz default clock_timestamp()
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
    perform noc.reap_items(at);
    if exists (select from noc.action_control as k where k.frozen_at is not null) then
        return '[]'::jsonb;
    end if;

    with next as (
        select distinct on (i.company_cnpj, i.job_type) i.item_id
        from noc.action_items as i
        inner join public.noc_actions as a on a.action_id = i.action_id and a.status = 'running'
        where i.kind = 'job'
            and i.state = 'waiting'
            and i.run_at <= at
            and not exists (
                select from noc.action_items as l
                where l.company_cnpj = i.company_cnpj
                    and l.job_type = i.job_type
                    and l.kind = 'job'
                    and l.state in ('leased', 'sending', 'started')
            )
            and not exists (
                select from noc.job_handlers as h
                where h.job_type = i.job_type
                    and noc.calls_open(noc.provider_of_handler(h.url), i.company_cnpj, at) = 0
            )
        order by i.company_cnpj, i.job_type, i.item_id
    ),

    due as (
        select i.item_id from noc.action_items as i
        inner join next as n on n.item_id = i.item_id
        where i.state = 'waiting'
        order by i.item_id
        limit claim_job_runs.max
        for update of i skip locked
    ),

    claimed as (
        update noc.action_items as i
        set
            state = 'leased', fence = i.fence + 1, lease_owner = claim_job_runs.worker,
            lease_until = at + interval '60 seconds'
        from due as d
        where i.item_id = d.item_id
        returning i.item_id, i.fence
    )

    select coalesce(jsonb_agg(
        jsonb_build_object('item_id', c.item_id, 'fence', c.fence) order by c.item_id
    ), '[]') into v_claimed
    from claimed as c;
    return v_claimed;
end;
$$;

/* Puts an item back, or ends it, without a call; gives the worker's answer. */
create function noc.leave_item(
    item_id bigint, state text, reason text, wait_s double precision, at timestamptz
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_action uuid;
begin
    update noc.action_items as i
    set
        state = leave_item.state, reason = leave_item.reason, lease_until = null,
        run_at = at + make_interval(secs => wait_s),
        done_at = case when leave_item.state <> 'waiting' then at end
    where i.item_id = leave_item.item_id
    returning i.action_id into v_action;
    if leave_item.state <> 'waiting' then
        perform noc.finish_action(v_action, at);
    end if;
    return jsonb_build_object('run', false, 'reason', leave_item.reason);
end;
$$;

/*
The last look before a handler is called; from now on the attempt exists. {"run": true, "item_id",
"url", "secret_ref", "job_id", "retry_of", "job_type", "company_cnpj", "attempt", "action_id"}, or
{"run": false, "reason"}: lease_lost, right_lost (the whole action is cancelled), already_running
(it waits, an hour at most), already_retried, no_handler, actions_frozen; cut_off, retry_budget (as
noc.why_not_call; it waits, and no try is counted).
*/
create function noc.begin_job_run(
    item_id bigint, fence bigint, at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_item noc.action_items;
    v_action public.noc_actions;
    v_job public.jobs;
    v_run public.jobs;
    v_handler noc.job_handlers;
    v_leave jsonb;
begin
    select i.* into v_item from noc.action_items as i
    where i.item_id = begin_job_run.item_id
    for update;
    if not coalesce(v_item.fence = begin_job_run.fence and v_item.state = 'leased', false) then
        return '{"run": false, "reason": "lease_lost"}'::jsonb;
    end if;
    select a.* into v_action from public.noc_actions as a where a.action_id = v_item.action_id;
    if exists (select from noc.action_control as k where k.frozen_at is not null) then
        return noc.leave_item(v_item.item_id, 'waiting', 'actions_frozen', 10, at);
    end if;
    if not noc.user_operates(v_action.actor, array[v_item.company_cnpj], false) then
        perform noc.cancel_action(v_action.action_id, 'right_lost', null, at);
        return '{"run": false, "reason": "right_lost"}'::jsonb;
    end if;
    select h.* into v_handler from noc.job_handlers as h
    where h.job_type = v_item.job_type
        and h.enabled
        and exists (select from noc.job_hosts as o where o.host = noc.host_of(h.url));
    if not found then
        return noc.leave_item(v_item.item_id, 'failed', 'no_handler', 0, at);
    end if;

    -- One live attempt per company and type: whoever begins another waits here for the first.
    perform pg_advisory_xact_lock(
        hashtextextended('noc_job:' || v_item.company_cnpj || ':' || v_item.job_type, 0)
    );
    select j.* into v_job from public.jobs as j where j.job_id = v_item.ref;
    if v_item.job_id is null and (
        v_job.status = 'success' or v_job.status = 'running' and v_job.stalled_at is null or exists (
            select from public.jobs as j
            where j.retry_of = coalesce(v_job.retry_of, v_job.job_id) and j.attempt > v_job.attempt
        )
    ) then
        return noc.leave_item(v_item.item_id, 'skipped', 'already_retried', 0, at);
    end if;
    if exists (
        select from public.jobs as j
        where j.company_cnpj = v_item.company_cnpj
            and j.job_type = v_item.job_type
            and j.status = 'running'
            and j.stalled_at is null
            and j.job_id is distinct from v_item.job_id
    ) or exists (
        select from noc.action_items as l
        where l.company_cnpj = v_item.company_cnpj
            and l.job_type = v_item.job_type
            and l.kind = 'job'
            and l.state in ('sending', 'started')
    ) then
        return noc.leave_item(
            v_item.item_id,
            case when v_action.created_at < at - interval '1 hour' then 'skipped' else 'waiting' end,
            'already_running', 10, at
        );
    end if;

    v_leave := noc.may_call(
        noc.provider_of_handler(v_handler.url), v_item.company_cnpj, v_item.tries > 0, at
    );
    if not (v_leave ->> 'allowed')::boolean then
        return noc.leave_item(
            v_item.item_id, 'waiting', v_leave ->> 'reason',
            (v_leave ->> 'wait_s')::double precision, at
        );
    end if;

    if v_item.job_id is null then
        -- A stalled attempt is given up once another takes its place.
        update public.jobs as j
        set status = 'failed', finished_at = at, error = 'stalled'
        where j.job_id = v_job.job_id and j.status = 'running';
        insert into public.jobs as j (
            job_id, company_cnpj, external_id, job_type, status, started_at, attempt, retry_of
        )
        select
            n.job_id, v_job.company_cnpj, n.job_id::text, v_job.job_type, 'running', at,
            v_job.attempt + 1, coalesce(v_job.retry_of, v_job.job_id)
        from (select gen_random_uuid() as job_id) as n
        returning j.* into v_run;
    else
        select j.* into v_run from public.jobs as j where j.job_id = v_item.job_id;
    end if;
    update noc.action_items as i
    set
        state = 'sending', job_id = v_run.job_id, tries = i.tries + 1, begun_at = at, reason = null,
        lease_until = at + interval '60 seconds'
    where i.item_id = v_item.item_id;
    return jsonb_build_object(
        'run', true, 'item_id', v_item.item_id, 'url', v_handler.url,
        'secret_ref', v_handler.secret_ref, 'job_id', v_run.external_id, 'retry_of', (
            select j.external_id from public.jobs as j where j.job_id = v_run.retry_of
        ),
        'job_type', v_run.job_type, 'company_cnpj', v_run.company_cnpj, 'attempt', v_run.attempt,
        'action_id', v_action.action_id
    );
end;
$$;

/*
The wait before the next call: what the handler asked for, an hour at most, and on top of it
anything up to 10 s, doubled with each try.
*/
create function noc.job_wait(tries integer, retry_after_s integer)
returns double precision
language sql
volatile
set search_path = ''
as $$
    select least(greatest(retry_after_s, 0), 3600) + random() * 10 * 2 ^ (tries - 1)
$$;

/*
What became of the call: accepted (its job runs until it says otherwise), refused (for good) or
retry (five times). A refusal is no fault of the handler's host, a bug of ours neither. Gives
{"accepted"}, false when the lease had passed on. Raises PT400 outcome.
*/
create function noc.settle_job_run(
    item_id bigint, fence bigint, outcome text, reason text, retry_after_s integer,
    at timestamptz default clock_timestamp()
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_item noc.action_items;
    v_job public.jobs;
    v_provider text;
begin
    if coalesce(outcome not in ('accepted', 'refused', 'retry'), true) then
        perform noc.fail('PT400', 'outcome', 'outcome: must be accepted, refused or retry');
    end if;
    select i.* into v_item from noc.action_items as i
    where i.item_id = settle_job_run.item_id
    for update;
    if not coalesce(v_item.fence = settle_job_run.fence and v_item.state = 'sending', false) then
        return '{"accepted": false}'::jsonb;
    end if;
    select j.* into v_job from public.jobs as j where j.job_id = v_item.job_id;
    if outcome = 'accepted' or v_job.status <> 'running' then
        update noc.action_items as i set state = 'started', lease_until = null
        where i.item_id = v_item.item_id;
        perform noc.follow_jobs(at);
    elsif outcome = 'retry' and v_item.tries < 5 then
        perform noc.leave_item(
            v_item.item_id, 'waiting', left(settle_job_run.reason, 80),
            noc.job_wait(v_item.tries, coalesce(retry_after_s, 0)), at
        );
    else
        update public.jobs as j
        set status = 'failed', finished_at = at, error = left('handler: ' || settle_job_run.reason, 200)
        where j.job_id = v_item.job_id;
        perform noc.leave_item(v_item.item_id, 'failed', left(settle_job_run.reason, 80), 0, at);
    end if;
    select noc.provider_of_handler(h.url) into v_provider from noc.job_handlers as h
    where h.job_type = v_item.job_type;
    if found then
        perform noc.record_call(
            v_provider, v_item.company_cnpj, v_item.begun_at,
            outcome = 'retry' and coalesce(
                reason <> all('{http_408,http_425,sender_bug,lease_lost,stopped}'), true
            ),
            v_item.tries > 1, at
        );
    end if;
    return '{"accepted": true}'::jsonb;
end;
$$;

/* A word from whoever runs an attempt without an ingest key. Gives {"accepted"}. */
create function noc.heartbeat_job(job_id uuid, at timestamptz default clock_timestamp())
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
    update public.jobs as j set heartbeat_at = at, stalled_at = null
    where j.job_id = heartbeat_job.job_id and j.status = 'running';
    return jsonb_build_object('accepted', found);
end;
$$;

/* Items whose attempt ended: ok or failed; their actions that are done. Gives how many. */
create function noc.follow_jobs(at timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_actions uuid [];
begin
    with ended as (
        update noc.action_items as i
        set
            state = case j.status when 'success' then 'ok' else 'failed' end,
            reason = case when j.status = 'failed' then 'job_failed' end, done_at = at
        from public.jobs as j
        where i.state = 'started' and j.job_id = i.job_id and j.status <> 'running'
        returning i.action_id
    )

    select array_agg(e.action_id) into v_actions from ended as e;
    perform noc.finish_action(d.action_id, at)
    from (select distinct u.action_id from unnest(v_actions) as u (action_id)) as d;
    return coalesce(cardinality(v_actions), 0);
end;
$$;

/*
The tick's stage. Running jobs of a handler that were silent for longer than it may run are
stalled, once; their items fail, so that another attempt can be made. Then the items whose jobs
ended, and messages of running actions. Gives {"stalled", "ended", "messages"}.
*/
create function noc.tend_jobs(at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_stalled bigint;
    v_actions uuid [];
begin
    with stalled as (
        update public.jobs as j set stalled_at = at
        from noc.job_handlers as h
        where j.status = 'running'
            and j.stalled_at is null
            and h.job_type = j.job_type
            and coalesce(j.heartbeat_at, j.started_at) < at - make_interval(secs => h.max_runtime_s)
        returning j.job_id, j.company_cnpj
    ),

    given_up as (
        update noc.action_items as i
        set state = 'failed', reason = 'stalled', done_at = at
        from stalled as s
        where i.job_id = s.job_id and i.state = 'started'
        returning i.action_id
    ),

    touched as (
        insert into noc.touched (table_name, company_cnpj)
        select distinct 'jobs', s.company_cnpj from stalled as s
    )

    select (select count(*) from stalled), (select array_agg(g.action_id) from given_up as g)
    into v_stalled, v_actions;
    perform noc.finish_action(d.action_id, at)
    from (select distinct u.action_id from unnest(v_actions) as u (action_id)) as d;
    return jsonb_build_object(
        'reaped', noc.reap_items(at), 'stalled', v_stalled, 'ended', noc.follow_jobs(at),
        'messages', noc.work_messages(200, at)
    );
end;
$$;

create function public.noc_claim_job_runs(worker text, max integer)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.claim_job_runs(worker, max); end;

create function public.noc_begin_job_run(item_id bigint, fence bigint)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.begin_job_run(item_id, fence); end;

create function public.noc_settle_job_run(
    item_id bigint, fence bigint, outcome text, reason text default null,
    retry_after_s integer default null
)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.settle_job_run(item_id, fence, outcome, reason, retry_after_s); end;

create function public.noc_heartbeat_job(job_id uuid)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.heartbeat_job(job_id); end;
