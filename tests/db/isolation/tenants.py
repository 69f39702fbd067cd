"""A random tenancy: groups, companies, people and their memberships, live and revoked."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import psycopg

from tests.db.isolation.facts import Row

LETTERS = string.digits + string.ascii_uppercase
WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Tenancy:
    """What was put into the database beside what it held."""

    at: datetime
    groups: list[UUID]
    companies: list[str]
    people: list[UUID]  # every user, with and without memberships


def random_uuid(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


def random_cnpj(random: Random) -> str:
    """A valid CNPJ: the old numeric kind or the alphanumeric one."""
    alphabet = random.choice((string.digits, LETTERS))
    base = "".join(random.choice(alphabet) for _ in range(12))
    for first_weight in (1, 0):
        weights = WEIGHTS[first_weight:]
        total = sum((ord(c) - 48) * w for c, w in zip(base, weights, strict=True))
        base += str(0 if total % 11 < 2 else 11 - total % 11)
    return base


def make_tenancy(connection: psycopg.Connection[Row], random: Random, at: datetime) -> Tenancy:
    """Some groups (some empty), companies (some without group, some inactive) and people."""
    groups = [random_uuid(random) for _ in range(random.randint(1, 4))]
    for group in groups:
        connection.execute(
            "insert into public.company_groups values (%s, %s)", (group, f"Grupo {str(group)[:8]}")
        )
    companies = sorted({random_cnpj(random) for _ in range(random.randint(2, 8))})
    for company in companies:
        connection.execute(
            "insert into public.companies values (%s, %s, %s, %s)",
            (
                company,
                f"Empresa {company}",
                random.choice([*groups[: max(1, len(groups) - 1)], None]),
                random.random() < 0.7,
            ),
        )
    people = [random_uuid(random) for _ in range(random.randint(6, 9))]
    tenancy = Tenancy(at, groups, companies, people)
    for person in people:
        _sign_up(connection, person)
    # One of each kind that is rare by chance; the last one stays a stranger.
    cast = [("admin", False), ("admin", True), ("franqueado", False), ("franqueado", True)]
    for person, (role, revoked) in zip(people, random.sample(cast, k=3), strict=False):
        grant(connection, random, tenancy, person, role, revoked)
    for person in people[3:-1]:
        for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
            grant(connection, random, tenancy, person)
    connection.execute("insert into noc.probe_users values (%s)", (random.choice(people),))
    return tenancy


def _sign_up(connection: psycopg.Connection[Row], person: UUID) -> None:
    connection.execute(
        "insert into auth.users (id, email, aud, role, created_at, updated_at,"
        " raw_user_meta_data, raw_app_meta_data)"
        " values (%s, %s, 'authenticated', 'authenticated', now(), now(),"
        ' \'{"role": "admin"}\', \'{"role": "admin"}\')',
        (person, f"{person}@isolation.test"),
    )


def grant(
    connection: psycopg.Connection[Row],
    random: Random,
    tenancy: Tenancy,
    person: UUID,
    role: str | None = None,
    revoked: bool | None = None,
) -> None:
    """One membership; role, scope, and whether it is already revoked are random where null."""
    role = role or random.choice(
        ("admin", "franqueado", "franqueado", "franqueado", "cliente", "cliente")
    )
    group = role == "franqueado" and random.random() < 0.6
    ended = tenancy.at - timedelta(minutes=random.random() * 600)
    if revoked is None:
        revoked = random.random() < 0.25
    connection.execute(
        "insert into noc.memberships (user_id, role, company_cnpj, group_id, granted_at,"
        " revoked_at) values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
        (
            person,
            role,
            None if group or role == "admin" else random.choice(tenancy.companies),
            random.choice(tenancy.groups) if group else None,
            tenancy.at - timedelta(days=1, seconds=random.random() * 1e6),
            ended if revoked else None,
        ),
    )


def disturb(connection: psycopg.Connection[Row], random: Random, tenancy: Tenancy) -> str:
    """One change of rights: revoke, grant, move a company, or deactivate it. Gives its name."""
    change = random.choice(("revoke", "grant", "move", "move", "deactivate"))
    company = random.choice(tenancy.companies)
    if change == "revoke":
        connection.execute(
            "update noc.memberships set revoked_at = now() where user_id = %s"
            " and revoked_at is null",
            (random.choice(tenancy.people),),
        )
    elif change == "grant":
        grant(connection, random, tenancy, random.choice(tenancy.people))
    elif change == "move":
        connection.execute(
            "update public.companies set group_id = %s where company_cnpj = %s",
            (random.choice([*tenancy.groups, None]), company),
        )
    else:
        connection.execute(
            "update public.companies set active = not active where company_cnpj = %s", (company,)
        )
    return change
