"""A part goes away: who is told, since when, and that it is over once it is."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from dev.simulator.scenarios import NORMAL, Scenario, write_scenario
from tests.live.conftest import People, all_up
from tests.live.instance import INTERVAL_S, Live
from tests.live.person import Person
from tests.live.waiting import took, wait_until
from tests.scale import scale

LONG = scale() >= 1
# Service, process. The others take the same road: they run at full scale.
PARTS = [("supabase:auth", "auth")]
MORE_PARTS = [("supabase:functions", "function-ingest"), ("supabase:realtime", "realtime")]
# Of a first bad probe: its turn comes within the interval, its own time on a busy machine.
FIRST_PROBE_WITHIN = timedelta(seconds=INTERVAL_S + 5)
BAD_TO_BE_DOWN = 3


@pytest.fixture(autouse=True)
def healthy(live: Live, people: People) -> Iterator[None]:
    """Each outage begins and ends with everything up."""
    yield
    live.repair()
    wait_until("every probe is UP again", lambda: all_up(live))
    wait_until("the badge is UP again", lambda: people.admin.badge() == "UP")


@pytest.mark.parametrize(("service", "process"), PARTS + (MORE_PARTS if LONG else []))
def test_a_stopped_part_turns_every_badge_red_and_is_an_alert_of_admin_until_it_is_back(
    live: Live, people: People, service: str, process: str
) -> None:
    stopped, began = datetime.now(UTC), time.monotonic()
    live.stop(process)
    for person in people.everybody():
        wait_until(f"{person.email} sees DOWN", _sees(person, service, "DOWN"))
        assert person.badge() == "DOWN"
    took("from the stop to everybody's DOWN", time.monotonic() - began)
    assert stopped <= _since(people.admin, service) <= stopped + FIRST_PROBE_WITHIN

    (alert,) = wait_until("admin's alert", lambda: people.admin.alerts("service_down", service))
    assert (alert["severity"], alert["company_cnpj"]) == ("critical", None)
    assert people.cliente_b.alerts() == []
    assert people.cliente.alerts() == []

    began = time.monotonic()
    live.repair(process)
    wait_until("the service is UP", _sees(people.cliente_b, service, "UP"))
    wait_until("the alert closes", lambda: not people.admin.alerts("service_down", service))
    took("from the start to the alert's end", time.monotonic() - began)


def test_a_silent_erp_is_down_for_every_member_and_up_again_when_it_answers(
    live: Live, people: People
) -> None:
    began = time.monotonic()
    _play(live, "erp-down")
    for person in people.everybody():
        wait_until(f"{person.email} sees omie DOWN", _sees(person, "omie", "DOWN"))
    took("from the provider's silence to everybody's DOWN", time.monotonic() - began)
    assert people.cliente_b.status_of("f360") == "UP"

    began = time.monotonic()
    _play(live, NORMAL)
    for person in people.everybody():
        wait_until(f"{person.email} sees omie UP", _sees(person, "omie", "UP"))
    took("from the provider's return to everybody's UP", time.monotonic() - began)


@pytest.mark.parametrize(
    ("service", "process", "end"),
    [("supabase:rest", "rest", Live.stop), ("supabase:postgres", "postgres", Live.kill)],
    ids=["a stopped PostgREST", "a crashed PostgreSQL"],
)
def test_an_outage_of_the_database_stands_in_the_log_afterwards_with_its_true_start(
    live: Live, people: People, service: str, process: str, end: Callable[[Live, str], None]
) -> None:
    check_id = str(
        live.value("select check_id from noc.check_targets where service_name = %s", service)
    )
    before = live.now()
    gone = datetime.now(UTC)
    end(live, process)
    spooled = wait_until(
        "the worker spools bad results",
        lambda: (n := _spooled_bad(live)[check_id]) >= BAD_TO_BE_DOWN and n,
    )
    back, began = datetime.now(UTC), time.monotonic()
    live.repair(process)

    def told() -> list[tuple[datetime, int]]:
        return live.rows(
            """
            select h.since, count(*) from public.service_health as h
            where h.service_name = %s and h.checked_at >= %s and h.status = 'DOWN'
            group by h.since
            """,
            service,
            before,
        )

    ((since, results),) = wait_until("the outage stands in service_health", told)
    assert gone <= since <= gone + FIRST_PROBE_WITHIN
    assert since < back
    assert results >= spooled - BAD_TO_BE_DOWN + 1
    wait_until("the badge is UP again", lambda: people.cliente.badge() == "UP")
    took("from the return to the badge's UP", time.monotonic() - began)
    wait_until("nothing waits any more", lambda: not _spooled_bad(live).total())


def _sees(person: Person, service: str, status: str) -> Callable[[], bool]:
    return lambda: person.status_of(service) == status


def _since(person: Person, service: str) -> datetime:
    (found,) = (one for one in person.overview()["services"] if one["service_name"] == service)
    return datetime.fromisoformat(found["since"])


def _play(live: Live, name: str) -> None:
    write_scenario(live.instance.home / "scenario.json", Scenario(name, datetime.now(UTC)))


def _spooled_bad(live: Live) -> Counter[str]:
    """Bad results that wait in the health worker's spool, by check."""
    file = live.instance.home / "spool/health/results.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()[1:] if line.endswith("}")]
    return Counter(row["check_id"] for row in rows if row["outcome"] == "bad")
