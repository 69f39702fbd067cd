-- Whether the trail is what was written. dev/verify_audit answers the same from outside.

/*
Chains that the caller may verify: one company's or '*', else (null) every chain that has
something. Raises PT404 scope_not_found for a chain that the caller does not operate, for
one that does not exist, and for whoever operates nothing.
*/
create function noc.require_trail(company_cnpj text)
returns text []
language plpgsql
stable
set search_path = ''
as $$
declare
    v_operable text [] := noc.operable_scopes();
    v_wanted text := case
        when require_trail.company_cnpj = '*' then '*'
        else noc.cnpj_canonical(require_trail.company_cnpj)
    end;
begin
    if require_trail.company_cnpj is null and cardinality(v_operable) > 0 then
        return array(
            select k.chain
            from (
                select a.chain from public.noc_audit as a
                union
                select h.chain from noc.audit_heads as h
                union
                select n.chain from noc.audit_anchors as n
            ) as k
            where '*' = any(v_operable) or k.chain = any(v_operable)
        );
    end if;
    if v_wanted = any(v_operable) then
        return array[v_wanted];
    end if;
    perform noc.fail('PT404', 'scope_not_found', 'company or group not found or not yours');
    return null;
end;
$$;

/*
What does not hold in the chains, in order: `seq` is the row's place, `why` one of
gap (a seq is missing, or there twice), prev_hash (not the hash of the row before),
hash (a field was changed), payload (not what was hashed), redaction (a payload is gone and
no later entry says why), head (the chain does not end where its last writer left it),
anchor (another row stands where an anchor was taken).
*/
create function noc.audit_faults(chains text [])
returns table (chain text, seq bigint, why text)
language sql
stable
rows 10
set search_path = ''
as $$
    with placed as materialized (
        select
            a.chain, a.seq, a.audit_id, a.payload is null and a.salt is null as redacted,
            a.hash, a.prev_hash, noc.audit_hash(a) as rehashed,
            row_number() over (partition by a.chain order by a.seq, a.audit_id) as place,
            lag(a.hash, 1, noc.audit_genesis(a.chain))
            over (partition by a.chain order by a.seq, a.audit_id) as before,
            coalesce(
                octet_length(a.salt) = 32
                and a.payload_hash = noc.audit_payload_hash(a.salt, a.payload),
                false
            ) as intact
        from public.noc_audit as a
        where a.chain = any(chains)
    ),

    ends as (
        select distinct on (p.chain) p.chain, p.seq, p.hash from placed as p
        order by p.chain, p.seq desc, p.audit_id desc
    ),

    faults as (
        select p.chain, least(p.seq, p.place) as seq, 1 as rank, 'gap' as why
        from placed as p where p.seq is distinct from p.place
        union all
        select p.chain, p.seq, 2, 'prev_hash' from placed as p
        where p.prev_hash is distinct from p.before
        union all
        select p.chain, p.seq, 3, 'hash' from placed as p
        where p.hash is distinct from p.rehashed or p.hash is null
        union all
        select p.chain, p.seq, 4, 'payload' from placed as p where not p.redacted and not p.intact
        union all
        select p.chain, p.seq, 5, 'redaction' from placed as p
        where p.redacted and not exists (
            select 1 from public.noc_audit as r
            where r.chain = p.chain
                and (r.seq, r.audit_id) > (p.seq, p.audit_id)
                and r.action = 'redact_audit'
                and r.target = 'audit:' || p.audit_id
        )
        union all
        select coalesce(h.chain, e.chain), coalesce(h.seq, e.seq), 6, 'head'
        from ends as e
        full join (
            select h.* from noc.audit_heads as h where h.chain = any(chains)
        ) as h on h.chain = e.chain
        where (h.seq, h.hash) is distinct from (
            coalesce(e.seq, 0), coalesce(e.hash, noc.audit_genesis(h.chain))
        )
        union all
        select n.chain, n.seq, 7, 'anchor' from noc.audit_anchors as n
        where n.chain = any(chains)
            and n.seq > 0
            and not exists (
                select 1 from placed as p
                where p.chain = n.chain and p.seq = n.seq and p.hash = n.hash
            )
    )

    select f.chain, f.seq, f.why from faults as f order by f.chain, f.seq, f.rank
$$;

/* State of each chain that the caller may verify; see docs/rpc.md. Raises PT404. */
create function noc.verify_audit(company_cnpj text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set jit = off
as $$
declare
    v_chains text [] := noc.require_trail(company_cnpj);
begin
    return jsonb_build_object('chains', (
        with first_faults as (
            select distinct on (f.chain) f.chain, f.seq, f.why
            from noc.audit_faults(v_chains) with ordinality as f (chain, seq, why, place)
            order by f.chain, f.place
        ),

        sizes as (
            select
                a.chain, count(*) as entries, count(*) filter (where a.payload is null) as redacted
            from public.noc_audit as a
            where a.chain = any(v_chains)
            group by a.chain
        )

        select coalesce(jsonb_agg(jsonb_build_object(
            'company_cnpj', nullif(c.chain, '*'),
            'entries', coalesce(s.entries, 0),
            'redacted', coalesce(s.redacted, 0),
            'valid', f.why is null,
            'first_bad', case
                when f.why is not null then jsonb_build_object('seq', f.seq, 'why', f.why)
            end,
            'head', coalesce(
                (
                    select encode(a.hash, 'hex') from public.noc_audit as a
                    where a.chain = c.chain
                    order by a.seq desc
                    limit 1
                ),
                encode(noc.audit_genesis(c.chain), 'hex')
            )
        ) order by c.chain), '[]')
        from unnest(v_chains) as c (chain)
        left join sizes as s on s.chain = c.chain
        left join first_faults as f on f.chain = c.chain
    ));
end;
$$;

create function public.noc_verify_audit(company_cnpj text default null)
returns json
language sql
stable
set search_path = ''
begin atomic select noc.envelope(noc.verify_audit(company_cnpj)); end;
