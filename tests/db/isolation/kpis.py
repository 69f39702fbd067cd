"""The oracle of the overview's six cards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.db.isolation.facts import Facts, Row
from tests.db.isolation.figures import (
    Limits,
    Near,
    by,
    is_error,
    is_refusal,
    judged,
    limits,
    percentile,
    rate,
)
from tests.db.isolation.scope import Scope, floor
from tests.db.isolation.states import Json, instant, service_figures
from tests.db.isolation.status import OF_SEVERITY, shown_services, worst

DAY = timedelta(days=1)


def expected_kpis(scope: Scope, facts: Facts) -> Json:
    calls = scope.calls(facts)
    now = [c for c in calls if scope.spans(c["timestamp"])]
    before = [c for c in calls if scope.spans(c["timestamp"] + DAY)]
    figures = service_figures(scope, facts)
    judged_calls = _judged(scope, "p95_latency", facts).values()
    slowest = max((percentile(f, 0.95) or 0 for f in judged_calls), default=None)
    allowed = limits("error_rate", scope.wanted, scope.wanted.service, facts)
    llm = shown_services(scope.companies, scope.everything, facts).get("llm")
    return {
        "latency": (
            len(now),
            Near(percentile(now, 0.95)),
            Near(percentile(now, 0.5)),
            Near(percentile(before, 0.95)),
            Near(slowest),
            limits("p95_latency", scope.wanted, scope.wanted.service, facts),
        ),
        "errors": (
            _errors_status(scope, calls, allowed, facts),
            len(now),
            Near(rate(now, is_error)),
            Near(rate(now, is_refusal)),
            Near(rate(before, is_error)),
            allowed,
        ),
        "throughput": ("UP" if now else "NO_DATA", len(now)),
        "queue": _queue(scope, facts),
        "llm": (
            llm.status if llm else "NO_DATA",
            llm.since if llm else None,
            len(figures.get("llm", [])) or None,
        ),
        "jobs": _jobs(scope, facts),
    }


def observed_kpis(kpis: Json) -> Json:
    latency, errors, queue = kpis["latency"], kpis["errors"], kpis["queue"]
    return {
        "latency": (
            latency["count"],
            latency["p95_ms"],
            latency["p50_ms"],
            latency["previous_p95_ms"],
            (latency["worst"] or {}).get("p95_ms"),
            latency["thresholds"],
        ),
        "errors": (
            errors["status"],
            errors["count"],
            errors["error_rate"],
            errors["error_rate_4xx"],
            errors["previous_error_rate"],
            errors["thresholds"],
        ),
        "throughput": (kpis["throughput"]["status"], kpis["throughput"]["count"]),
        "queue": (
            queue["status"],
            queue["pending"],
            queue["failed"],
            queue["unknown"],
            queue["dead"],
            queue["oldest_age_s"],
            queue["worst"],
            queue["thresholds"],
        ),
        "llm": (kpis["llm"]["status"], instant(kpis["llm"]["since"]), kpis["llm"]["count"]),
        "jobs": tuple(
            kpis["jobs"][k] for k in ("status", "running", "failed", "succeeded", "worst")
        ),
    }


def _alert_status(scope: Scope, code: str, facts: Facts, any_service: bool = False) -> str | None:
    return worst(
        OF_SEVERITY[row["severity"]]
        for row in facts.public["noc_alerts"]
        if row["state"] != "closed"
        and row["code"] == code
        and scope.covers(row["company_cnpj"])
        and (any_service or scope.serves(row["service"]))
    )


def _errors_status(scope: Scope, calls: list[Row], allowed: Limits, facts: Facts) -> str:
    minute = floor(facts.at, timedelta(minutes=1))
    last = minute + timedelta(minutes=1)
    recent = [c for c in calls if minute - timedelta(minutes=4) <= c["timestamp"] < last]
    own = judged(rate(recent, is_error), allowed)
    services = _judged(scope, "error_rate", facts).values()
    each = [judged(rate(found, is_error), allowed) for found in services]
    return worst((own, *each, _alert_status(scope, "error_rate", facts))) or "NO_DATA"


def _judged(scope: Scope, code: str, facts: Facts) -> dict[str, list[Row]]:
    """Calls of the last five minutes of each service that everybody's rule would judge."""
    first = floor(facts.at, timedelta(minutes=1)) - timedelta(minutes=4)
    recent = [
        c for c in scope.calls(facts) if first <= c["timestamp"] < first + timedelta(minutes=5)
    ]
    rules = [
        row
        for row in facts.public["noc_rules"]
        if row["code"] == code
        and row["enabled"]
        and not (row["company_cnpj"] or row["group_id"] or row["service"])
    ]
    return {
        service: found
        for service, found in by(recent, lambda call: call["service"]).items()
        for rule in rules
        if len(found) >= rule["min_samples"] and service not in rule["excluded_services"]
    }


def _queue(scope: Scope, facts: Facts) -> tuple[Any, ...]:
    rows = [r for r in facts.public["queue_whatsapp"] if scope.covers(r["company_cnpj"])]
    pending = by((r for r in rows if r["status"] == "queued"), lambda r: r["company_cnpj"])
    unsent = [r for r in rows if r["status"] != "sent"]
    failed = [r for r in rows if r["status"] == "failed" and r["updated_at"] >= scope.starts]
    waiting = [r["created_at"] for r in rows if r["status"] == "queued"]
    allowed = limits("whatsapp_queue_pending", scope.wanted, "whatsapp", facts)
    most = max((len(found) for found in pending.values()), default=0 if unsent else None)
    top = min(pending, key=lambda c: (-len(pending[c]), c), default=None)
    unknown = [r for r in rows if r["state"] == "unknown" and r["updated_at"] >= scope.starts]
    dead = [r for r in rows if r["state"] == "dead" and r["updated_at"] >= facts.at - DAY]
    alert = worst(
        _alert_status(scope, code, facts, any_service=True)
        for code in ("whatsapp_queue_pending", "whatsapp_queue_dead")
    )
    return (
        (worst((judged(most, allowed), alert)) or "UP") if rows else "NO_DATA",
        len(waiting),
        len(failed),
        len(unknown),
        len(dead),
        round((facts.at - min(waiting)).total_seconds()) if waiting else None,
        {
            "company_cnpj": top,
            "label": facts.companies[top]["name"],
            "pending": len(pending[top]),
        }
        if top
        else None,
        allowed,
    )


def _jobs(scope: Scope, facts: Facts) -> tuple[Any, ...]:
    rows = [
        r
        for r in facts.public["jobs"]
        if scope.covers(r["company_cnpj"])
        and (r["status"] == "running" or r["finished_at"] >= scope.starts)
    ]
    states = by(rows, lambda r: r["status"])
    ended = [r for r in rows if r["finished_at"] is not None]
    runs = by(ended, lambda r: (r["company_cnpj"], r["job_type"]))
    last = {kind: max(found, key=lambda r: r["finished_at"]) for kind, found in runs.items()}
    broken = {kind for kind, run in last.items() if run["status"] == "failed"}
    failures = [r for r in states.get("failed", []) if (r["company_cnpj"], r["job_type"]) in broken]
    failed = by(failures, lambda r: r["job_type"])
    top = min(failed, key=lambda name: (-len(failed[name]), name), default=None)
    return (
        "NO_DATA" if not rows else "DEGRADED" if failed else "UP",
        len(states.get("running", [])),
        len(states.get("failed", [])),
        len(states.get("success", [])),
        {"label": top, "failed": len(failed[top])} if top else None,
    )
