-- LGPD: a payload with personal data can be forgotten, and the chain still holds.

/*
Drops an entry's payload and salt and records that, with the reason, in the entry's own
chain. Gives {"audit_id", "redacted_at"}. For admin alone: others are refused, on record.
Raises PT400 reason, PT404 for no such entry, PT409 already_redacted.
*/
create function noc.redact_audit(audit_id bigint, reason text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_entry public.noc_audit;
begin
    if not noc.is_admin() then
        return noc.refuse('redact_audit', coalesce('audit:' || redact_audit.audit_id, 'audit'));
    end if;
    if length(btrim(coalesce(redact_audit.reason, ''))) not between 1 and 500 then
        perform noc.fail('PT400', 'reason', 'reason: must have 1 to 500 characters');
    end if;

    select a.* into v_entry from public.noc_audit as a
    where a.audit_id = redact_audit.audit_id
    for update;
    if not found then
        perform noc.fail('PT404', 'entry_not_found', 'no such entry');
    end if;
    if v_entry.payload is null then
        perform noc.fail('PT409', 'already_redacted', 'the entry was redacted before');
    end if;

    perform noc.record_audit(
        'redact_audit', 'audit:' || v_entry.audit_id, v_entry.company_cnpj,
        jsonb_build_object('reason', btrim(redact_audit.reason))
    );
    update public.noc_audit as a set payload = null, salt = null
    where a.audit_id = v_entry.audit_id;
    return jsonb_build_object('audit_id', v_entry.audit_id, 'redacted_at', clock_timestamp());
end;
$$;

create function public.noc_redact_audit(audit_id bigint, reason text)
returns jsonb
language sql
set search_path = ''
begin atomic select noc.redact_audit(audit_id, reason); end;
