"""The oracle of noc_badge, the banner, the services card and the list of alerts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from tests.db.isolation.facts import Facts, Row
from tests.db.isolation.figures import Near, by, is_error, percentile, rate
from tests.db.isolation.rights import Rights
from tests.db.isolation.scope import Scope
from tests.db.isolation.status import (
    OF_SEVERITY,
    ORDER,
    SEVERITIES,
    Shown,
    asked_for,
    lent,
    shown_services,
    worst,
    worst_alert,
)

Json = dict[str, Any]
BANNER: Final = (
    "status",
    "since",
    "kind",
    "title",
    "service",
    "companies",
    "company_name",
    "value",
    "alert_id",
    "open_alerts",
)


class OneOf:
    """Equal to any of the values: what an ordering without a tie-break may give."""

    def __init__(self, values: frozenset[Any]) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return other in self.values

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"one of {set(self.values)}"


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def ranked(alerts: list[Row]) -> list[Row]:
    """The most severe first, then the oldest."""
    return sorted(alerts, key=lambda a: (-SEVERITIES[a["severity"]], a["started_at"]))


def _blind(services: dict[str, Shown]) -> bool:
    """No probe speaks: every service is silent, or there is none to hear."""
    return all(one.silent for one in services.values() if one.known is not None or one.silent)


def expected_badge(rights: Rights, facts: Facts) -> Json:
    alerts = [
        row
        for row in facts.public["noc_alerts"]
        if row["state"] != "closed" and rights.sees(row["company_cnpj"])
    ]
    services = shown_services(rights.visible, rights.admin, facts)
    known = [(lent(a), a["started_at"]) for a in alerts]
    counted = [a for a in alerts if asked_for(a, rights.admin)]
    known += [(one.known, one.since) for one in services.values() if one.known is not None]
    top = worst(status for status, _ in known)
    tick = facts.private["engine_state"][0]["tick_at"]
    stopped = tick is None or tick < facts.at - timedelta(seconds=90)
    calm = ORDER[top] <= 0
    status = top
    if top != "DOWN" and (stopped or top is None or (_blind(services) and calm)):
        status = "NO_DATA"
    return {
        "status": status,
        "since": None if calm else min(since for one, since in known if one == top),
        "open_alerts": len(counted),
        "critical_alerts": sum(a["severity"] == "critical" for a in counted),
        "worst": [listed(a, rights, facts) for a in ranked(counted)[:3]],
    }


def observed_badge(data: Json) -> Json:
    return {
        **data,
        "since": instant(data["since"]),
        "worst": [observed_alert(a) for a in data["worst"]],
    }


def listed(alert: Row, rights: Rights, facts: Facts) -> tuple[Any, ...]:
    company = alert["company_cnpj"]
    works = rights.operates(company)
    return (
        str(alert["alert_id"]),
        alert["service"],
        company,
        facts.companies[company]["name"] if company else None,
        alert["last_value"],
        works,
        _muted(alert, works, facts),
        str(alert["parent_id"]) if rights.admin and alert["parent_id"] else None,
        len(facts.parts(alert)) if alert["incident"] else None,
    )


def _muted(alert: Row, works: bool, facts: Facts) -> tuple[Any, ...] | None:
    """By which silence, for who may work the alert; only that there is one, for others."""
    if alert["muted_by"] is None:
        return None
    silence_id = alert["muted_by"].split(":")[1]
    silence = next(s for s in facts.public["noc_silences"] if str(s["silence_id"]) == silence_id)
    told = (silence_id, facts.note(silence)) if works else (None, None)
    return ("silence", silence["ends_at"], *told)


def observed_alert(alert: Json) -> tuple[Any, ...]:
    muted = alert["muted_by"]
    return (
        alert["alert_id"],
        alert["service"],
        alert["company_cnpj"],
        alert["company_name"],
        alert["value"],
        alert["can_work"],
        muted and (muted["kind"], instant(muted["until"]), muted["id"], muted["reason"]),
        alert["parent_id"],
        alert["parts"],
    )


def expected_banner(scope: Scope, facts: Facts) -> Json:
    alerts = [a for a in scope.alerts(facts) if asked_for(a, scope.everything)]
    services = {
        name: one
        for name, one in shown_services(scope.companies, scope.everything, facts).items()
        if scope.serves(name)
    }
    sick = sorted(
        (-ORDER[one.known], one.since, name)
        for name, one in services.items()
        if ORDER[one.known] > 0
    )
    kinds = [
        _kind(found, facts) for found in by(alerts, lambda a: (a["code"], a["service"])).values()
    ]
    kind = min(kinds, key=lambda k: k[0])[1] if kinds else None
    banner: Json = dict.fromkeys(BANNER) | {"open_alerts": len(alerts), "companies": 0}
    if kind and ORDER[kind["status"]] >= max(0, -sick[0][0] if sick else 0):
        return banner | {"kind": "alert"} | kind
    if sick:
        _, since, name = sick[0]
        one = services[name]
        silent = one.known == "DOWN" and one.reason in ("probe", None)
        trouble = "service_down" if silent else "service_troubled"
        title = {"latency": "p95_latency", "errors": "error_rate"}.get(one.reason or "", trouble)
        said = {"kind": "health", "title": title, "since": since, "service": name}
        return banner | said | {"status": one.known}
    if _blind(services):
        return banner | {"kind": "no_data", "status": "NO_DATA"}
    return banner | {"kind": "calm", "status": "UP"}


def _kind(alerts: list[Row], facts: Facts) -> tuple[tuple[Any, ...], Json]:
    first = worst_alert(alerts)
    since = min(a["started_at"] for a in alerts)
    companies = len({a["company_cnpj"] for a in alerts} - {None})
    companies += max(len({p["company_cnpj"] for p in facts.parts(a)}) for a in alerts)
    name = facts.companies.get(first["company_cnpj"], {}).get("name")
    everybody = any(a["company_cnpj"] is None and not a["incident"] for a in alerts)
    return (-SEVERITIES[first["severity"]], not everybody, -companies, since), {
        "status": OF_SEVERITY[first["severity"]],
        "since": since,
        "service": first["service"],
        "title": first["code"],
        "companies": companies,
        "company_name": name if companies == 1 else None,
        "alert_id": str(first["alert_id"]),
        "value": first["last_value"],
    }


def observed_banner(data: Json) -> Json:
    return {name: data.get(name) for name in BANNER} | {"since": instant(data.get("since"))}


def expected_cards(scope: Scope, facts: Facts) -> dict[str, tuple[Any, ...]]:
    figures = service_figures(scope, facts)
    cards = {}
    for name, one in shown_services(scope.companies, scope.everything, facts).items():
        if not scope.serves(name) or not (one.known or one.silent or name in figures):
            continue
        status = "UP" if one.known is None and not one.silent else one.status
        mine = figures.get(name, [])
        cards[name] = (
            status,
            one.since,
            one.reason,
            OneOf(one.checked_at),
            len(mine) or None,
            Near(percentile(mine, 0.95)),
            Near(rate(mine, is_error)),
        )
    return cards


def observed_cards(data: list[Json]) -> dict[str, tuple[Any, ...]]:
    return {
        card["service_name"]: (
            card["status"],
            instant(card["since"]),
            card["reason"],
            instant(card["checked_at"]),
            card["count"],
            card["p95_ms"],
            card["error_rate"],
        )
        for card in data
    }


def service_figures(scope: Scope, facts: Facts) -> dict[str, list[Row]]:
    """Calls of the scope's last hour, per service."""
    first = max(scope.starts, scope.ends - timedelta(hours=1))
    recent = [c for c in scope.calls(facts) if first <= c["timestamp"] < scope.ends]
    return by(recent, lambda call: call["service"])
