-- The words of the states, in the order in which the last one is the worst.
begin;
select plan(5);

select enum_has_labels('public', 'health_status', array['UP', 'DEGRADED', 'DOWN']);
select enum_has_labels('public', 'alert_severity', array['info', 'warning', 'critical']);
select enum_has_labels('public', 'alert_state', array['open', 'ack', 'closed']);
select enum_has_labels('public', 'queue_status', array['queued', 'sent', 'failed']);
select enum_has_labels('public', 'job_status', array['running', 'success', 'failed']);

select * from finish();
rollback;
