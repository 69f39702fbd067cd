"""The oracle of shown states: the worst of probes and open alerts within a scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tests.db.isolation.facts import Facts, Row

ORDER: Final = {None: -1, "UP": 0, "DEGRADED": 1, "DOWN": 2}
SEVERITIES: Final = {"info": 0, "warning": 1, "critical": 2}
OF_SEVERITY: Final = {"info": "UP", "warning": "DEGRADED", "critical": "DOWN"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One service as a scope sees it; `known` null when nothing is known of it."""

    status: str
    known: str | None
    since: datetime | None
    reason: str | None
    checked_at: frozenset[datetime | None]  # any of these, where lines are alike
    silent: bool


def lent(alert: Row) -> str:
    """The status that an open alert stands for; silenced it is never worse than DEGRADED."""
    status = OF_SEVERITY[alert["severity"]]
    return "DEGRADED" if alert["muted_by"] and status == "DOWN" else status


def asked_for(alert: Row, everything: bool) -> bool:
    """Whether a reader is asked to act on it: not muted, no part of an incident it sees."""
    return alert["muted_by"] is None and not (everything and alert["parent_id"])


def worst(statuses: Any) -> str | None:
    return max(statuses, key=ORDER.__getitem__, default=None)


def worst_alert(alerts: list[Row]) -> Row:
    return max(alerts, key=lambda row: (SEVERITIES[row["severity"]], row["last_value"]))


@dataclass(frozen=True, slots=True)
class _Line:
    """State of one service for one company, or with company null for everybody."""

    status: str | None
    since: datetime | None
    reason: str | None
    checked_at: datetime | None
    silent: bool

    @property
    def shown(self) -> str | None:
        return None if self.silent and self.status in (None, "UP") else self.status


def cell_status(service: str, company: str, everything: bool, facts: Facts) -> str | None:
    """Of one company's use of a service: its own state and everybody's, the worse of both.

    A service that is not shared has a state for everybody too, which only admin sees.
    """
    shared = {row["service_name"] for row in facts.private["services"] if row["shared"]}
    owners = {company, None} if everything or service in shared else {company}
    return worst(
        _line(*_sources(service, owner, facts), readable=True, facts=facts).status
        for owner in owners
    )


def _sources(service: str, company: str | None, facts: Facts) -> tuple[Row | None, list[Row]]:
    """The probe, if any, and the open alerts of exactly this service and company."""
    alerts = [
        row
        for row in facts.public["noc_alerts"]
        if row["state"] != "closed"
        and row["severity"] != "info"
        and not row["incident"]
        and (row["service"], row["company_cnpj"]) == (service, company)
    ]
    probes = [
        row
        for row in facts.private["check_targets"]
        if row["enabled"] and (row["service_name"], row["company_cnpj"]) == (service, company)
    ]
    return (probes[0] if probes else None), alerts


def shown_services(companies: frozenset[str], everything: bool, facts: Facts) -> dict[str, Shown]:
    """Services of the scope. Who sees no company sees no service, not even a shared one."""
    if not companies and not everything:
        return {}
    keys: set[tuple[str, str | None]] = {
        (row["service_name"], None)
        for row in facts.private["services"]
        if row["shared"] or everything
    }
    owned = [
        *((row["service_name"], row["company_cnpj"]) for row in facts.private["check_targets"]),
        *((row["service"], row["company_cnpj"]) for row in facts.public["noc_alerts"]),
    ]
    keys |= {(service, company) for service, company in owned if service and company in companies}
    lines: dict[str, list[_Line]] = {}
    for service, company in keys:
        probe, alerts = _sources(service, company, facts)
        if company is None or probe or alerts:
            readable = company is not None or everything
            lines.setdefault(service, []).append(_line(probe, alerts, readable, facts))
    return {service: _merged(found) for service, found in lines.items()}


def _line(probe: Row | None, alerts: list[Row], readable: bool, facts: Facts) -> _Line:
    reasons = {row["metric"]: row["reason"] for row in facts.private["rule_metrics"]}
    metrics = {row["rule_id"]: row["metric"] for row in facts.public["noc_rules"]}
    sources = [(lent(row), row["started_at"], reasons[metrics[row["rule_id"]]]) for row in alerts]
    fresh = True
    if probe is not None:
        limit = timedelta(seconds=3 * probe["interval_s"])
        seen = probe["last_checked_at"]
        fresh = probe["status"] is not None and seen is not None and seen >= facts.at - limit
        if probe["status"] is not None and (fresh or probe["status"] == "DOWN"):
            sources.append((probe["status"], probe["since"], "probe"))
    top = worst(source[0] for source in sources)
    since, why = min(
        ((s[1], s[2]) for s in sources if s[0] == top), default=(None, None), key=lambda s: s[0]
    )
    reason = why if ORDER[top] > 0 else None if fresh else "nodata"
    checked = probe["last_checked_at"] if probe is not None else None
    return _Line(top, since, reason if readable else None, checked if readable else None, not fresh)


def _merged(lines: list[_Line]) -> Shown:
    silent = any(line.silent for line in lines)
    known = worst(line.shown for line in lines)
    ranked = sorted(
        (line for line in lines if line.shown == known),
        key=lambda line: (line.since is None, line.since),
    )
    first = ranked[0]
    nothing = known is None or (silent and known == "UP")
    return Shown(
        status="NO_DATA" if nothing else str(known),
        known=known,
        since=first.since,
        reason="nodata" if silent and known in (None, "UP") else first.reason,
        checked_at=frozenset(line.checked_at for line in ranked if line.since == first.since),
        silent=silent,
    )
