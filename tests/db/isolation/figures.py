"""The oracle of numbers: counts, rates and percentiles of raw calls, limits in force."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from tests.db.isolation.facts import Facts, Row
from tests.db.isolation.scope import Filter

Limits = dict[str, float | None]


class Near:
    """Equal to a number within the sketch's promise of 1 %; null equals null alone."""

    def __init__(self, value: float | None) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        if self.value is None or other is None:
            return self.value is other
        return isinstance(other, int | float) and math.isclose(
            self.value, other, rel_tol=0.0101, abs_tol=1e-9
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"~{self.value}"


def percentile(calls: Iterable[Row], share: float) -> float | None:
    """percentile_disc of the latencies; what takes no time at all counts as 1 ms."""
    latencies = sorted(max(row["latency_ms"], 1) for row in calls)
    if not latencies:
        return None
    return float(latencies[max(math.ceil(share * len(latencies)), 1) - 1])


def rate(calls: list[Row], bad: Callable[[int], bool]) -> float | None:
    if not calls:
        return None
    return sum(bad(row["status"]) for row in calls) / len(calls)


def is_error(status: int) -> bool:
    return status >= 500 or status == 0


def is_refusal(status: int) -> bool:
    return 400 <= status < 500


def by(calls: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in calls:
        groups[key(row)].append(row)
    return groups


def limits(code: str, wanted: Filter, service: str | None, facts: Facts) -> Limits:
    """Of the rule in force: the company's, else its group's, else everybody's."""
    company = facts.companies.get(wanted.company_cnpj or "")
    groups = {wanted.group_id, company["group_id"] if company else None}
    fitting = [
        rule
        for rule in facts.public["noc_rules"]
        if rule["enabled"]
        and rule["code"] == code
        and rule["service"] in (None, service)
        and rule["company_cnpj"] in (None, wanted.company_cnpj)
        and (rule["group_id"] is None or rule["group_id"] in groups)
    ]
    fitting.sort(
        key=lambda rule: (
            rule["company_cnpj"] is None,
            rule["group_id"] is None,
            rule["service"] is None,
        )
    )
    best = fitting[0] if fitting else {"degraded_threshold": None, "down_threshold": None}
    return {"degraded": best["degraded_threshold"], "down": best["down_threshold"]}


def judged(value: float | None, limit: Limits) -> str | None:
    """UP, DEGRADED or DOWN against exclusive limits; null for no value."""
    if value is None:
        return None
    if limit["down"] is not None and value > limit["down"]:
        return "DOWN"
    if limit["degraded"] is not None and value > limit["degraded"]:
        return "DEGRADED"
    return "UP"
