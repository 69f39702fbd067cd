-- The engine's one heartbeat: facts -> summary -> judgement -> hints, in one transaction.

/*
One turn of the engine at the instant `at`. Gives each stage's counts and milliseconds,
or {"skipped": true} when another tick is running. Running it twice at the same instant
changes nothing more.
*/
create function noc.tick(at timestamptz default now())
returns jsonb
language plpgsql
security definer
set search_path = ''
set jit = off
as $$
declare
    v_started timestamptz := clock_timestamp();
    v_stages jsonb := '{}'::jsonb;
    v_previous noc.engine_state;
begin
    if not pg_try_advisory_xact_lock(1313817344, 1) then
        return jsonb_build_object('skipped', true);
    end if;
    select e.* into v_previous from noc.engine_state as e;

    v_stages := noc.add_stage(v_stages, 'roll_up', noc.roll_up(at), v_started);
    v_stages := noc.add_stage(
        v_stages, 'close_windows', jsonb_build_object('rows', noc.close_windows(at)), v_started
    );
    v_stages := noc.add_stage(
        v_stages, 'finalise', jsonb_build_object('rows', noc.finalise(at)), v_started
    );
    if v_previous.sampled_at is null or at >= v_previous.sampled_at + interval '1 minute' then
        v_stages := noc.add_stage(
            v_stages, 'sample_database', noc.sample_database(at), v_started
        );
        update noc.engine_state set sampled_at = at;
    end if;
    v_stages := noc.add_stage(
        v_stages, 'expire_acks', jsonb_build_object('alerts', noc.expire_acks(at)), v_started
    );
    v_stages := noc.add_stage(v_stages, 'queue', noc.tend_queue(at), v_started);
    v_stages := noc.add_stage(v_stages, 'actions', noc.revert_expired_actions(at), v_started);
    v_stages := noc.add_stage(v_stages, 'jobs', noc.tend_jobs(at), v_started);
    v_stages := noc.add_stage(
        v_stages, 'touch_work',
        jsonb_build_object('touched', noc.touch_work(v_previous.tick_at, at)), v_started
    );
    v_stages := noc.add_stage(v_stages, 'evaluate_rules', noc.evaluate_rules(at), v_started);
    v_stages := noc.add_stage(
        v_stages, 'settle_flapping', noc.settle_flapping(at), v_started
    );
    v_stages := noc.add_stage(
        v_stages, 'gather_incidents', noc.gather_incidents(at), v_started
    );
    v_stages := noc.add_stage(v_stages, 'mute_alerts', noc.mute_alerts(at), v_started);
    v_stages := noc.add_stage(
        v_stages, 'maintenance',
        jsonb_build_object('windows', noc.touch_maintenance(v_previous.tick_at, at)), v_started
    );
    v_stages := noc.add_stage(v_stages, 'take_evidence', noc.take_evidence(at), v_started);
    v_stages := noc.add_stage(v_stages, 'notify', noc.plan_notifications(at), v_started);
    v_stages := noc.add_stage(
        v_stages, 'announce', jsonb_build_object('topics', noc.announce_touched()), v_started
    );

    update noc.engine_state set tick_at = greatest(v_previous.tick_at, at), stages = v_stages;
    return v_stages;
end;
$$;

/* The stage's own report with the milliseconds that passed since the stage before. */
create function noc.add_stage(stages jsonb, name text, report jsonb, started timestamptz)
returns jsonb
language sql
volatile
set search_path = ''
as $$
    select stages || jsonb_build_object(name, coalesce(report, '{}') || jsonb_build_object(
        'ms', round((
            extract(epoch from clock_timestamp() - started) * 1000
            - (select coalesce(sum((s.value ->> 'ms')::numeric), 0) from jsonb_each(stages) as s)
        )::numeric, 1)
    ))
$$;

-- The partitions of the first days, so that the first event finds its place.
select noc.maintain_partitions(now());
