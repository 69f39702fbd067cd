"""The oracle of rights: what a user sees and touches, from memberships and companies alone.

Written from the product's words, without SQL: admin sees everything and the rows of no company;
franqueado a company or a group's present companies, and operates them; cliente one company,
reading only. Revoked counts for nothing; what a token claims counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.db.isolation.facts import Facts, Row


@dataclass(frozen=True, slots=True)
class Rights:
    """What one caller may do. `admin` alone sees rows without a company."""

    user_id: UUID | None
    admin: bool
    roles: frozenset[str]
    visible: frozenset[str]
    operable: frozenset[str]
    own_groups: frozenset[UUID]  # held as franqueado
    groups: frozenset[UUID]  # of which something is seen
    topics: frozenset[str]

    @property
    def member(self) -> bool:
        """Sees at least one company, or everything."""
        return self.admin or bool(self.visible)

    def sees(self, company: str | None) -> bool:
        return self.admin if company is None else company in self.visible

    def operates(self, company: str | None) -> bool:
        return self.admin if company is None else company in self.operable

    @property
    def widest_topic(self) -> str | None:
        if self.admin:
            return "noc:global"
        if self.own_groups:
            return f"noc:group:{min(str(group) for group in self.own_groups)}"
        return f"noc:company:{min(self.visible)}" if self.visible else None


def rights_of(user_id: UUID | None, facts: Facts) -> Rights:
    """The rights of a user; of nobody when null."""
    live = [
        row
        for row in facts.private["memberships"]
        if user_id is not None and row["user_id"] == user_id and row["revoked_at"] is None
    ]
    roles = frozenset(row["role"] for row in live)
    admin = "admin" in roles
    franchise = [row for row in live if row["role"] == "franqueado"]
    operable = _reach(franchise, facts)
    visible = operable | {row["company_cnpj"] for row in live if row["role"] == "cliente"}
    own_groups = frozenset(row["group_id"] for row in franchise if row["group_id"] is not None)
    if admin:
        visible = operable = frozenset(facts.companies)
    home = {facts.companies[company]["group_id"] for company in visible} - {None}
    return Rights(
        user_id=user_id,
        admin=admin,
        roles=roles,
        visible=frozenset(visible),
        operable=frozenset(operable),
        own_groups=own_groups,
        groups=frozenset(facts.groups) if admin else frozenset(own_groups | home),
        topics=_topics(user_id, admin, visible, own_groups, facts),
    )


def _reach(franchise: list[Row], facts: Facts) -> frozenset[str]:
    companies: set[str] = set()
    for row in franchise:
        if row["company_cnpj"] is not None:
            companies.add(row["company_cnpj"])
        else:
            companies |= {
                cnpj for cnpj, one in facts.companies.items() if one["group_id"] == row["group_id"]
            }
    return frozenset(companies)


def _topics(
    user_id: UUID | None,
    admin: bool,
    visible: frozenset[str],
    own_groups: frozenset[Any],
    facts: Facts,
) -> frozenset[str]:
    groups = facts.groups if admin else own_groups
    topics = {f"noc:company:{company}" for company in visible}
    topics |= {f"noc:group:{group}" for group in groups}
    if admin:
        topics.add("noc:global")
    if any(row["user_id"] == user_id for row in facts.private["probe_users"]):
        topics.add("noc:probe")
    return frozenset(topics)
