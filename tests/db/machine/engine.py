"""The real engine on a family of the test's own: its measurements are a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg

from tests.db.machine.model import Measured, Rule

Row = dict[str, Any]
FAMILY = (
    "insert into noc.rule_families (family) values ('machine')",
    "create table noc.machine_measured of noc.measurement",
    "create function noc.measure_machine(at timestamptz) returns setof noc.measurement"
    " language sql stable set search_path = '' as"
    " $$ select row(m.*)::noc.measurement from noc.machine_measured as m $$",
)
ADD_METRIC = (
    "insert into noc.rule_metrics (metric, scope_kind, comparator, family, unit, reason)"
    " values (%s, 'platform', %s, 'machine', 'count', 'backlog')"
)
ADD_RULE = (
    "insert into public.noc_rules (code, metric, scope_kind, comparator, degraded_threshold,"
    " down_threshold, degraded_clear, down_clear, for_degraded_s, for_down_s, keep_firing_s,"
    " reopen_s, over_s, min_samples, no_data)"
    " values (%s, %s, 'platform', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
MEASURE = (
    "insert into noc.machine_measured (metric, instance, over_s, value, samples, since)"
    " select * from unnest(%s::text[], %s::text[], %s::int[], %s::float8[], %s::int8[],"
    " %s::timestamptz[])"
)
STATES = "select * from noc.rule_states where metric like 'machine_%'"
# Whatever is open, and what this instant closed.
ALERTS = (
    "select * from public.noc_alerts where code like 'machine_%%'"
    " and (state <> 'closed' or closed_at = %s)"
)
EVENTS = (
    "select a.fingerprint, e.kind from noc.alert_events as e"
    " inner join public.noc_alerts as a on a.alert_id = e.alert_id"
    " where e.at = %s and a.code like 'machine_%%' order by e.event_id"
)
CLOSE = (
    "with closed as (update public.noc_alerts set state = 'closed', close_reason = 'manual',"
    " acked_by = null, ack_until = null, closed_at = greatest(%s, opened_at)"
    " where fingerprint = %s and state <> 'closed' returning alert_id)"
    " update noc.rule_states as s set alert_id = null, latched_until = %s"
    " from closed as c where s.alert_id = c.alert_id"
)
ACKNOWLEDGE = (
    "update public.noc_alerts set state = 'ack', ack_until = %s"
    " where fingerprint = %s and state <> 'closed'"
)


def name_of(rule: int) -> str:
    """A rule's code and metric."""
    return f"machine_{rule}"


def instance_of(target: int) -> str:
    return f"worker:{target}"


def fingerprint_of(rule: int, target: int) -> str:
    return f"{name_of(rule)}/{name_of(rule)}/*/*/{instance_of(target)}"


class Engine:
    """What the database says of the family's targets, in an open transaction."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self.connection = connection
        for statement in FAMILY:
            connection.execute(statement.encode())

    def add_rule(self, number: int, rule: Rule) -> None:
        side = "above" if rule.above else "below"
        name = name_of(number)
        self.connection.execute(ADD_METRIC, (name, side))
        spans = (rule.for_degraded, rule.for_down, rule.keep_firing, rule.reopen, rule.over)
        limits = (rule.degraded, rule.down, rule.degraded_clear, rule.down_clear)
        seconds = [span // timedelta(seconds=1) for span in spans]
        self.connection.execute(
            ADD_RULE, (name, name, side, *limits, *seconds, rule.min_samples, rule.no_data)
        )

    def switch(self, number: int, enabled: bool) -> None:
        self.connection.execute(
            "update public.noc_rules set enabled = %s where code = %s", (enabled, name_of(number))
        )

    def acknowledge(self, fingerprint: str, until: datetime) -> None:
        self.connection.execute(ACKNOWLEDGE, (until, fingerprint))

    def close_by_hand(self, fingerprint: str, at: datetime, quiet: timedelta) -> None:
        """As noc.close_alert does it."""
        self.connection.execute(CLOSE, (at, fingerprint, at + quiet))

    def measure(self, found: Sequence[tuple[int, int, int | None, Measured]]) -> None:
        """These are the measurements now: rule, target, window, what was measured."""
        self.connection.execute("delete from noc.machine_measured")
        self.connection.execute(
            MEASURE,
            (
                [name_of(rule) for rule, *_ in found],
                [instance_of(target) for _, target, *_ in found],
                [over for _, _, over, _ in found],
                [measured.value for *_, measured in found],
                [measured.samples for *_, measured in found],
                [measured.since for *_, measured in found],
            ),
        )

    def evaluate(self, at: datetime) -> None:
        self.connection.execute("select noc.evaluate_family('machine', %s)", (at,))

    def states(self) -> dict[str, Row]:
        rows = self.connection.execute(STATES).fetchall()
        return {row["fingerprint"]: row for row in rows}

    def alerts(self, at: datetime) -> dict[str, Row]:
        """The live alert of each fingerprint, else the one that closed now."""
        rows = self.connection.execute(ALERTS, (at,)).fetchall()
        rows.sort(key=lambda row: (row["state"] != "closed", row["opened_at"]))
        return {row["fingerprint"]: row for row in rows}

    def events(self, at: datetime) -> dict[str, list[str]]:
        told = defaultdict(list)
        for row in self.connection.execute(EVENTS, (at,)):
            told[row["fingerprint"]].append(row["kind"])
        return told
