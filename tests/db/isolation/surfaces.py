"""Every read RPC with its oracle: what is expected of it and how an answer is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from tests.db.isolation import (
    acts,
    alert_work,
    kpis,
    panel,
    people,
    queued,
    rules,
    silenced,
    states,
    telling,
    trail,
)
from tests.db.isolation.facts import Facts, Row
from tests.db.isolation.rights import Rights
from tests.db.isolation.scope import Scope

# What authenticated may call without changing anything, and so must not leak by.
READ_RPCS = """
select p.proname from pg_catalog.pg_proc as p
where p.pronamespace = 'public'::regnamespace and p.proname like 'noc\\_%%'
    and p.provolatile <> 'v' and has_function_privilege('authenticated', p.oid, 'execute')
"""
# The clock alone; and what tests of their own ask of every role.
HARMLESS: Final = {
    "noc_ping",
    "noc_preview_silence",
    "noc_preview_maintenance",
    "noc_job",
    "noc_message",
    "noc_action",
}


@dataclass(frozen=True, slots=True)
class Filtered:
    """A read with a company, a group and a service; all but one with a range."""

    expect: Callable[[Scope, Rights, Facts], Any]
    observe: Callable[[dict[str, Any]], Any]
    arguments: tuple[str, ...] = ("company_cnpj", "group_id", "service", "range")

    def query(self, name: str) -> str:
        given = ", ".join(f"{argument} => %({argument})s" for argument in self.arguments)
        return f"select public.{name}({given}) as answer"


@dataclass(frozen=True, slots=True)
class Plain:
    """A read without arguments, whose oracle is null for who must be refused.

    `framed`: its answer is in the envelope.
    """

    expect: Callable[[Rights, Facts], Any]
    observe: Callable[[Any], Any]
    framed: bool = True


@dataclass(frozen=True, slots=True)
class PerAlert:
    """A read of one alert."""

    expect: Callable[[Rights, Row, Facts], Any]
    observe: Callable[[dict[str, Any]], Any]


def _overview(scope: Scope, rights: Rights, facts: Facts) -> dict[str, Any]:
    return {
        "kpis": kpis.expected_kpis(scope, facts),
        "alerts": [
            states.listed(alert, rights, facts) for alert in states.ranked(scope.alerts(facts))
        ],
        "services": states.expected_cards(scope, facts),
        "banner": states.expected_banner(scope, facts),
        "traffic": panel.expected_traffic(scope, facts),
        "cut_off": panel.expected_cut_off(scope, facts),
        "workers": scope.everything and scope.wanted.service is None,
        "database": scope.everything and scope.wanted.service is None,
    }


def _overview_seen(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "kpis": kpis.observed_kpis(data["kpis"]),
        "alerts": [states.observed_alert(alert) for alert in data["alerts"]],
        "services": states.observed_cards(data["services"]),
        "banner": states.observed_banner(data["banner"]),
        "traffic": panel.observed_traffic(data["traffic"]),
        "cut_off": panel.observed_cut_off(data["cut_off"]),
        "workers": data["workers"] is not None,
        "database": data["database"] is not None,
    }


def _of_scope(expect: Callable[[Scope, Facts], Any]) -> Callable[[Scope, Rights, Facts], Any]:
    """An oracle that asks nothing but what the scope holds."""
    return lambda scope, _rights, facts: expect(scope, facts)


def _owner(alert: Row, rights: Rights, facts: Facts) -> str | None:
    """People are told to those alone who may work the alert."""
    works = rights.operates(alert["company_cnpj"])
    return facts.users.get(alert["assignee"]) if works else None


def _history(scope: Scope, rights: Rights, facts: Facts) -> dict[str, Any]:
    found = scope.alerts(facts, live=False)
    latest = sorted(found, key=lambda a: (a["opened_at"], a["alert_id"]), reverse=True)
    return {
        "alerts": [
            (*states.listed(alert, rights, facts), _owner(alert, rights, facts))
            for alert in latest[:50]
        ],
        "total": len(found),
        "codes": {a["code"] for a in scope.of_any_service().alerts(facts, live=False)},
    }


def _history_seen(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "alerts": [(*states.observed_alert(a), a["owner"]) for a in data["alerts"]],
        "total": data["total"],
        "codes": set(data["codes"]),
    }


FILTERED: Final = {
    "noc_overview": Filtered(_overview, _overview_seen),
    "noc_series": Filtered(_of_scope(panel.expected_series), panel.observed_series),
    "noc_heatmap": Filtered(_of_scope(panel.expected_heatmap), panel.observed_heatmap),
    "noc_matrix": Filtered(_of_scope(panel.expected_matrix), panel.observed_matrix),
    "noc_alert_history": Filtered(_history, _history_seen, ("company_cnpj", "group_id", "service")),
    "noc_list_actions": Filtered(
        acts.expected_actions, acts.observed_actions, ("company_cnpj", "group_id")
    ),
    "noc_list_jobs": Filtered(acts.expected_jobs, acts.observed_jobs, ("company_cnpj", "group_id")),
    "noc_list_queue": Filtered(
        queued.expected_queue, queued.observed_queue, ("company_cnpj", "group_id")
    ),
    "noc_list_messages": Filtered(
        queued.expected_messages, queued.observed_messages, ("company_cnpj", "group_id")
    ),
    "noc_list_sessions": Filtered(
        queued.expected_sessions, queued.observed_sessions, ("company_cnpj", "group_id", "range")
    ),
}
PLAIN: Final = {
    "noc_me": Plain(people.expected_me, people.observed_me),
    "noc_badge": Plain(states.expected_badge, states.observed_badge),
    "noc_list_rules": Plain(rules.expected_rules, rules.observed_rules),
    "noc_data_source": Plain(acts.expected_sources, acts.observed_sources),
    "noc_list_job_handlers": Plain(acts.expected_handlers, acts.observed_handlers),
    "noc_verify_audit": Plain(trail.expected_chains, trail.observed_chains),
    "noc_list_silences": Plain(silenced.expected_silences, silenced.observed_silences),
    "noc_list_contacts": Plain(telling.expected_contacts, telling.observed_contacts),
    "noc_list_notifications": Plain(telling.expected_messages, telling.observed_messages),
    "noc_list_members": Plain(people.expected_members, people.observed_members, framed=False),
}
# Reads of one company by who operates it.
PER_COMPANY: Final = {
    "noc_backtest_rule": """select public.noc_backtest_rule('{"code": "p95_latency"}',"""
    " %(company_cnpj)s, 1) as answer",
}
PER_ALERT: Final = {
    "noc_timeline": PerAlert(alert_work.expected_timeline, alert_work.observed_timeline),
    "noc_list_notifications": PerAlert(
        telling.expected_messages_of_alert, telling.observed_messages
    ),
}


def read_rpcs(connection: psycopg.Connection[Row]) -> set[str]:
    """Names of the reads that the database offers."""
    return {row["proname"] for row in connection.execute(READ_RPCS, ())} - HARMLESS
