"""Simulated messages and jobs: their course, and that a restart loses none of it."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from dev.simulator.catalogue import COMPANIES, Company
from dev.simulator.jobs import job_events
from dev.simulator.messages import Queue
from dev.simulator.outgoing import outgoing
from dev.simulator.scenarios import FILLING_COMPANY, NORMAL, Scenario
from dev.simulator.traffic import SLOT, Event
from dev.simulator.world import World
from tests.dev.worlds import BUSY, BY_CNPJ, CALM, slots

FILLING = BY_CNPJ[FILLING_COMPANY]
MINUTE = timedelta(minutes=1)
CNPJS = [company.cnpj for company in COMPANIES]


def play(queue: Queue, since: datetime, lasts: timedelta) -> list[Event]:
    return [e for slot in slots(since, lasts) for e in queue.advance(slot, 1)]


def handed_over(
    company: Company, since: datetime, lasts: timedelta, scenario: Scenario
) -> list[Event]:
    return [e for slot in slots(since, lasts) for e in outgoing(company, slot, scenario, 1)]


def test_a_healthy_queue_holds_few_messages_and_each_leaves_once() -> None:
    queue = Queue(FILLING)
    events = play(queue, BUSY, 60 * MINUTE)
    assert len(queue.waiting) < 10
    words = Counter((event["external_id"], event["status"]) for event in events)
    assert set(words.values()) == {1}
    queued = {event["external_id"] for event in events if event["status"] == "queued"}
    left = {event["external_id"] for event in events if event["status"] != "queued"}
    assert left <= queued
    assert len(queued) > 50
    assert queued - left == {message.external_id for message in queue.waiting}


def test_companies_hand_over_a_few_messages_to_many_people() -> None:
    for company in COMPANIES:
        events = handed_over(company, BUSY, 60 * MINUTE, CALM)
        assert 40 < len(events) < 200
        assert len({event["to"] for event in events}) > len(events) / 2
        assert len({event["external_id"] for event in events}) == len(events)


def test_the_queues_story_fills_one_queue_past_its_limit_and_keeps_it_there() -> None:
    story = Scenario("queue", BUSY)
    for minutes in (1, 10):
        events = handed_over(FILLING, BUSY, minutes * MINUTE, story)
        same = Counter(event["to"] for event in events).most_common(6)
        # Each of the six is sent one message in 6 s.
        waiting = sum(count for _, count in same) - minutes * 60
        assert 130 < waiting < 200
    other = handed_over(COMPANIES[0], BUSY, 10 * MINUTE, story)
    assert other == handed_over(COMPANIES[0], BUSY, 10 * MINUTE, CALM)


def test_recovery_hands_over_nothing_more_to_the_same_people() -> None:
    later = BUSY + 5 * MINUTE
    assert handed_over(FILLING, later, MINUTE, Scenario(NORMAL, later)) == handed_over(
        FILLING, later, MINUTE, CALM
    )


def test_what_is_to_be_sent_is_never_handed_over_as_history() -> None:
    first = World(1, dict.fromkeys(CNPJS), None).advance(BUSY, CALM)
    events = [e for batch in first if batch.kind == "messages" for e in batch.events]
    at = [datetime.strptime(e["external_id"].split("-")[1], "%Y%m%dT%H%M%S") for e in events]
    assert all(one.replace(tzinfo=UTC) >= BUSY - timedelta(seconds=30) for one in at)


def test_a_saved_queue_goes_on_as_if_nothing_had_happened() -> None:
    queue = Queue(FILLING)
    play(queue, BUSY, MINUTE)
    restored = Queue.restored(FILLING, queue.saved())
    assert restored.waiting == queue.waiting
    assert Queue.restored(FILLING, None).waiting == []
    assert Queue.restored(FILLING, [{"external_id": "x"}]).waiting == []


def test_reports_of_a_message_grow_older_never_younger() -> None:
    for event in play(Queue(FILLING), BUSY, 30 * MINUTE):
        assert event["created_at"] <= event["updated_at"]


def test_each_job_starts_once_and_ends_once_after_it() -> None:
    events = job_events(COMPANIES[0], BUSY, BUSY + 120 * MINUTE, CALM, 1)
    runs: dict[str, list[Event]] = {}
    for event in events:
        runs.setdefault(event["job_id"], []).append(event)
    complete = [run for run in runs.values() if len(run) == 2]
    assert len(complete) > 50
    for begun, ended in complete:
        assert (begun["status"], begun["finished_at"]) == ("running", None)
        assert ended["status"] in ("success", "failed")
        assert (ended["error"] is None) == (ended["status"] == "success")
        assert begun["started_at"] == ended["started_at"] < ended["finished_at"]
    assert all(len(run) <= 2 for run in runs.values())


def test_jobs_are_the_same_however_the_span_is_cut() -> None:
    end = BUSY + 30 * MINUTE
    whole = job_events(COMPANIES[1], BUSY, end, CALM, 1)
    pieces: list[Event] = []
    at = BUSY
    while at < end:
        pieces += job_events(COMPANIES[1], at, at + SLOT, CALM, 1)
        at += SLOT
    assert pieces == whole


def test_jobs_of_a_provider_that_is_down_fail_and_the_others_do_not() -> None:
    story = Scenario("erp-down", BUSY)
    events = job_events(COMPANIES[0], BUSY, BUSY + 120 * MINUTE, story, 1)
    ends = [event for event in events if event["status"] != "running"]
    at_omie = [event for event in ends if event["job_type"] == "sincronizar_omie"]
    assert {event["status"] for event in at_omie} == {"failed"}
    rest = [event for event in ends if event["job_type"] != "sincronizar_omie"]
    assert sum(event["status"] == "success" for event in rest) > 0.9 * len(rest)


def test_the_first_start_fills_the_last_hour_and_goes_on_from_there() -> None:
    world = World(1, dict.fromkeys(CNPJS), None)
    first = world.advance(BUSY, CALM)
    moments = [
        datetime.fromisoformat(event["timestamp"])
        for batch in first
        if batch.kind == "api_usage"
        for event in batch.events
    ]
    assert BUSY - 60 * MINUTE <= min(moments) < BUSY - 59 * MINUTE
    assert BUSY - MINUTE < max(moments) <= BUSY
    kinds = {batch.kind for batch in first} - {"messages"}
    assert kinds == {"api_usage", "app_logs", "jobs", "queue_whatsapp"}
    assert all(1 <= len(batch.events) <= 1000 for batch in first)
    assert world.advance(BUSY + SLOT * 0.5, CALM) == [], "no slot has ended"
    following = world.advance(BUSY + SLOT * 10, CALM)
    assert all(
        datetime.fromisoformat(event["timestamp"]) >= BUSY
        for batch in following
        if batch.kind == "api_usage"
        for event in batch.events
    )


def test_a_restart_goes_on_after_what_is_stored_and_counts_nothing_twice() -> None:
    def calls_from(last: datetime | None) -> list[Event]:
        world = World(1, dict.fromkeys(CNPJS, last), None)
        return [
            event
            for batch in world.advance(BUSY, CALM)
            if batch.kind == "api_usage"
            for event in batch.events
        ]

    everything = calls_from(None)
    stored = datetime.fromisoformat(sorted(e["timestamp"] for e in everything)[-40])
    rest = calls_from(stored)
    assert all(datetime.fromisoformat(event["timestamp"]) > stored for event in rest)
    assert 20 <= len(rest) <= 39
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    assert len(calls_from(long_ago)) == len(everything)


def test_a_company_that_starts_over_gets_its_hour_again_and_the_others_do_not() -> None:
    world = World(1, dict.fromkeys(CNPJS), None)
    first = [batch for batch in world.advance(BUSY, CALM) if batch.cnpj == FILLING_COMPANY]
    world.restart(FILLING_COMPANY)
    again = world.advance(BUSY, CALM)
    assert [(b.cnpj, b.kind, b.events) for b in again] == [
        (b.cnpj, b.kind, b.events) for b in first
    ]


def test_a_clock_that_goes_back_repeats_nothing() -> None:
    world = World(1, dict.fromkeys(CNPJS), None)
    world.advance(BUSY, CALM)
    assert world.advance(BUSY - 10 * MINUTE, CALM) == []
    assert world.advance(BUSY, CALM) == []
