"""One world, every caller, every surface: each answer held against the oracle's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import psycopg
from psycopg import sql

from tests.db.isolation.alert_work import ERROR, WORK, expected_refusal
from tests.db.isolation.asking import Answer, Caller, Desk
from tests.db.isolation.callers import callers_of, filters_of, topics_of
from tests.db.isolation.facts import Facts, Row, granted_columns, read_facts
from tests.db.isolation.rights import rights_of
from tests.db.isolation.rows import Filler
from tests.db.isolation.scope import Filter, scope_of
from tests.db.isolation.surfaces import FILTERED, PER_ALERT, PER_COMPANY, PLAIN
from tests.db.isolation.tables import READS
from tests.db.isolation.tenants import Tenancy, disturb, make_tenancy, random_cnpj, random_uuid

NOT_YOURS: Final = ("PT404", "company or group not found or not yours", None, "scope_not_found")
DENIED: Final = "42501"


class Difference(AssertionError):
    """An answer that is not the oracle's."""


@dataclass(slots=True)
class Tally:
    """How much was compared; `met` counts, per surface, grants and refusals seen."""

    checks: int = 0
    met: Counter[tuple[str, bool]] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.checks += other.checks
        self.met += other.met


@dataclass(slots=True)
class Scene:
    """A world that the open transaction holds, and what the owner reads of it."""

    connection: psycopg.Connection[Row]
    seed: str
    random: Random
    tenancy: Tenancy
    facts: Facts

    def change(self) -> str:
        """Changes some rights; gives what was done."""
        changes = [
            disturb(self.connection, self.random, self.tenancy)
            for _ in range(self.random.randint(1, 3))
        ]
        self.facts = read_facts(self.connection)
        return ", ".join(changes)

    def interview(self, where: str) -> Tally:
        """Everybody tries everything. Raises Difference at the first wrong answer."""
        tally = Tally()
        for caller in callers_of(self.random, self.tenancy):
            _Interview(self, caller, tally, f"seed {self.seed}{where}").hold()
        return tally


def make_scene(connection: psycopg.Connection[Row], seed: str) -> Scene:
    """Fills the connection's transaction with the world of a seed."""
    clock = connection.execute("select now() as at").fetchone()
    assert clock is not None
    random = Random(seed)
    tenancy = make_tenancy(connection, random, clock["at"])
    Filler(connection, random, tenancy).fill()
    return Scene(connection, seed, random, tenancy, read_facts(connection))


def explore(connection: psycopg.Connection[Row], seed: str) -> Tally:
    """The world of a seed: everybody asks, rights change, everybody asks again.

    Raises Difference; leaves nothing behind.
    """
    try:
        scene = make_scene(connection, seed)
        tally = scene.interview("")
        tally.add(scene.interview(f", after {scene.change()}"))
        return tally
    finally:
        connection.rollback()


class _Interview:
    """Everything that one caller may try."""

    def __init__(self, scene: Scene, caller: Caller, tally: Tally, where: str) -> None:
        self.desk = Desk(scene.connection)
        self.random = scene.random
        self.facts = scene.facts
        self.tenancy = scene.tenancy
        self.caller = caller
        self.rights = rights_of(caller.user_id, scene.facts)
        self.tally = tally
        self.where = where
        self.anonymous = caller.role == "anon"

    def hold(self) -> None:
        for table in self.facts.public:
            self._read_table(table)
        for name in PLAIN:
            self._read_plain(name)
        self._read_companies()
        for topic in topics_of(self.random, self.tenancy):
            self._join(topic)
        for wanted in filters_of(self.random, self.rights, self.facts, self.tenancy):
            for name in FILTERED:
                self._read_filtered(name, wanted)
        for alert in [*self.facts.public["noc_alerts"], None]:
            for name in PER_ALERT:
                self._read_alert(name, alert)
            self._work_alert(alert)

    def _compare(self, surface: str, expected: Any, actual: Any, granted: bool) -> None:
        self.tally.checks += 1
        self.tally.met[_kind(surface), granted] += 1
        if expected != actual:
            parts = "\n".join(unlike(surface, expected, actual))
            raise Difference(f"{self.where}: {surface}\n  as {self.rights}\n{parts}")

    def _read_table(self, table: str) -> None:
        if self.anonymous:
            answer = self.desk.ask(self.caller, f"select 1 from public.{table}")
            self._compare(table, DENIED, _code(answer), granted=False)
            return
        columns = granted_columns(self.desk.connection, table)
        query = sql.SQL("select {} from {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier("public", table)
        )
        answer = self.desk.ask(self.caller, query)
        reads = READS[table]
        rows = self.facts.public[table]
        mine = [row for row in rows if reads(self.rights, row)]
        expected = Counter(_key(row, columns) for row in mine)
        actual = Counter(_key(row, columns) for row in answer.rows)
        self._compare(table, (None, expected), (answer.error, actual), granted=bool(mine))
        if len(mine) < len(rows):
            self.tally.met[table, False] += 1

    def _read_plain(self, name: str) -> None:
        answer = self.desk.ask(self.caller, f"select public.{name}() as answer")
        if self.anonymous:
            self._compare(name, DENIED, _code(answer), granted=False)
            return
        read = PLAIN[name]
        expected = read.expect(self.rights, self.facts)
        if expected is None:
            self._compare(name, NOT_YOURS, answer.error, granted=False)
            return
        data = self._unframed(answer) if read.framed else answer.rows[0]["answer"]
        self._compare(name, expected, read.observe(data), granted=self.rights.member)

    def _read_filtered(self, name: str, wanted: Filter) -> None:
        surface = f"{name}{wanted.arguments}"
        answer = self.desk.ask(self.caller, FILTERED[name].query(name), wanted.arguments)
        if self.anonymous:
            self._compare(name, DENIED, _code(answer), granted=False)
            return
        scope = scope_of(self.rights, wanted, self.facts, name == "noc_heatmap")
        if scope is None:
            self._compare(surface, NOT_YOURS, answer.error, granted=False)
        elif answer.error is not None:
            self._compare(surface, None, answer.error, granted=True)
        else:
            read = FILTERED[name]
            actual = read.observe(self._unframed(answer))
            self._compare(
                surface, read.expect(scope, self.rights, self.facts), actual, granted=True
            )

    def _read_companies(self) -> None:
        for name, query in PER_COMPANY.items():
            for company in [*self.tenancy.companies, random_cnpj(self.random)]:
                self._read_company(name, query, company)

    def _read_company(self, name: str, query: str, company: str) -> None:
        answer = self.desk.ask(self.caller, query, {"company_cnpj": company})
        if self.anonymous:
            self._compare(name, DENIED, _code(answer), granted=False)
            return
        may = company in self.facts.companies and self.rights.operates(company)
        self._compare(name, None if may else NOT_YOURS, answer.error, granted=may)
        if may:
            found = self._unframed(answer)["company_cnpj"]
            self._compare(name, company, found, granted=True)

    def _read_alert(self, name: str, alert: Row | None) -> None:
        answer = self._ask_of(alert, f"select public.{name}(alert_id => %(alert_id)s) as answer")
        if self.anonymous:
            self._compare(name, DENIED, _code(answer), granted=False)
            return
        refusal = expected_refusal(self.rights, alert, works=False)
        self._compare(name, refusal, answer.error, granted=refusal is None)
        if alert is not None and refusal is None:
            read = PER_ALERT[name]
            expected = read.expect(self.rights, alert, self.facts)
            self._compare(name, expected, read.observe(self._unframed(answer)), granted=True)

    def _work_alert(self, alert: Row | None) -> None:
        answer = self._ask_of(alert, f"select public.{WORK}(%(alert_id)s, 'nota') as answer")
        if self.anonymous:
            self._compare(WORK, DENIED, _code(answer), granted=False)
            return
        refusal = expected_refusal(self.rights, alert, works=True)
        told = answer.rows[0]["answer"] if answer.rows else {}
        met = tuple(told[part] for part in ERROR) if "code" in told else answer.error
        self._compare(WORK, refusal, met, granted=refusal is None)

    def _ask_of(self, alert: Row | None, query: str) -> Answer:
        alert_id = random_uuid(self.random) if alert is None else alert["alert_id"]
        return self.desk.ask(self.caller, query, {"alert_id": alert_id})

    def _unframed(self, answer: Answer) -> dict[str, Any]:
        """The data of an enveloped answer, whose versions are the caller's widest topic's."""
        if answer.error is not None:
            raise Difference(f"{self.where}: {self.rights} was refused: {answer.error}")
        frame = answer.rows[0]["answer"]
        topic = self.rights.widest_topic
        versions = {
            row["table_name"]: row["version"]
            for row in self.facts.private["versions"]
            if row["topic"] == topic
        }
        self._compare("versions", versions, frame["versions"], granted=topic is not None)
        data: dict[str, Any] = frame["data"]
        return data

    def _join(self, topic: str) -> None:
        allowed = not self.anonymous and topic in self.rights.topics
        heard = self.desk.may_listen(self.caller, topic)
        self._compare(f"topic {topic}", allowed, heard, granted=allowed)
        if allowed or self.random.random() < 0.05:
            for extension in ("broadcast", "presence"):
                sent = self.desk.may_send(self.caller, topic, extension)
                self._compare(f"send {extension} {topic}", False, sent, granted=False)
            present = self.desk.may_listen(self.caller, topic, "presence")
            self._compare(f"presence {topic}", False, present, granted=False)


def _code(answer: Answer) -> str | None:
    return answer.error[0] if answer.error else None


def _key(row: Row, columns: list[str]) -> str:
    return repr([row[name] for name in columns])


def _kind(surface: str) -> str:
    """`noc_series{…}` counts as noc_series, `topic noc:…` as topic."""
    return surface.split("{")[0].split()[0]


def unlike(path: str, expected: Any, actual: Any) -> list[str]:
    """The parts that differ, one line each."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        keys = sorted({*expected, *actual}, key=str)
        return [
            line
            for key in keys
            if key not in expected or key not in actual or expected[key] != actual[key]
            for line in unlike(f"{path}.{key}", expected.get(key), actual.get(key))
        ]
    return [f"  {path}\n    expected {expected}\n    got      {actual}"]
