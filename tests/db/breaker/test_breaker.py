"""When a provider is asked no more, and when again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.db.breaker.calling import PROVIDER, ask, calls, is_open, tell
from tests.db.breaker.model import Model
from tests.db.conftest import A1, A2, B1, Database, World
from tests.db.judging import MIN, S
from tests.scale import scaled

pytestmark = pytest.mark.usefixtures("world")
MS = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("good", "failed", "opened"),
    [(0, 19, False), (0, 20, True), (10, 10, True), (11, 10, False), (20, 20, True)],
)
def test_half_of_twenty_calls_open_it_and_less_do_not(
    db: Database, at: datetime, good: int, failed: int, opened: bool
) -> None:
    calls(db, at, failed, good)
    assert is_open(db) == opened
    assert ask(db, at)["allowed"] != opened


@pytest.mark.parametrize(("between", "opened"), [(29 * S, True), (30 * S, False)])
def test_calls_count_for_half_a_minute(
    db: Database, at: datetime, between: timedelta, opened: bool
) -> None:
    calls(db, at, 10)
    calls(db, at + between, 10)
    assert is_open(db) == opened


def test_one_call_passes_each_ten_seconds_and_no_more(db: Database, at: datetime) -> None:
    calls(db, at, 20)
    assert ask(db, at + 10 * S - MS) == {
        "allowed": False,
        "probe": False,
        "wait_s": 0.001,
        "reason": "cut_off",
        "begun_at": None,
    }
    assert ask(db, at + 10 * S)["probe"]
    assert not ask(db, at + 10 * S)["allowed"]
    assert not ask(db, at + 20 * S - MS)["allowed"]
    assert ask(db, at + 20 * S)["probe"]


def test_a_probe_that_succeeds_closes_it_and_old_failures_count_no_more(
    db: Database, at: datetime
) -> None:
    calls(db, at, 20)
    assert ask(db, at + 10 * S)["probe"]
    tell(db, at + 10 * S, False, at + 11 * S)
    assert not is_open(db)
    calls(db, at + 12 * S, 19)
    assert not is_open(db)
    calls(db, at + 12 * S, 1)
    assert is_open(db)


def test_a_probe_that_fails_leaves_it_open(db: Database, at: datetime) -> None:
    calls(db, at, 20)
    ask(db, at + 10 * S)
    tell(db, at + 10 * S, True, at + 11 * S)
    assert is_open(db)
    assert not ask(db, at + 19 * S)["allowed"]


def test_a_call_of_before_neither_closes_it_nor_counts_after_it_closed(
    db: Database, at: datetime
) -> None:
    calls(db, at, 20)
    tell(db, at - S, False, at + S)
    assert is_open(db)
    ask(db, at + 10 * S)
    tell(db, at + 10 * S, False, at + 10 * S)
    for _ in range(20):
        tell(db, at - S, True, at + 11 * S)
    assert not is_open(db)


def test_one_companys_failures_cut_off_that_company_alone(db: Database, at: datetime) -> None:
    for _ in range(5):
        calls(db, at, 0, 5, A2)
        calls(db, at, 4, 0, A1)
    assert (is_open(db, A1), is_open(db, A2), is_open(db)) == (True, False, False)
    assert not ask(db, at, A1)["allowed"]
    assert ask(db, at, A2)["allowed"]
    assert ask(db, at, None)["allowed"]


def test_a_provider_that_fails_is_cut_off_for_every_company(db: Database, at: datetime) -> None:
    calls(db, at, 10, 0, A1)
    calls(db, at, 10, 0, B1)
    assert (is_open(db, A1), is_open(db)) == (False, True)
    assert not ask(db, at, A2)["allowed"]
    assert ask(db, at, A2, provider="another")["allowed"]


def test_a_company_waits_for_both_and_its_probe_closes_both(db: Database, at: datetime) -> None:
    calls(db, at, 20, 0, A1)
    assert (is_open(db, A1), is_open(db)) == (True, True)
    assert ask(db, at + 10 * S, A2)["probe"]
    assert not ask(db, at + 15 * S, A1)["allowed"]
    assert ask(db, at + 20 * S, A1)["probe"]
    tell(db, at + 20 * S, False, at + 21 * S, A1)
    assert (is_open(db, A1), is_open(db)) == (False, False)


def test_failing_retries_are_a_tenth_of_the_calls_or_five(db: Database, at: datetime) -> None:
    for _ in range(5):
        assert ask(db, at, retry=True)["allowed"]
    refused = ask(db, at, retry=True)
    assert (refused["allowed"], refused["reason"]) == (False, "retry_budget")
    assert 1 <= refused["wait_s"] <= 5
    assert ask(db, at)["allowed"]
    calls(db, at, 0, 60)
    assert ask(db, at, retry=True)["allowed"]
    assert not ask(db, at, retry=True)["allowed"]
    assert not ask(db, at + 29 * S, retry=True)["allowed"]
    assert ask(db, at + 30 * S, retry=True)["allowed"]


def test_a_retry_that_succeeds_gives_its_share_back(db: Database, at: datetime) -> None:
    for _ in range(30):
        assert ask(db, at, retry=True)["allowed"]
        tell(db, at, False, at + S, retry=True)
    for _ in range(5):
        assert ask(db, at, retry=True)["allowed"]
        tell(db, at, True, at + S, retry=True)
    assert not ask(db, at, retry=True)["allowed"]


def test_opening_and_closing_stand_in_the_trail(db: Database, at: datetime) -> None:
    calls(db, at, 12, 12, A1)
    tell(db, at + 10 * S, False, at + 40 * S, A1)
    rows = db.all(
        "select action, target, company_cnpj, payload from public.noc_audit"
        " where target = 'provider:tested' order by audit_id"
    )
    cut, back = {"calls": 24, "failures": 12}, {"open_s": 40}
    assert [tuple(row.values()) for row in rows] == [
        ("provider_cut_off", "provider:tested", None, cut),
        ("provider_cut_off", "provider:tested", A1, cut),
        ("provider_back", "provider:tested", None, back),
        ("provider_back", "provider:tested", A1, back),
    ]


def test_members_see_what_is_cut_off_and_nobody_sees_a_foreign_company(
    db: Database, world: World, at: datetime
) -> None:
    calls(db, at, 4 * 5, 0, A1)
    calls(db, at, 5, 0, B1, provider="another")

    def seen(user: Any) -> list[tuple[str, str | None]]:
        with db.acting_as(user):
            shown = db.one("select public.noc_overview()")["data"]["cut_off"]
        assert all(set(one) == {"provider", "company_cnpj", "since", "probe_at"} for one in shown)
        return [(one["provider"], one["company_cnpj"]) for one in shown]

    assert seen(world.cliente_a1) == [("tested", A1), ("tested", None)]
    assert seen(world.cliente_b1) == [("tested", None)]
    assert seen(world.admin) == [("tested", A1), ("tested", None)]


@pytest.mark.parametrize(
    ("call", "field"),
    [
        ("noc_may_call('No!')", "provider"),
        ("noc_may_call(null)", "provider"),
        ("noc_may_call('x', 'nobody')", "company_cnpj"),
        ("noc_record_call('No!', null, now(), true)", "provider"),
        ("noc_record_call('x', 'nobody', now(), true)", "company_cnpj"),
        ("noc_record_call('x', null, null, true)", "begun_at"),
        ("noc_record_call('x', null, now(), null)", "failed"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_name(db: Database, call: str, field: str) -> None:
    error = db.refused(None, f"select public.{call}", role="noc_worker")
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", field)


def test_only_workers_ask_and_tell(db: Database, world: World) -> None:
    for call in ("noc_may_call('x')", "noc_record_call('x', null, now(), true)"):
        for role, user in (("authenticated", world.admin), ("noc_webhook", None), ("anon", None)):
            assert db.refused(user, f"select public.{call}", role=role).sqlstate == "42501"
        with db.acting_as(None, "noc_worker"):
            db.run(f"select public.{call}")


# Many at once


@pytest.fixture
def shared() -> Iterator[psycopg.Connection[Any]]:
    """Breakers that other connections see; gone afterwards."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        yield connection
        connection.execute("delete from noc.breakers where provider = 'raced'")


def test_of_many_copies_that_ask_at_once_one_probes(
    shared: psycopg.Connection[Any], at: datetime
) -> None:
    shared.execute(
        "select noc.record_call('raced', null, %s, true, false, %s) from generate_series(1, 20)",
        (at, at),
    )

    def one_copy(_: int) -> bool:
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            row = connection.execute(
                "select noc.may_call('raced', null, false, %s)", (at + 10 * S,)
            ).fetchone()
            assert row is not None
            allowed: bool = row[0]["allowed"]
            return allowed

    with ThreadPoolExecutor(8) as copies:
        assert sum(copies.map(one_copy, range(8))) == 1


# The model

COMPANIES = st.sampled_from([None, A1, A2])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([1, 400, 1000, 5000, 9999, 10_000, 30_000])),
        st.tuples(st.just("ask"), COMPANIES, st.booleans()),
        st.tuples(st.just("tell"), st.integers(0, 30), st.booleans()),
        st.tuples(st.just("burst"), COMPANIES, st.integers(1, 24), st.integers(0, 100)),
    ),
    min_size=1,
    max_size=60,
)


@settings(
    max_examples=scaled(2000, least=60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_the_database_and_the_model_say_the_same(
    db: Database, at: datetime, steps: list[tuple[Any, ...]]
) -> None:
    db.run("savepoint example")
    try:
        Duel(db, at).play(steps)
    finally:
        db.run("rollback to savepoint example")


class Duel:
    """The same steps for both of them."""

    def __init__(self, db: Database, at: datetime) -> None:
        self.db = db
        self.at = at
        self.model = Model()
        self.begun: list[tuple[str | None, datetime, bool]] = []

    def play(self, steps: list[tuple[Any, ...]]) -> None:
        for name, *arguments in steps:
            getattr(self, name)(*arguments)
            assert self.opened() == self.model.open()

    def wait(self, milliseconds: int) -> None:
        self.at += milliseconds * MS

    def ask(self, company: str | None, retry: bool) -> None:
        said = ask(self.db, self.at, company, retry)
        word = "probe" if said["probe"] else said["reason"] or "allowed"
        assert word == self.model.ask(company, retry, self.at)
        if said["allowed"]:
            self.begun.append((company, self.at, retry))

    def tell(self, which: int, failed: bool) -> None:
        if self.begun:
            self._tell(*self.begun.pop(which % len(self.begun)), failed)

    def burst(self, company: str | None, count: int, percent: int) -> None:
        for number in range(count):
            self._tell(company, self.at, False, number * 100 < percent * count)

    def _tell(self, company: str | None, begun_at: datetime, retry: bool, failed: bool) -> None:
        tell(self.db, begun_at, failed, self.at, company, retry)
        self.model.tell(company, begun_at, failed, retry, self.at)

    def opened(self) -> set[tuple[str | None, datetime]]:
        rows = self.db.all(
            "select company_cnpj, opened_at from noc.breakers"
            " where provider = %s and opened_at is not null",
            PROVIDER,
        )
        return {(row["company_cnpj"], row["opened_at"]) for row in rows}


def test_a_long_silence_changes_nothing_that_is_closed(db: Database, at: datetime) -> None:
    calls(db, at, 19)
    calls(db, at + 10 * MIN, 19)
    assert not is_open(db)
