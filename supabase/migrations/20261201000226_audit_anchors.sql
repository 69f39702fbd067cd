-- Heads of the chains as they were, to be kept outside too: whoever can rewrite a whole
-- chain, or restore an old copy of it, cannot change what was already told.

create table noc.audit_anchors (
    chain text collate "C" not null,
    seq bigint not null,
    hash bytea not null,
    at timestamptz not null,  -- when the chain was first seen to end here
    primary key (chain, seq)
);

alter table noc.audit_anchors enable row level security;

create trigger audit_anchors__append_only
before update or delete on noc.audit_anchors
for each row execute function noc.tg_append_only();

create trigger audit_anchors__no_truncate
before truncate on noc.audit_anchors
for each statement execute function noc.tg_append_only();

/*
Keeps the heads that moved since the last anchor. Gives what to send out of the database,
every chain's head: {"at", "heads": [{"chain", "seq", "hash" (hex)}]}; one such object a
line is what `python -m dev.verify_audit --anchors` reads.
*/
create function noc.anchor_audit(at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_heads jsonb;
begin
    with heads as materialized (select h.* from noc.audit_heads as h),

    kept as (
        insert into noc.audit_anchors (chain, seq, hash, at)
        select h.chain, h.seq, h.hash, anchor_audit.at from heads as h
        on conflict do nothing
    )

    select jsonb_agg(
        jsonb_build_object('chain', h.chain, 'seq', h.seq, 'hash', encode(h.hash, 'hex'))
        order by h.chain
    ) into v_heads
    from heads as h;
    return jsonb_build_object('at', anchor_audit.at, 'heads', coalesce(v_heads, '[]'));
end;
$$;
