"""The oracle of filtered reads: what a filter leaves of a caller's rights, and over which span."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tests.db.isolation.facts import Facts, Row
from tests.db.isolation.rights import Rights

LENGTHS: Final = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
}
STEPS: Final = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "1h": timedelta(hours=1),
}
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filter:
    """The arguments of a filtered read."""

    company_cnpj: str | None = None
    group_id: UUID | None = None
    service: str | None = None
    range: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a granted read covers. `everything`: admin without a filter."""

    companies: frozenset[str]
    everything: bool
    wanted: Filter
    starts: datetime
    ends: datetime
    step: timedelta

    def covers(self, company: str | None) -> bool:
        return self.everything or company in self.companies

    def serves(self, service: str | None) -> bool:
        return self.wanted.service is None or service == self.wanted.service

    def of_any_service(self) -> Scope:
        return replace(self, wanted=replace(self.wanted, service=None))

    def spans(self, instant: datetime) -> bool:
        return self.starts <= instant < self.ends

    def calls(self, facts: Facts) -> list[Row]:
        """API calls of the scope and service, of any time."""
        return [
            row
            for row in facts.public["api_usage"]
            if self.covers(row["company_cnpj"]) and self.serves(row["service"])
        ]

    def alerts(self, facts: Facts, live: bool = True) -> list[Row]:
        return [
            row
            for row in facts.public["noc_alerts"]
            if (not live or row["state"] != "closed")
            and self.covers(row["company_cnpj"])
            and self.serves(row["service"])
        ]


def floor(instant: datetime, step: timedelta) -> datetime:
    """The start of the bucket that holds `instant`."""
    return instant - (instant - EPOCH) % step


def resolution(name: str, heatmap: bool) -> str:
    if name in ("15m", "1h"):
        return "1m"
    return "5m" if name == "6h" or (name == "24h" and not heatmap) else "1h"


def scope_of(rights: Rights, wanted: Filter, facts: Facts, heatmap: bool = False) -> Scope | None:
    """The scope of a read, null when the filter names what is not the caller's."""
    companies = rights.visible
    if wanted.company_cnpj is not None:
        companies = companies & {wanted.company_cnpj}
        if not companies:
            return None
    if wanted.group_id is not None:
        of_group = {
            cnpj for cnpj, row in facts.companies.items() if row["group_id"] == wanted.group_id
        }
        companies = companies & of_group
        if not companies and (wanted.company_cnpj or wanted.group_id not in rights.groups):
            return None
    name = wanted.range or "1h"
    step = STEPS[resolution(name, heatmap)]
    ends = floor(facts.at, step) + step
    return Scope(
        companies=companies,
        everything=rights.admin and wanted.company_cnpj is None and wanted.group_id is None,
        wanted=wanted,
        starts=ends - max(LENGTHS[name], step),
        ends=ends,
        step=step,
    )
