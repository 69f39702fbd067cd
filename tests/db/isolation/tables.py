"""The oracle of tables: which rows of each public table a caller may read.

A table that is not named here has no reader that anybody thought about: the suite fails until
its line is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.db.isolation.facts import Row
from tests.db.isolation.rights import Rights

Reads = Callable[[Rights, Row], bool]


def _of_visible_company(rights: Rights, row: Row) -> bool:
    return row["company_cnpj"] is not None and rights.sees(row["company_cnpj"])


def _of_visible_scope(rights: Rights, row: Row) -> bool:
    return rights.sees(row["company_cnpj"])


def _of_operable_scope(rights: Rights, row: Row) -> bool:
    return rights.operates(row["company_cnpj"])


def _of_visible_group(rights: Rights, row: Row) -> bool:
    return row["group_id"] in rights.groups


READS: Final[dict[str, Reads]] = {
    "api_usage": _of_visible_company,
    "app_logs": _of_visible_company,
    "companies": _of_visible_company,
    "company_groups": _of_visible_group,
    "data_sources": _of_visible_company,
    "jobs": _of_visible_company,
    "metrics_agg": _of_visible_company,
    "noc_actions": _of_operable_scope,
    "noc_alerts": _of_visible_scope,
    "noc_audit": _of_operable_scope,
    "noc_rules": _of_operable_scope,
    "noc_silences": _of_operable_scope,
    "queue_whatsapp": _of_visible_company,
    "service_health": _of_visible_scope,
    "sessions": _of_visible_scope,
}
