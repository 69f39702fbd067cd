-- How people plan and end maintenance windows.

/*
A window as it would be kept, but for its scope: {"window_id"?, "company_cnpj"?, "group_id"?,
"service"?, "title"?, "timezone" (null: America/Sao_Paulo), "first_day", "last_day"?, "weekdays"?,
"starts" (hh:mm), "minutes" (5 to 1440)}. Raises PT400 naming the field.
*/
create function noc.checked_maintenance(maintenance jsonb)
returns noc.maintenance_windows
language plpgsql
stable
set search_path = ''
as $$
declare
    v_new noc.maintenance_windows;
    v_field text;
begin
    if jsonb_typeof(maintenance) is distinct from 'object' then
        perform noc.fail('PT400', 'maintenance', 'maintenance: must be an object');
    end if;
    -- One field at a time, so that the error can name it.
    foreach v_field in array '{window_id,group_id,first_day,last_day,weekdays,starts,minutes}'::text []
    loop
        begin
            perform jsonb_populate_record(
                null::noc.maintenance_windows,
                jsonb_build_object(v_field, maintenance -> v_field)
            );
        exception when data_exception then
            perform noc.fail('PT400', v_field, v_field || ': ' || sqlerrm);
        end;
    end loop;
    v_new := jsonb_populate_record(null::noc.maintenance_windows, maintenance);
    v_new.title := noc.checked_text('title', v_new.title, 120);
    v_new.timezone := coalesce(v_new.timezone, 'America/Sao_Paulo');
    v_new.company_cnpj := noc.cnpj_canonical(v_new.company_cnpj);

    v_field := case
        when not exists (select 1 from pg_timezone_names as z where z.name = v_new.timezone)
            then 'timezone: not a known time zone'
        when v_new.service is not null and not exists (
            select 1 from noc.services as s where s.service_name = v_new.service
        ) then 'service: not a known service'
        when v_new.first_day is null then 'first_day: is required'
        when v_new.last_day < v_new.first_day then 'last_day: lies before first_day'
        when v_new.last_day > v_new.first_day + 3660 then 'last_day: at most ten years ahead'
        when v_new.starts is null then 'starts: is required'
        when coalesce(v_new.minutes not between 5 and 1440, true)
            then 'minutes: must be between 5 and 1440'
        when v_new.weekdays = '{}' or exists (
            select 1 from unnest(v_new.weekdays) as d where coalesce(d not between 1 and 7, true)
        ) then 'weekdays: must be days from 1 (Monday) to 7'
    end;
    if v_field is not null then
        perform noc.fail('PT400', split_part(v_field, ':', 1), v_field);
    end if;
    return v_new;
end;
$$;

/* Tells everybody whom this window covers. */
create function noc.announce_maintenance(w noc.maintenance_windows)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform noc.announce(
        'noc_silences', w.company_cnpj, w.company_cnpj is null and w.group_id is null, w.group_id
    );
end;
$$;

/*
Makes a window, or changes the one that `window_id` names, in the fields of
noc.checked_maintenance with a title. Without company and group: all that the caller operates.
Gives {"window_id", "next_at"}, null when it never opens again. Raises PT400 naming the field,
PT409 already_ended; refuses PT404.
*/
create function noc.save_maintenance(maintenance jsonb, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_new noc.maintenance_windows := noc.checked_maintenance(maintenance);
    v_old noc.maintenance_windows;
    v_target record;
begin
    if v_new.title is null then
        perform noc.fail('PT400', 'title', 'title: is required');
    end if;
    select t.* into v_target
    from noc.operable_target('company_cnpj', v_new.company_cnpj, v_new.group_id) as t;
    if v_new.window_id is not null then
        select w.* into v_old from noc.maintenance_windows as w
        where w.window_id = v_new.window_id
        for update;
        v_target.allowed := v_target.allowed and found
            and noc.operates(v_old.company_cnpj, v_old.group_id);
    end if;
    if not v_target.allowed then
        return noc.refuse(
            'save_maintenance', coalesce('maintenance:' || v_new.window_id, 'maintenance')
        );
    end if;
    if v_old.ended_at is not null then
        perform noc.fail('PT409', 'already_ended', 'the window was ended');
    end if;

    insert into noc.maintenance_windows as w (
        window_id, company_cnpj, group_id, service, title, timezone, first_day, last_day,
        weekdays, starts, minutes, created_by
    )
    values (
        coalesce(v_new.window_id, gen_random_uuid()), v_target.company, v_target.of_group,
        v_new.service, v_new.title, v_new.timezone, v_new.first_day, v_new.last_day,
        v_new.weekdays, v_new.starts, v_new.minutes, auth.uid()
    )
    on conflict (window_id) do update set
        company_cnpj = excluded.company_cnpj, group_id = excluded.group_id,
        service = excluded.service, title = excluded.title, timezone = excluded.timezone,
        first_day = excluded.first_day, last_day = excluded.last_day,
        weekdays = excluded.weekdays, starts = excluded.starts, minutes = excluded.minutes,
        -- Other times begin anew.
        cut_at = case
            when row(w.timezone, w.first_day, w.weekdays, w.starts, w.minutes) is not distinct from
                row(
                    excluded.timezone, excluded.first_day, excluded.weekdays, excluded.starts,
                    excluded.minutes
                )
                then w.cut_at
        end
    returning w.* into v_new;
    perform noc.record_audit(
        'save_maintenance', 'maintenance:' || v_new.window_id, v_new.company_cnpj,
        jsonb_build_object('before', to_jsonb(v_old), 'after', to_jsonb(v_new))
    );
    perform noc.mute_now(at);
    perform noc.announce_maintenance(v_new);
    return jsonb_build_object('window_id', v_new.window_id, 'next_at', (
        select min(t.starts_at)
        from noc.maintenance_times(v_new, at, at + interval '400 days') as t
    ));
end;
$$;

/*
Ends a window now and for ever, or, `only_now`, the time that is open and no other. Gives
{"window_id", "ended_at"}. Raises PT409 already_ended | not_open; refuses PT404.
*/
create function noc.end_maintenance(window_id uuid, only_now boolean, at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_window noc.maintenance_windows;
begin
    select w.* into v_window from noc.maintenance_windows as w
    where w.window_id = end_maintenance.window_id
    for update;
    if not found or not noc.operates(v_window.company_cnpj, v_window.group_id) then
        return noc.refuse(
            'end_maintenance', coalesce('maintenance:' || end_maintenance.window_id, 'maintenance')
        );
    end if;
    if v_window.ended_at is not null then
        perform noc.fail('PT409', 'already_ended', 'the window was ended');
    end if;
    if only_now and not exists (
        select 1 from noc.maintenance_at(at) as m where m.window_id = v_window.window_id
    ) then
        perform noc.fail('PT409', 'not_open', 'the window is not open');
    end if;
    update noc.maintenance_windows as w
    set cut_at = case when only_now then at else w.cut_at end,
        ended_at = case when only_now then w.ended_at else at end
    where w.window_id = v_window.window_id;
    perform noc.record_audit(
        'end_maintenance', 'maintenance:' || v_window.window_id, v_window.company_cnpj,
        jsonb_build_object('only_now', only_now)
    );
    perform noc.mute_now(at);
    perform noc.announce_maintenance(v_window);
    return jsonb_build_object('window_id', v_window.window_id, 'ended_at', at);
end;
$$;

create function public.noc_save_maintenance(maintenance jsonb)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.save_maintenance(maintenance, now()); end;

create function public.noc_end_maintenance(window_id uuid, only_now boolean default false)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.end_maintenance(window_id, coalesce(only_now, false), now()); end;
