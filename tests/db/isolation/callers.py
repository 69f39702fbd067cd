"""Who asks in a world, with what forged claims, for which filters and topics."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

from tests.db.isolation.asking import Caller
from tests.db.isolation.facts import Facts
from tests.db.isolation.rights import Rights
from tests.db.isolation.rows import SERVICES
from tests.db.isolation.scope import LENGTHS, Filter
from tests.db.isolation.tenants import Tenancy, random_cnpj, random_uuid


def callers_of(random: Random, tenancy: Tenancy) -> list[Caller]:
    """Everybody of the world, a user that Auth no longer knows, a token without user, and anon."""
    users = [*tenancy.people, random_uuid(random), None]
    callers = [Caller(user, "authenticated", forged(random, tenancy)) for user in users]
    callers.append(Caller(None, "anon", forged(random, tenancy)))
    random.shuffle(callers)
    return callers


def forged(random: Random, tenancy: Tenancy) -> dict[str, Any]:
    """Claims that a user can influence, or that a careless hook could add: worth nothing here."""
    wish = {
        "role": "admin",
        "roles": ["admin", "service_role"],
        "company_cnpj": random.choice(tenancy.companies),
        "group_id": str(random.choice(tenancy.groups)),
        "companies": tenancy.companies,
    }
    return random.choice(
        (
            {},
            {"user_metadata": wish},
            {"app_metadata": wish},
            {"user_metadata": wish, "app_metadata": wish, "aal": "aal2", "is_admin": True},
            {**wish, "user_role": "admin", "noc_role": "admin", "scopes": ["*"]},
        )
    )


def _pick(random: Random, values: Any) -> Any:
    ordered = sorted(values, key=str)
    return random.choice(ordered) if ordered else None


def filters_of(random: Random, rights: Rights, facts: Facts, tenancy: Tenancy) -> list[Filter]:
    """No filter, own, foreign, nonexistent, malformed, and contradictory ones."""
    foreign_company = _pick(random, set(tenancy.companies) - rights.visible)
    foreign_group = _pick(random, set(tenancy.groups) - rights.groups)
    own_company = _pick(random, rights.visible)
    own_group = _pick(random, rights.groups)
    nobody, nothing = random_cnpj(random), random_uuid(random)
    junk = random.choice(("*", "", " ", "%", "null", "' or true --", "noc:global"))
    pairs: list[tuple[str | None, UUID | None]] = [(None, None), (nobody, None), (None, nothing)]
    pairs += [(junk, None), (own_company, nothing), (nobody, own_group)]
    pairs += [(c, None) for c in (foreign_company, own_company) if c]
    pairs += [(None, g) for g in (foreign_group, own_group) if g]
    pairs += [(own_company, g) for g in (foreign_group, own_group) if g and own_company]
    pairs += [(foreign_company, own_group)] if foreign_company and own_group else []
    return [
        Filter(
            company,
            group,
            random.choice((None, None, *SERVICES)),
            random.choice((None, *LENGTHS)),
        )
        for company, group in dict.fromkeys(pairs)
    ]


def topics_of(random: Random, tenancy: Tenancy) -> list[str]:
    """Every topic of the world, its public variants, and names that look like one."""
    company, group = random.choice(tenancy.companies), random.choice(tenancy.groups)
    real = [f"noc:company:{c}" for c in tenancy.companies]
    real += [f"noc:group:{g}" for g in tenancy.groups]
    like = [
        "",
        "*",
        "noc:*",
        "noc:",
        "noc:company:*",
        "noc:company:%",
        "noc:group:*",
        "noc:group:null",
        "noc:company:",
        "NOC:GLOBAL",
        "noc:global ",
        "realtime:noc:global",
        "public:noc:global",
        "private-noc:global",
        company,
        str(group),
        f"noc:company:{company.lower()}x",
        f"noc:company:{company} ",
        f"noc:group:{company}",
        f"noc:company:{group}",
        f"realtime:noc:company:{company}",
        f"realtime:noc:group:{group}",
        f"public:noc:company:{company}",
        f"noc:group:{str(group).upper()}x",
        f"noc:company:{random_cnpj(random)}",
        f"noc:group:{random_uuid(random)}",
    ]
    return ["noc:global", "noc:probe", *real, *like]
