-- Who may call what. A noc.* function named here is reached through its public.noc_*
-- name or a policy alone: API roles have no USAGE on schema noc.
grant execute on function
noc.visible_scopes(),
noc.operable_scopes(),
noc.visible_groups(),
noc.my_topics(),
noc.save_group(uuid, text),
noc.save_company(text, text, uuid, boolean),
noc.grant_member(text, text, text, uuid),
noc.revoke_member(uuid, text),
noc.list_members(),
noc.create_ingest_key(text, text, text, text [], text [], timestamptz),
noc.revoke_ingest_key(uuid, text),
noc.redact_audit(bigint, text),
noc.touch_session(timestamptz),
noc.envelope(anyelement),
noc.me(),
noc.badge(timestamptz),
noc.overview(text, uuid, text, text, timestamptz),
noc.series(text, uuid, text, text, timestamptz),
noc.heatmap(text, uuid, text, text, timestamptz),
noc.matrix(text, uuid, text, text, timestamptz),
noc.timeline(uuid),
noc.alert_history(
    text, uuid, text, text, text, text, timestamptz, timestamptz, text, integer
),
noc.export_csv(text, text, uuid, text, text, text, text, timestamptz, timestamptz),
noc.ack_alert(uuid, text, integer, timestamptz),
noc.close_alert(uuid, text, timestamptz),
noc.comment_alert(uuid, text, timestamptz),
noc.assign_alert(uuid, uuid, timestamptz),
noc.silence(jsonb, timestamptz, text, timestamptz, boolean, timestamptz),
noc.end_silence(uuid, text, timestamptz),
noc.preview_silence(jsonb),
noc.list_silences(boolean, timestamptz),
noc.save_maintenance(jsonb, timestamptz),
noc.end_maintenance(uuid, boolean, timestamptz),
noc.preview_maintenance(jsonb, timestamptz),
noc.list_rules(text, uuid),
noc.backtest_rule(jsonb, text, integer, timestamptz),
noc.save_rule(jsonb, timestamptz),
noc.delete_rule(uuid, timestamptz),
noc.save_contact(
    uuid, text, text, text, text, text, text, uuid, uuid, text, text, integer, boolean, text,
    text, timestamptz
),
noc.delete_contact(uuid, timestamptz),
noc.list_contacts(),
noc.test_contact(uuid, text, timestamptz),
noc.list_notifications(text, uuid, uuid, timestamptz),
noc.resolve_unknown(text, uuid, text, text, timestamptz),
noc.enqueue_messages(text, jsonb, timestamptz),
noc.verify_audit(text),
noc.probe_echo(text),
public.noc_save_group(uuid, text),
public.noc_save_company(text, text, uuid, boolean),
public.noc_grant_member(text, text, text, uuid),
public.noc_revoke_member(uuid, text),
public.noc_list_members(),
public.noc_create_ingest_key(text, text, text, text [], text [], timestamptz),
public.noc_revoke_ingest_key(uuid, text),
public.noc_redact_audit(bigint, text),
public.noc_touch_session(),
public.noc_me(),
public.noc_badge(),
public.noc_overview(text, uuid, text, text),
public.noc_series(text, uuid, text, text),
public.noc_heatmap(text, uuid, text, text),
public.noc_matrix(text, uuid, text, text),
public.noc_timeline(uuid),
public.noc_alert_history(
    text, uuid, text, text, text, text, timestamptz, timestamptz, text, integer
),
public.noc_export_csv(text, text, uuid, text, text, text, text, timestamptz, timestamptz),
public.noc_ack_alert(uuid, text, integer),
public.noc_close_alert(uuid, text),
public.noc_comment_alert(uuid, text),
public.noc_assign_alert(uuid, uuid),
public.noc_silence(jsonb, timestamptz, text, timestamptz, boolean),
public.noc_end_silence(uuid, text),
public.noc_preview_silence(jsonb),
public.noc_list_silences(boolean),
public.noc_save_maintenance(jsonb),
public.noc_end_maintenance(uuid, boolean),
public.noc_preview_maintenance(jsonb),
public.noc_list_rules(text, uuid),
public.noc_backtest_rule(jsonb, text, integer),
public.noc_save_rule(jsonb),
public.noc_delete_rule(uuid),
public.noc_save_contact(
    uuid, text, text, text, text, text, text, uuid, uuid, text, text, integer, boolean, text, text
),
public.noc_delete_contact(uuid),
public.noc_list_contacts(),
public.noc_test_contact(uuid, text),
public.noc_list_notifications(text, uuid, uuid),
public.noc_resolve_unknown(text, uuid, text, text),
public.noc_enqueue_messages(text, jsonb),
public.noc_verify_audit(text),
public.noc_probe_echo(text)
to authenticated;

grant execute on function public.noc_ping()
to anon, authenticated, noc_worker, noc_ingest, noc_webhook;

grant execute on function
noc.ingest(text, uuid, text, jsonb, timestamptz),
public.noc_ingest(text, uuid, text, jsonb)
to noc_ingest;

grant execute on function
noc.claim_checks(text, integer, timestamptz),
noc.list_checks(),
noc.settle_check(uuid, bigint, timestamptz, text, integer, text, jsonb, timestamptz),
noc.claim_notifications(text, integer, text [], timestamptz),
noc.begin_notification(uuid, bigint, timestamptz),
noc.settle_notification(uuid, bigint, text, text, text, integer, timestamptz),
noc.heartbeat(text, text, timestamptz, jsonb, timestamptz, double precision),
noc.renew_leases(text, jsonb, timestamptz),
noc.release_leases(text, jsonb, timestamptz),
noc.may_call(text, text, boolean, timestamptz),
noc.record_call(text, text, timestamptz, boolean, boolean, timestamptz),
noc.claim_messages(text, integer, text, timestamptz),
noc.begin_message(uuid, bigint, text, timestamptz),
noc.settle_message(uuid, bigint, text, text, integer, text, integer, timestamptz),
noc.heartbeat(text, text, timestamptz, jsonb, timestamptz),
public.noc_claim_checks(text, integer),
public.noc_list_checks(),
public.noc_settle_check(uuid, bigint, timestamptz, text, integer, text, jsonb),
public.noc_claim_notifications(text, integer, text []),
public.noc_begin_notification(uuid, bigint),
public.noc_settle_notification(uuid, bigint, text, text, text, integer),
public.noc_heartbeat(text, text, timestamptz, jsonb, double precision),
public.noc_renew_leases(text, jsonb),
public.noc_release_leases(text, jsonb),
public.noc_may_call(text, text, boolean),
public.noc_record_call(text, text, timestamptz, boolean, boolean)
public.noc_claim_messages(text, integer, text),
public.noc_begin_message(uuid, bigint, text),
public.noc_settle_message(uuid, bigint, text, text, integer, text, integer),
public.noc_heartbeat(text, text, timestamptz, jsonb)
to noc_worker;

grant execute on function
noc.apply_webhook(jsonb, timestamptz),
public.noc_apply_webhook(jsonb)
to noc_webhook;
