-- The engine's clock, which workers and pages compare with their own.

create table noc.engine_state (
    one boolean primary key default true check (one),
    tick_at timestamptz,        -- `at` of the last committed tick
    sampled_at timestamptz,     -- of the last database sample
    stages jsonb not null default '{}'
);

insert into noc.engine_state default values;
alter table noc.engine_state enable row level security;

/* When the engine last finished, null before the first tick. */
create function noc.tick_at()
returns timestamptz
language sql
stable
security definer
set search_path = ''
as $$
    select e.tick_at from noc.engine_state as e
$$;
