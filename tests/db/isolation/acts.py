"""The oracles of actions, jobs and data sources: who reads which, and who is named."""

from __future__ import annotations

from typing import Any

from tests.db.isolation.facts import Facts, Row
from tests.db.isolation.rights import Rights
from tests.db.isolation.scope import Scope

Shown = set[tuple[Any, ...]]


def _covers(rights: Rights, action: Row) -> bool:
    """Whether the caller operates all that the action reaches."""
    if action["everything"]:
        return rights.admin
    return all(rights.operates(company) for company in action["companies"])


def expected_actions(scope: Scope, rights: Rights, facts: Facts) -> Shown:
    operable = {c for c in facts.companies if scope.covers(c) and rights.operates(c)}
    everywhere = bool(operable) or (scope.everything and rights.admin)
    return {
        (
            str(row["action_id"]),
            facts.users.get(row["actor"]) if _covers(rights, row) else None,
            facts.note(row) if _covers(rights, row) else None,
        )
        for row in facts.public["noc_actions"]
        if operable & set(row["companies"]) or (row["everything"] and everywhere)
    }


def observed_actions(data: dict[str, Any]) -> Shown:
    return {(a["action_id"], a["by"], a["reason"]) for a in data["history"]}


def expected_jobs(scope: Scope, rights: Rights, facts: Facts) -> Shown:
    return {
        (str(row["job_id"]), row["error"] if rights.operates(row["company_cnpj"]) else None)
        for row in facts.public["jobs"]
        if scope.covers(row["company_cnpj"])
    }


def observed_jobs(data: dict[str, Any]) -> Shown:
    return {(j["job_id"], j["error"]) for j in data["jobs"]}


def expected_sources(rights: Rights, facts: Facts) -> Shown:
    rows = {row["company_cnpj"]: row for row in facts.public["data_sources"]}

    def mocked(company: str) -> bool:
        row = rows.get(company)
        return bool(row and row["source"] == "mock" and row["until"] > facts.at)

    return {(c, mocked(c)) for c in facts.companies if rights.sees(c)}


def observed_sources(data: list[dict[str, Any]]) -> Shown:
    return {(s["company_cnpj"], s["banner"]) for s in data}


def expected_handlers(rights: Rights, facts: Facts) -> Shown:
    return {(row["job_type"], row["url"]) for row in facts.private["job_handlers"] if rights.admin}


def observed_handlers(data: dict[str, Any]) -> Shown:
    return {(one["job_type"], one["url"]) for one in data["handlers"]}
