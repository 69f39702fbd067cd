"""The oracle of one alert: who reads its timeline, who is told names and words, who works it."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from tests.db.isolation.facts import Facts, Row
from tests.db.isolation.rights import Rights

NO_ALERT: Final = ("PT404", "alert not found", None, "alert_not_found")
READS_ONLY: Final = (
    "PT403",
    "this role reads alerts and does not work them",
    None,
    "not_operator",
)
ERROR: Final = ("code", "message", "details", "hint")  # of a refusal that is an answer
WORK: Final = "noc_comment_alert"


def expected_refusal(rights: Rights, alert: Row | None, works: bool) -> tuple[Any, ...] | None:
    """The error that a caller meets, None when it is let in; an alert that is none is foreign."""
    if alert is None or not rights.sees(alert["company_cnpj"]):
        return NO_ALERT
    return READS_ONLY if works and not rights.operates(alert["company_cnpj"]) else None


def expected_timeline(rights: Rights, alert: Row, facts: Facts) -> dict[str, Any]:
    works = rights.operates(alert["company_cnpj"])
    return {
        "alert_id": str(alert["alert_id"]),
        "can_work": works,
        "owner": facts.users.get(alert["assignee"]) if works else None,
        "events": Counter(
            (
                event["kind"],
                event["actor"] is not None,
                facts.users.get(event["actor"]) if works else None,
                facts.note(event) if works else None,
            )
            for event in facts.private["alert_events"]
            if event["alert_id"] == alert["alert_id"]
        ),
    }


def observed_timeline(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "alert_id": data["alert"]["alert_id"],
        "can_work": data["can_work"],
        "owner": data["alert"]["owner"],
        "events": Counter(
            (event["kind"], event["by_person"], event["actor"], event["note"])
            for event in data["events"] or []
        ),
    }
