"""Wrong versions of the machine, each of which the duel must notice."""

from __future__ import annotations

from typing import Final

from tests.db.isolation.mutants import Edit

STEP: Final = "noc.step(public.noc_rules,noc.measurement,noc.rule_states,timestamptz)"
EVALUATE: Final = "noc.evaluate_family(text,timestamptz,uuid[])"

MUTANTS: Final[dict[str, Edit]] = {
    # limits
    "a value on the warning limit is bad": Edit(
        STEP,
        "(measured).value * k.side > (rule).degraded_threshold",
        "(measured).value * k.side >= (rule).degraded_threshold",
    ),
    "a value on the critical limit is bad": Edit(
        STEP,
        "(measured).value * k.side > (rule).down_threshold",
        "(measured).value * k.side >= (rule).down_threshold",
    ),
    "a value on the clear limit is bad": Edit(
        STEP, "> coalesce((rule).degraded_clear", ">= coalesce((rule).degraded_clear"
    ),
    "a value on the critical clear limit is bad": Edit(
        STEP, "> coalesce((rule).down_clear", ">= coalesce((rule).down_clear"
    ),
    "no clear limits": Edit(
        STEP,
        "coalesce((rule).degraded_clear, (rule).degraded_threshold)",
        "(rule).degraded_threshold",
    ),
    "below is above": Edit(STEP, "then -1 else 1", "then 1 else 1"),
    "critical holds to the warning's clear limit": Edit(
        STEP, "= 'critical' and f.holds_down", "= 'critical' and f.holds_degraded"
    ),
    # samples
    "few samples count": Edit(
        STEP, "coalesce((measured).samples >= (rule).min_samples, true)", "true"
    ),
    "just enough samples are too few": Edit(
        STEP, "(measured).samples >= (rule)", "(measured).samples > (rule)"
    ),
    "few good ones prove it soon": Edit(STEP, "'30 minutes'", "'20 minutes'"),
    "few good ones prove nothing": Edit(STEP, "'30 minutes'", "'30 days'"),
    "few bad ones count after half an hour": Edit(
        STEP, "and not coalesce(f.holds_degraded, false) and not coalesce(f.holds_down, false)", ""
    ),
    "silence is as before": Edit(STEP, "then 'no_data'::noc.rule_phase", "then (state).phase"),
    "no calls are silence": Edit(STEP, "and (measured).samples is null", ""),
    "no data is never good": Edit(STEP, "or not f.known and (rule).no_data = 'ok'", ""),
    "no data is always good": Edit(STEP, "and (rule).no_data = 'ok'", ""),
    # time
    "no for of a warning": Edit(
        STEP, "make_interval(secs => (rule).for_degraded_s)", "interval '0'"
    ),
    "no for of a critical": Edit(STEP, "make_interval(secs => (rule).for_down_s)", "interval '0'"),
    "for must be exceeded": Edit(
        STEP, "at - s.warning_since >= make_interval", "at - s.warning_since > make_interval"
    ),
    "no keep_firing": Edit(STEP, "make_interval(secs => (rule).keep_firing_s)", "interval '0'"),
    "keep_firing must be exceeded": Edit(
        STEP, "< make_interval(secs => (rule).keep", "<= make_interval(secs => (rule).keep"
    ),
    "recovery begins anew with each tick": Edit(
        STEP, "at - coalesce((state).recovering_since, at)", "at - at"
    ),
    "pending never lapses": Edit(STEP, "at - (state).seen_at > make", "at - at > make"),
    "pending lapses with its window": Edit(STEP, "(rule).over_s + 60", "(rule).over_s"),
    "a breach begins when it is seen": Edit(STEP, "least((measured).since, at)", "at"),
    "a breach begins anew with each tick": Edit(
        STEP, "case when not f.lapsed then (state).warning_since end", "null"
    ),
    # alerts
    "nothing reopens": Edit(EVALUATE, "a.closed_at >= at - ", "false and a.closed_at >= at - "),
    "everything reopens": Edit(
        EVALUATE, "and a.closed_at >= at - make_interval(secs => r.reopen_s)", ""
    ),
    "what a person closed reopens": Edit(EVALUATE, "and a.close_reason = 'recovered'", ""),
    "the latch holds nothing": Edit(
        EVALUATE, "and coalesce((v.before).latched_until <= at, true)", ""
    ),
    "worse leaves the acknowledgement": Edit(
        EVALUATE,
        "when v.severity > coalesce(a.acked_severity, a.severity) then 'open'",
        "when false then 'open'",
    ),
    "the worst is forgotten": Edit(
        EVALUATE,
        "greatest(a.severity_max, v.severity)",
        "coalesce(v.severity, a.severity_max)",
    ),
    "withdrawn counts as recovered": Edit(
        EVALUATE, "case when v.code is null then 'withdrawn' else 'recovered' end", "'recovered'"
    ),
    # values
    "the worst is the last": Edit(
        EVALUATE, "noc.worse(a.worst_value, v.figure, v.below)", "coalesce(v.figure, a.worst_value)"
    ),
    "the worst is written in its turn": Edit(
        EVALUATE, "or noc.worse(b.worst_value, v.figure, v.below) <> b.worst_value", ""
    ),
    "the worst of a rule for below is the largest": Edit(
        EVALUATE,
        "noc.worse(a.worst_value, v.figure, v.below)",
        "noc.worse(a.worst_value, v.figure, false)",
    ),
    "a return has no worst": Edit(
        EVALUATE, "noc.worse(a.worst_value, f.figure, f.below)", "a.worst_value"
    ),
    "recovering counts": Edit(EVALUATE, "v.phase = 'firing' and v.unit <> 'status'", "true"),
    "a minute counts twice": Edit(
        EVALUATE, "and b.last_seen_at < date_trunc('minute', at) as", "as"
    ),
    "the mean is of the opening": Edit(EVALUATE, "when f.counts then", "when false then"),
    "it began when it opened": Edit(EVALUATE, "least(v.warning_since, v.critical_since, at)", "at"),
}
