-- Every pg_cron job, in one place. pg_cron before 1.5 knows minutes only, so one job a
-- minute ticks on the 10 s marks by itself; a DO block may commit between ticks, a
-- procedure with a search_path set may not.

select cron.schedule('noc.tick', '* * * * *', $job$
do $do$
declare
    v_ends constant timestamptz := date_trunc('minute', clock_timestamp()) + interval '55 seconds';
begin
    loop
        perform noc.tick(clock_timestamp());
        commit;
        exit when date_bin('10 seconds', clock_timestamp(), '2000-01-01 00:00+00')
            + interval '10 seconds' >= v_ends;
        perform pg_sleep(extract(epoch from
            date_bin('10 seconds', clock_timestamp(), '2000-01-01 00:00+00') + interval '10 seconds'
            - clock_timestamp()
        ));
    end loop;
end $do$;
$job$);

select cron.schedule('noc.maintain', '7 * * * *', 'select noc.maintain(clock_timestamp())');

select cron.schedule(
    'noc.check_trail', '37 * * * *', 'select noc.check_trail(clock_timestamp())'
);

select cron.schedule(
    'noc.anchor_audit', '17 * * * *', 'select noc.send_anchors(clock_timestamp())'
);
