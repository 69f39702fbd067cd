"""The oracle of the page's filtered reads: overview, series, heatmap, matrix."""

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
from tests.db.isolation.status import (
    OF_SEVERITY,
    common_status,
    shown_services,
    worst,
    worst_alert,
)

Heat = dict[tuple[Any, Any], tuple[int, dict[Any, tuple[int, Any]]]]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def expected_kpis(scope: Scope, facts: Facts) -> Json:
    calls = scope.calls(facts)
    now = [c for c in calls if scope.spans(c["timestamp"])]
    before = [c for c in calls if scope.spans(c["timestamp"] + DAY)]
    figures = service_figures(scope, facts)
    slowest = max((percentile(f, 0.95) or 0 for f in figures.values()), default=None)
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
    return worst((own, _alert_status(scope, "error_rate", facts))) or "NO_DATA"


def _queue(scope: Scope, facts: Facts) -> tuple[Any, ...]:
    rows = [r for r in facts.public["queue_whatsapp"] if scope.covers(r["company_cnpj"])]
    pending = by((r for r in rows if r["status"] == "queued"), lambda r: r["company_cnpj"])
    unsent = [r for r in rows if r["status"] != "sent"]
    failed = [r for r in rows if r["status"] == "failed" and r["updated_at"] >= scope.starts]
    waiting = [r["created_at"] for r in rows if r["status"] == "queued"]
    allowed = limits("whatsapp_queue_pending", scope.wanted, "whatsapp", facts)
    most = max((len(found) for found in pending.values()), default=0 if unsent else None)
    top = min(pending, key=lambda c: (-len(pending[c]), c), default=None)
    alert = _alert_status(scope, "whatsapp_queue_pending", facts, any_service=True)
    return (
        (worst((judged(most, allowed), alert)) or "UP") if rows else "NO_DATA",
        len(waiting),
        len(failed),
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
    failed = by(states.get("failed", []), lambda r: r["job_type"])
    top = min(failed, key=lambda name: (-len(failed[name]), name), default=None)
    return (
        "NO_DATA" if not rows else "DEGRADED" if failed else "UP",
        len(states.get("running", [])),
        len(states.get("failed", [])),
        len(states.get("success", [])),
        {"label": top, "failed": len(failed[top])} if top else None,
    )


def expected_traffic(scope: Scope, facts: Facts) -> tuple[Any, ...]:
    keys = [
        row
        for row in facts.private["ingest_keys"]
        if row["last_used_at"] is not None and scope.covers(row["company_cnpj"])
    ]
    last = max((row["last_used_at"] for row in keys), default=None)
    collecting = any(
        row["worker"] == "collect" and row["received_at"] >= facts.at - timedelta(minutes=1)
        for row in facts.private["worker_heartbeats"]
    )
    state = "quiet" if scope.everything and collecting else "silent"
    if last is not None and last >= facts.at - timedelta(minutes=2):
        state = "fresh"
    simulated = any(row["simulated"] for row in keys if row["last_used_at"] >= facts.at - HOUR)
    return state, last, simulated


def observed_traffic(data: Json) -> tuple[Any, ...]:
    return data["state"], instant(data["last_event_at"]), data["simulated"]


def expected_series(scope: Scope, facts: Facts) -> Json:
    buckets = by(
        (c for c in scope.calls(facts) if scope.spans(c["timestamp"])),
        lambda c: floor(c["timestamp"], scope.step),
    )
    told = [
        (row[f"{what}_at"], str(row["alert_id"]), f"alert_{what}", row["service"])
        for row in scope.alerts(facts, live=False)
        for what in ("opened", "closed")
        if row[f"{what}_at"] is not None and scope.spans(row[f"{what}_at"])
    ]
    return {
        "points": {
            bucket: (
                len(found),
                Near(percentile(found, 0.95)),
                Near(rate(found, is_error)),
                Near(rate(found, is_refusal)),
            )
            for bucket, found in buckets.items()
        },
        "annotations": sorted(told)[-50:],
        "thresholds": {
            "p95_ms": limits("p95_latency", scope.wanted, scope.wanted.service, facts),
            "error_rate": limits("error_rate", scope.wanted, scope.wanted.service, facts),
        },
    }


def observed_series(data: Json) -> Json:
    return {
        "points": {
            instant(p["bucket"]): (p["count"], p["p95_ms"], p["error_rate"], p["error_rate_4xx"])
            for p in data["points"]
            if p["count"] is not None
        },
        "annotations": sorted(
            (instant(a["at"]), a["alert_id"], a["kind"], a["service"]) for a in data["annotations"]
        ),
        "thresholds": data["thresholds"],
    }


def expected_heatmap(scope: Scope, facts: Facts) -> Heat:
    calls = [c for c in scope.calls(facts) if scope.spans(c["timestamp"])]
    return {
        key: (
            len(found),
            {
                bucket: (len(inside), Near(percentile(inside, 0.95)))
                for bucket, inside in by(found, lambda c: floor(c["timestamp"], scope.step)).items()
            },
        )
        for key, found in by(calls, lambda c: (c["service"], c["endpoint"])).items()
    }


def observed_heatmap(data: Json) -> Heat:
    return {
        (row["service"], row["endpoint"]): (
            row["count"],
            {
                instant(bucket): (count, p95)
                for bucket, count, p95 in zip(
                    data["buckets"], row["counts"], row["p95_ms"], strict=True
                )
                if count is not None
            },
        )
        for row in data["rows"]
    }


def expected_matrix(scope: Scope, facts: Facts) -> Json:
    calls = [c for c in scope.calls(facts) if floor(c["timestamp"], HOUR) >= facts.at - DAY]
    alerts = scope.alerts(facts)
    matrix = {}
    for cnpj, company in facts.companies.items():
        if not company["active"] or not scope.covers(cnpj):
            continue
        cells = {}
        for service, found in by(
            (c for c in calls if c["company_cnpj"] == cnpj), lambda c: c["service"]
        ).items():
            mine = [a for a in alerts if (a["company_cnpj"], a["service"]) == (cnpj, service)]
            top = worst_alert(mine) if mine else None
            severity = OF_SEVERITY[top["severity"]] if top else None
            status = worst((severity, common_status(service, facts))) or "UP"
            cells[service] = (status, top["last_value"] if top else None, len(found))
        state = worst(cell[0] for cell in cells.values()) or "NO_DATA"
        matrix[cnpj] = (company["name"], state, cells)
    return {
        "companies": matrix,
        "services": {service for row in matrix.values() for service in row[2]},
    }


def observed_matrix(data: Json) -> Json:
    return {
        "companies": {
            row["company_cnpj"]: (
                row["name"],
                row["status"],
                {
                    cell["service"]: (cell["status"], cell["value"], cell["count"])
                    for cell in row["cells"]
                },
            )
            for row in data["companies"]
        },
        "services": set(data["services"]),
    }
