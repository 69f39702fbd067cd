-- The latency sketch: an int8[] multiset of (key << 40 | count) over logarithmic buckets.
-- key = ceil(ln(max(ms, 1)) / ln(gamma)), gamma = (1 + a) / (1 - a) with a = 1 %, so a
-- quantile read from it is within 1 % of percentile_disc (DDSketch, arXiv 1908.10693).
-- Duplicate keys are legal: merging is concatenation, whatever the order.

/* Bucket of a latency; 49.99833327 = 1 / ln(gamma). The numeric ln would be ten times slower. */
create function noc.sketch_key(latency_ms integer)
returns bigint
language sql
immutable
parallel safe
as $$
    select ceil(ln(greatest(latency_ms, 1)::double precision) * 49.99833327)::bigint
$$;

/* One entry: count must stay below 2^40. */
create function noc.sketch_entry(key bigint, count bigint)
returns bigint
language sql
immutable
parallel safe
as $$
    select key << 40 | count
$$;

/* Milliseconds that stand for a bucket: its middle in relative terms, 2 gamma^key / (gamma + 1). */
create function noc.sketch_value(key bigint)
returns double precision
language sql
immutable
parallel safe
as $$
    select 2 * exp(key / 49.99833327::double precision)
        / (1 + exp(1 / 49.99833327::double precision))
$$;

/* Sum of bigints as a bigint: the built-in one goes through numeric. Raises on overflow. */
create aggregate noc.total(bigint) ( -- noqa: LT01
    sfunc = int8pl, stype = bigint, initcond = '0', combinefunc = int8pl, parallel = safe
);

/* The same multiset with one entry per key; null for an empty one. */
create function noc.sketch_compact(sketch bigint [])
returns bigint []
language sql
immutable
parallel safe
set search_path = ''
as $$
    select array_agg(q.key << 40 | q.n)
    from (
        select x >> 40 as key, noc.total(x & 1099511627775) as n
        from (select unnest(sketch) as x) as e
        group by 1
    ) as q
$$;

/* The same multiset, compact when it is long; a short one is not worth the call. */
create function noc.sketch_trim(sketch bigint [])
returns bigint []
language sql
immutable
parallel safe
as $$
    select case
        when cardinality(sketch) > 64 then noc.sketch_compact(sketch) else sketch
    end
$$;

/*
Adds b to a. Compacts only when the length crosses a power of two from 256 up, so the
cost is amortised: x and y have different highest bits exactly when (x # y) > (x & y).
*/
create function noc.sketch_add(a bigint [], b bigint [])
returns bigint []
language sql
immutable
parallel safe
as $$
    select case
        when cardinality(a) + cardinality(b) >= 256
            and (cardinality(a) # (cardinality(a) + cardinality(b)))
            > (cardinality(a) & (cardinality(a) + cardinality(b)))
            then noc.sketch_compact(a || b)
        else a || b
    end
$$;

/*
Quantiles of one sketch as percentile_disc defines them (the smallest value that at
least q of the rows do not exceed), in ms. `qs` ascending. Null for an empty sketch.
*/
create function noc.sketch_quantiles(sketch bigint [], qs double precision [])
returns real []
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_sorted bigint [];
    v_total bigint;
    v_seen bigint := 0;
    v_entry bigint;
    v_result real [] := '{}'::real [];
    v_next integer := 1;
begin
    if coalesce(cardinality(sketch), 0) = 0 then
        return null;
    end if;
    if cardinality(sketch) = 1 then
        return array_fill(noc.sketch_value(sketch[1] >> 40)::real, array[cardinality(qs)]);
    end if;
    -- An entry begins with its key, so int8 order is key order.
    select array_agg(x order by x), sum(x & 1099511627775) into v_sorted, v_total
    from unnest(sketch) as x;
    foreach v_entry in array v_sorted loop
        v_seen := v_seen + (v_entry & 1099511627775);
        while v_seen >= greatest(ceil(qs[v_next] * v_total), 1) loop
            v_result := v_result || noc.sketch_value(v_entry >> 40)::real;
            v_next := v_next + 1;
            if v_next > cardinality(qs) then
                return v_result;
            end if;
        end loop;
    end loop;
    return v_result;
end;
$$;

/* Both multisets together. */
create aggregate noc.sketch_concat(bigint []) (
    sfunc = array_cat, stype = bigint [], parallel = safe
);
