"""The oracles of the queue's page: its companies and pauses, its messages, and the sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from tests.db.isolation.facts import Facts, Row
from tests.db.isolation.figures import by
from tests.db.isolation.rights import Rights
from tests.db.isolation.scope import LENGTHS, Scope, floor
from tests.db.isolation.states import Json
from tests.db.isolation.telling import masked

Shown = set[tuple[Any, ...]]
DAY: Final = timedelta(days=1)
QUIET: Final = timedelta(minutes=5)


def expected_queue(scope: Scope, rights: Rights, facts: Facts) -> Json:
    rows = [r for r in facts.public["queue_whatsapp"] if scope.covers(r["company_cnpj"])]
    of_company = by(rows, lambda r: r["company_cnpj"])
    companies = {}
    for cnpj in facts.companies:
        if not scope.covers(cnpj):
            continue
        mine = of_company.get(cnpj, [])
        pauses = _pauses(cnpj, rights, facts)
        if pauses or any(_known(row, facts) for row in mine):
            companies[cnpj] = (_numbers(mine, facts), frozenset(pauses), rights.operates(cnpj))
    shown = [row for row in rows if row["company_cnpj"] in companies]
    return {"totals": _numbers(shown, facts), "companies": companies}


def observed_queue(data: Json) -> Json:
    return {
        "totals": _figures(data["totals"]),
        "companies": {
            one["company_cnpj"]: (
                _figures(one),
                frozenset((p["scope"], p["by"], p["reason"]) for p in one["pauses"]),
                one["can_operate"],
            )
            for one in data["companies"]
        },
    }


def _known(row: Row, facts: Facts) -> bool:
    recent: bool = row["updated_at"] > facts.at - DAY
    return row["status"] == "queued" or row["state"] == "unknown" or recent


def _numbers(rows: list[Row], facts: Facts) -> tuple[int, ...]:
    minute = timedelta(minutes=1)
    first = floor(facts.at, minute) + minute - timedelta(hours=1)
    return (
        sum(r["state"] in ("queued", "retry") for r in rows),
        sum(r["status"] == "failed" and r["updated_at"] >= first for r in rows),
        sum(r["state"] == "dead" and r["updated_at"] >= facts.at - DAY for r in rows),
        sum(r["state"] == "unknown" for r in rows),
    )


def _figures(one: Json) -> tuple[int, ...]:
    return one["pending"], one["failed"], one["dead"], one["unknown"]


def _pauses(company: str, rights: Rights, facts: Facts) -> Shown:
    """People and their words for who operates all that the pause reaches."""
    group = facts.companies[company]["group_id"]
    found = set()
    for pause in facts.private["queue_pauses"]:
        if pause["paused_until"] <= facts.at:
            continue
        if pause["company_cnpj"] is not None:
            scope, named = "company", rights.operates(company)
            reaches = pause["company_cnpj"] == company
        elif pause["group_id"] is not None:
            scope, named = "group", rights.admin or group in rights.own_groups
            reaches = pause["group_id"] == group
        else:
            scope, named, reaches = "everything", rights.admin, True
        if reaches:
            by_whom = facts.users.get(pause["paused_by"])
            found.add((scope, by_whom if named else None, pause["reason"] if named else None))
    return found


def expected_messages(scope: Scope, rights: Rights, facts: Facts) -> Shown:
    sent_to = {row["message_id"]: row["recipient"] for row in facts.private["message_contents"]}
    return {
        (
            str(row["message_id"]),
            masked(sent_to.get(row["message_id"])),
            row["state"] == "dead"
            and row["message_id"] in sent_to
            and rights.operates(row["company_cnpj"]),
            row["state"] == "unknown"
            and row["run_at"] is not None
            and rights.operates(row["company_cnpj"]),
        )
        for row in facts.public["queue_whatsapp"]
        if scope.covers(row["company_cnpj"])
    }


def observed_messages(data: Json) -> Shown:
    return {
        (m["message_id"], m["recipient"], m["can_retry"], m["can_resolve"])
        for m in data["messages"]
    }


def expected_sessions(scope: Scope, _rights: Rights, facts: Facts) -> Json:
    starts = facts.at - LENGTHS[scope.wanted.range or "1h"] - QUIET
    found = [
        row
        for row in facts.public["sessions"]
        if scope.covers(row["company_cnpj"]) and row["last_seen_at"] > starts
    ]
    active = [
        row
        for row in found
        if row["last_seen_at"] > facts.at - QUIET and row["user_id"] in facts.signed_in
    ]
    of_company = by(found, lambda r: r["company_cnpj"])
    return {
        "active": len(active),
        "people": len({row["user_id"] for row in active}),
        "companies": {
            company: sum(row["company_cnpj"] == company for row in active)
            for company in of_company
            if company is not None
        },
    }


def observed_sessions(data: Json) -> Json:
    return {
        "active": data["active"],
        "people": data["people"],
        "companies": {one["company_cnpj"]: one["active"] for one in data["companies"]},
    }
