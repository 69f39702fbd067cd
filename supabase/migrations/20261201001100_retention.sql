-- How long what is not partitioned lives; noc.maintain runs every hour.

/*
Makes and drops partitions, deletes what is past its keep. Personal access records
(sessions) stay 6 months (Marco Civil, art. 15), then go. Gives the counts.
*/
create function noc.maintain(at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_result jsonb := noc.maintain_partitions(at);
    v_rule record;
    v_deleted bigint;
begin
    for v_rule in
        select * from (values
            ('noc.batches', 'received_at', interval '7 days'),
            ('public.service_health', 'checked_at', interval '90 days'),
            ('noc.trail_checks', 'checked_at', interval '90 days'),
            ('noc.database_samples', 'sampled_at', interval '14 days'),
            ('noc.worker_heartbeats', 'received_at', interval '7 days'),
            ('noc.notifications', 'done_at', interval '13 months'),
            ('noc.action_plans', 'expires_at', interval '1 day'),
            -- The trail keeps who did what and why for longer; what names jobs and messages goes
            -- with them.
            ('noc.action_items', 'done_at', interval '13 months'),
            ('public.noc_actions', 'ended_at', interval '2 years'),
            ('public.sessions', 'last_seen_at', interval '6 months'),
            ('public.queue_whatsapp', 'updated_at', interval '13 months'),
            ('noc.message_contents', 'created_at', interval '30 days'),
            ('noc.recipient_slots', 'free_at', interval '1 day'),
            ('noc.queue_pauses', 'ended_at', interval '13 months'),
            ('public.jobs', 'finished_at', interval '13 months'),
            ('cron.job_run_details', 'end_time', interval '7 days')
        ) as r (table_name, column_name, keep)
    loop
        execute format(
            'delete from %s where %I < $1 - $2', v_rule.table_name, v_rule.column_name
        ) using at, v_rule.keep;
        get diagnostics v_deleted = row_count;
        v_result := v_result || jsonb_build_object(v_rule.table_name, v_deleted);
    end loop;
    return v_result;
end;
$$;
