-- What an action would do, whichever it is. Previewing and executing ask the same functions, so
-- that what is done is what was shown.

/* The set of an action of this payload. `scopes`: companies whose jobs and messages count. */
create function noc.plan_set(
    action text, payload jsonb, company_cnpj text, group_id uuid, scopes text [], at timestamptz
)
returns noc.action_set
language sql
stable
set search_path = ''
as $$
    select case
        when action in ('pause_queue', 'resume_queue')
            then noc.plan_queue(action, payload, company_cnpj, group_id, at)
        when action = 'switch_source' then noc.plan_source(payload, company_cnpj, group_id, at)
        when action = 'notify' then noc.plan_notice(company_cnpj, group_id)
        when payload ->> 'kind' = 'job' then noc.plan_jobs(payload, scopes)
        else noc.plan_messages(payload, scopes, at)
    end
$$;

/* The number to type before it is done, null: none: what reaches many or sends. */
create function noc.number_to_type(
    action text, payload jsonb, company_cnpj text, set_of noc.action_set
)
returns integer
language sql
immutable
set search_path = ''
as $$
    select case
        when payload ->> 'stale' = 'drop' and (set_of.counts ->> 'stale')::integer > 50
            then (set_of.counts ->> 'stale')::integer
        when action in ('pause_queue', 'resume_queue', 'switch_source') then
            case when company_cnpj is null then cardinality(set_of.companies) end
        when action = 'notify' then set_of.size
        when set_of.size > 50 or set_of.counts ->> 'effect' = 'send' then set_of.size
    end
$$;

/* Whether a second person is asked for, if there is one. */
create function noc.is_weighty(action text, payload jsonb, set_of noc.action_set)
returns boolean
language sql
immutable
set search_path = ''
as $$
    select action in ('reprocess', 'notify') and set_of.size > 500
        or coalesce(payload ->> 'stale' = 'drop', false)
        and (set_of.counts ->> 'stale')::integer > 500
        or action = 'switch_source'
        and payload ->> 'source' = 'mock'
        and cardinality(set_of.companies) > 1
$$;

/* What a plan is bound to: its action, payload, and everything that it reaches. */
create function noc.plan_hash(
    action text, payload jsonb, company_cnpj text, group_id uuid, set_of noc.action_set
)
returns text
language sql
stable
set search_path = ''
as $$
    select encode(sha256(convert_to(jsonb_build_array(
        action, payload, company_cnpj, group_id, to_jsonb(set_of.companies), to_jsonb(set_of.ids)
    )::text, 'UTF8')), 'hex')
$$;
