"""The oracle of noc_verify_audit: the chains of what the caller operates, all of them sound."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.db.isolation.facts import Facts
from tests.db.isolation.rights import Rights

Chains = set[tuple[str | None, int, bool]]


def expected_chains(rights: Rights, facts: Facts) -> Chains | None:
    """Null for who operates nothing."""
    if not rights.operable and not rights.admin:
        return None
    entries = Counter(row["company_cnpj"] for row in facts.public["noc_audit"])
    return {
        (company, count, True)
        for company, count in entries.items()
        if rights.admin or rights.operates(company)
    }


def observed_chains(data: dict[str, Any]) -> Chains:
    return {(c["company_cnpj"], c["entries"], c["valid"]) for c in data["chains"]}
