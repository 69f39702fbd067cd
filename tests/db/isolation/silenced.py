"""The oracle of noc_list_silences: the silences of what the caller operates, with their words."""

from __future__ import annotations

from typing import Any

from tests.db.isolation.facts import Facts, Row
from tests.db.isolation.rights import Rights

Silences = set[tuple[Any, ...]]


def expected_silences(rights: Rights, facts: Facts) -> Silences:
    return {
        (
            str(row["silence_id"]),
            row["company_cnpj"],
            str(row["group_id"]) if row["group_id"] else None,
            facts.note(row),
            facts.users.get(row["created_by"]),
            sum(
                alert["muted_by"] == f"silence:{row['silence_id']}"
                and rights.operates(alert["company_cnpj"])
                for alert in facts.public["noc_alerts"]
            ),
        )
        for row in facts.public["noc_silences"]
        if row["ends_at"] > facts.at and _operates(rights, row)
    }


def _operates(rights: Rights, row: Row) -> bool:
    if row["group_id"] is not None:
        return rights.admin or row["group_id"] in rights.own_groups
    return rights.operates(row["company_cnpj"])


def observed_silences(data: list[dict[str, Any]]) -> Silences:
    return {
        (s["id"], s["company_cnpj"], s["group_id"], s["reason"], s["by"], s["muting"]) for s in data
    }
