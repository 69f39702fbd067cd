"""The oracle of noc_list_rules: the rules that judge what the caller operates, whether their
health is told, and the scopes that the caller may make one for."""

from __future__ import annotations

from typing import Any

from tests.db.isolation.facts import Facts, Row
from tests.db.isolation.rights import Rights

Listed = dict[str, set[Any]]


def expected_rules(rights: Rights, facts: Facts) -> Listed | None:
    """Null for who operates nothing."""
    groups = set(rights.own_groups) | {facts.companies[c]["group_id"] for c in rights.operable}
    if rights.admin:
        groups |= set(facts.groups)
    if not rights.operable and not rights.own_groups and not rights.admin:
        return None

    def reads(row: Row) -> bool:
        if row["scope_kind"] == "platform" and not rights.admin:
            return False
        if row["company_cnpj"] is not None:
            return rights.operates(row["company_cnpj"])
        return row["group_id"] is None or row["group_id"] in groups

    def edits(row: Row) -> bool:
        if row["group_id"] is not None:
            return rights.admin or row["group_id"] in rights.own_groups
        return rights.operates(row["company_cnpj"])

    return {
        "rules": {
            (str(row["rule_id"]), edits(row), rights.admin and row["enabled"])
            for row in facts.public["noc_rules"]
            if row["deleted_at"] is None and reads(row)
        },
        "metrics": {
            row["metric"]
            for row in facts.private["rule_metrics"]
            if row["family"] is not None and (rights.admin or row["scope_kind"] != "platform")
        },
        "scopes": {
            *({"*"} if rights.admin else ()),
            *(str(g) for g in (facts.groups if rights.admin else rights.own_groups)),
            *(company for company in rights.operable if company != "*"),
        },
    }


def observed_rules(data: dict[str, Any]) -> Listed:
    return {
        "rules": {
            (row["rule_id"], row["can_edit"], row["health"] is not None) for row in data["rules"]
        },
        "metrics": {row["metric"] for row in data["metrics"]},
        "scopes": {
            *({"*"} if data["scopes"]["everybody"] else ()),
            *data["scopes"]["groups"],
            *data["scopes"]["companies"],
        },
    }
