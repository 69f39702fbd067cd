"""The oracle of noc_me and noc_list_members."""

from __future__ import annotations

from typing import Any

from tests.db.isolation.facts import Facts
from tests.db.isolation.rights import Rights

Json = dict[str, Any]


def expected_me(rights: Rights, facts: Facts) -> Json:
    ranking = ("admin", "franqueado", "cliente")
    counts = {
        group: sum(facts.companies[c]["group_id"] == group for c in rights.visible)
        for group in rights.groups
    }
    return {
        "user_id": str(rights.user_id) if rights.user_id else None,
        "email": facts.users.get(rights.user_id),
        "role": next((role for role in ranking if role in rights.roles), None),
        "topic": rights.widest_topic,
        "can_operate": bool(rights.operable) or rights.admin,
        "can_administer": rights.admin,
        "groups": {
            (str(group), facts.groups[group]["name"], count) for group, count in counts.items()
        },
        "companies": {
            (cnpj, row["name"], _text(row["group_id"]), row["active"])
            for cnpj, row in facts.companies.items()
            if cnpj in rights.visible
        },
        "services": {
            (row["service_name"], row["kind"], row["shared"])
            for row in facts.private["services"]
            if rights.member and (rights.admin or row["kind"] != "platform")
        },
    }


def observed_me(data: Json) -> Json:
    return {
        **data,
        "groups": {(g["group_id"], g["name"], g["company_count"]) for g in data["groups"]},
        "companies": {
            (c["company_cnpj"], c["name"], c["group_id"], c["active"]) for c in data["companies"]
        },
        "services": {(s["service_name"], s["kind"], s["shared"]) for s in data["services"]},
    }


def expected_members(rights: Rights, facts: Facts) -> set[tuple[Any, ...]]:
    """Admin: everybody's; franqueado: those of its companies and of its groups."""
    return {
        (
            str(row["membership_id"]),
            facts.users[row["user_id"]],
            row["role"],
            row["company_cnpj"],
            _text(row["group_id"]),
            row["revoked_at"] is not None,
        )
        for row in facts.private["memberships"]
        if rights.admin
        or row["company_cnpj"] in rights.operable
        or row["group_id"] in rights.own_groups
    }


def observed_members(data: Json) -> set[tuple[Any, ...]]:
    return {
        (
            m["membership_id"],
            m["email"],
            m["role"],
            m["company_cnpj"],
            m["group_id"],
            m["revoked_at"] is not None,
        )
        for m in data["members"]
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
