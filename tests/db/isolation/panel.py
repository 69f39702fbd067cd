"""The oracle of the page's filtered reads: traffic, series, heatmap, matrix."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.db.isolation.facts import Facts
from tests.db.isolation.figures import (
    Near,
    by,
    is_error,
    is_refusal,
    limits,
    percentile,
    rate,
)
from tests.db.isolation.scope import Scope, floor
from tests.db.isolation.states import Json, instant
from tests.db.isolation.status import (
    cell_status,
    worst,
    worst_alert,
)

Heat = dict[tuple[Any, Any], tuple[int, dict[Any, tuple[int, Any]]]]
HOUR = timedelta(hours=1)


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


def expected_cut_off(scope: Scope, facts: Facts) -> set[tuple[Any, ...]]:
    return {
        (
            row["provider"] if scope.everything else row["provider"].split(":")[0],
            row["company_cnpj"],
            row["opened_at"],
        )
        for row in facts.private["breakers"]
        if row["opened_at"] is not None
        and (row["company_cnpj"] is None or scope.covers(row["company_cnpj"]))
    }


def observed_cut_off(data: list[Json]) -> set[tuple[Any, ...]]:
    return {(one["provider"], one["company_cnpj"], instant(one["since"])) for one in data}


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
    first = floor(facts.at, HOUR) - 23 * HOUR
    calls = [c for c in scope.calls(facts) if floor(c["timestamp"], HOUR) >= first]
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
            status = cell_status(service, cnpj, scope.everything, facts) or "UP"
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
