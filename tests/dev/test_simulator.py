"""What simulated companies do: their day, their calls, and what each scenario changes."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from dev.simulator.catalogue import COMPANIES, ENDPOINTS
from dev.simulator.chance import poisson
from dev.simulator.files import write_json
from dev.simulator.rhythm import SAO_PAULO, activity
from dev.simulator.scenarios import (
    ALWAYS,
    FAILING_COMPANY,
    FILLING_COMPANY,
    NORMAL,
    SLOW_COMPANY,
    STORIES,
    Scenario,
    read_scenario,
    write_scenario,
)
from dev.simulator.traffic import SLOT, calls, log_lines, slot_start
from tests.dev.worlds import BUSY, BY_CNPJ, CALM, NIGHT, calls_of, p95_ms, share, slots

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_there_are_five_companies_that_call_twenty_endpoints_of_six_services() -> None:
    assert len({company.cnpj for company in COMPANIES}) >= 5
    assert len({(e.service, e.method, e.route) for e in ENDPOINTS}) == 20
    assert {e.service for e in ENDPOINTS} == {"api", "omie", "f360", "whatsapp", "llm", "banks"}
    called = Counter(
        (e["service"], e["method"], e["endpoint"]) for e in calls_of(SLOW_COMPANY, BUSY, 30)
    )
    assert len(called) == 20


def test_business_hours_are_busy_nights_and_weekends_are_not() -> None:
    day = datetime(2026, 11, 24, tzinfo=SAO_PAULO)
    levels = [activity(day + timedelta(minutes=15 * n)) for n in range(96)]
    assert max(levels) == pytest.approx(1.0)
    assert 0.1 <= min(levels) <= 0.3
    assert activity(day + 12.5 * HOUR) < activity(day + 11 * HOUR)
    assert activity(day + 3 * HOUR) < 0.3 < 0.9 <= activity(day + 10 * HOUR)
    saturday = day + timedelta(days=4)
    assert activity(saturday + 10 * HOUR) == pytest.approx(0.4 * activity(day + 10 * HOUR))
    steps = [abs(a - b) for a, b in pairwise(levels)]
    assert max(steps) < 0.1, "activity changes smoothly"


def test_the_hour_is_that_of_sao_paulo() -> None:
    assert activity(datetime(2026, 11, 24, 14, 0, tzinfo=UTC)) == pytest.approx(1.0)
    assert activity(datetime(2026, 11, 24, 5, 0, tzinfo=UTC)) == pytest.approx(0.25)


def test_the_flow_is_a_few_events_a_second_and_follows_the_day() -> None:
    per_s = {
        at: sum(len(calls_of(company.cnpj, at, 10)) for company in COMPANIES) / 600
        for at in (BUSY, NIGHT)
    }
    assert 4.0 < per_s[BUSY] < 6.0
    assert per_s[NIGHT] == pytest.approx(per_s[BUSY] * activity(NIGHT), rel=0.3)


def test_the_same_seed_gives_the_same_events_and_another_gives_others() -> None:
    again = calls_of(FILLING_COMPANY, BUSY, 5, seed=7)
    assert again == calls_of(FILLING_COMPANY, BUSY, 5, seed=7)
    assert again != calls_of(FILLING_COMPANY, BUSY, 5, seed=8)
    assert again != calls_of(SLOW_COMPANY, BUSY, 5, seed=7)


def test_a_slot_is_the_same_however_the_span_is_cut() -> None:
    whole = calls_of(SLOW_COMPANY, BUSY, 2)
    halves = calls_of(SLOW_COMPANY, BUSY, 1) + calls_of(
        SLOW_COMPANY, BUSY + timedelta(minutes=1), 1
    )
    assert whole == halves


def test_every_event_lies_in_its_slot_and_in_order() -> None:
    for slot in slots(BUSY, timedelta(minutes=5)):
        moments = [
            datetime.fromisoformat(event["timestamp"])
            for event in calls(COMPANIES[0], slot, CALM, 1)
        ]
        assert moments == sorted(moments)
        assert all(slot <= moment <= slot + SLOT for moment in moments)
    assert slot_start(BUSY + SLOT * 0.99) == BUSY
    assert slot_start(BUSY + SLOT) == BUSY + SLOT


def test_latencies_are_lognormal_around_each_endpoints_median() -> None:
    events = [event for company in COMPANIES for event in calls_of(company.cnpj, BUSY, 60)]
    for endpoint in ENDPOINTS:
        mine = [
            e
            for e in events
            if (e["service"], e["method"], e["endpoint"])
            == (endpoint.service, endpoint.method, endpoint.route)
            and e["status"] != 0
        ]
        middle = sorted(int(e["latency_ms"]) for e in mine)[len(mine) // 2]
        assert middle == pytest.approx(endpoint.median_ms, rel=0.15), endpoint
        assert 1.5 * middle < p95_ms(mine) < 2.8 * middle, endpoint


def test_calm_traffic_stays_below_every_limit() -> None:
    for company in COMPANIES:
        events = calls_of(company.cnpj, BUSY, 120)
        assert p95_ms(events) < 900
        assert share(events, 500, 599) + share(events, 0, 0) < 0.012
        assert 0.01 < share(events, 400, 499) < 0.035
        for service in ("omie", "f360", "llm", "whatsapp", "banks"):
            assert p95_ms([e for e in events if e["service"] == service]) < 1000


def test_latency_slows_one_company_at_omie_and_nothing_else() -> None:
    story = Scenario("latency", BUSY)
    slow = calls_of(SLOW_COMPANY, BUSY, 30, story)
    assert 1500 < p95_ms([e for e in slow if e["service"] == "omie"]) < 2000
    assert p95_ms([e for e in slow if e["service"] == "f360"]) < 1000
    other = [e for e in calls_of(FILLING_COMPANY, BUSY, 30, story) if e["service"] == "omie"]
    assert p95_ms(other) < 1000


def test_errors_rise_to_eight_then_to_fifteen_per_cent_for_one_company() -> None:
    story = Scenario("errors", BUSY)
    later = BUSY + timedelta(minutes=6)
    assert share(calls_of(FAILING_COMPANY, BUSY, 6, story), 500, 599) == pytest.approx(
        0.08, abs=0.01
    )
    assert share(calls_of(FAILING_COMPANY, later, 60, story), 500, 599) == pytest.approx(
        0.15, abs=0.005
    )
    assert share(calls_of(SLOW_COMPANY, later, 60, story), 500, 599) < 0.01


@pytest.mark.parametrize(("name", "service"), [("llm-down", "llm"), ("erp-down", "omie")])
def test_a_provider_that_is_down_leaves_its_calls_without_answer(name: str, service: str) -> None:
    story = Scenario(name, BUSY)
    for company in COMPANIES:
        events = calls_of(company.cnpj, BUSY, 30, story)
        mine = [e for e in events if e["service"] == service]
        assert share(mine, 0, 0) > 0.85
        assert all(e["latency_ms"] == 10_000 for e in mine if e["status"] == 0)
        assert share([e for e in events if e["service"] != service], 0, 0) < 0.01


def test_callers_back_off_from_a_dead_provider_and_retry_at_a_failing_one() -> None:
    def at_omie(scenario: Scenario) -> int:
        return sum(e["service"] == "omie" for e in calls_of(SLOW_COMPANY, BUSY, 60, scenario))

    assert at_omie(Scenario("erp-down", BUSY)) < 0.6 * at_omie(CALM)
    assert 1.5 * at_omie(CALM) < at_omie(Scenario("latency", BUSY)) < 2.5 * at_omie(CALM)


def test_a_scenario_changes_nothing_before_it_began_nor_long_after_recovery() -> None:
    begins = BUSY + timedelta(minutes=10)
    for name in STORIES:
        before = calls_of(FAILING_COMPANY, BUSY, 5, Scenario(name, begins))
        assert before == calls_of(FAILING_COMPANY, BUSY, 5)
    over = Scenario(NORMAL, BUSY - 15 * MINUTE)
    assert calls_of(SLOW_COMPANY, BUSY, 5, over) == calls_of(SLOW_COMPANY, BUSY, 5)


@pytest.mark.parametrize(("minutes", "enough"), [(-1, False), (14, True), (15, False)])
def test_after_a_scenario_there_are_calls_enough_to_close_its_alerts(
    minutes: int, enough: bool
) -> None:
    """Twenty in five minutes is what a rule asks for; a small company has fewer at night."""
    over = Scenario(NORMAL, NIGHT - minutes * MINUTE)
    found = calls_of(FAILING_COMPANY, NIGHT, 1, over)
    assert (len(found) > 20) == enough


def test_a_scenario_shows_at_night_as_well() -> None:
    night = calls_of(SLOW_COMPANY, NIGHT, 5, Scenario("latency", NIGHT))
    assert len([e for e in night if e["service"] == "omie"]) > 100


def test_log_lines_name_their_service_and_grow_errors_with_the_story() -> None:
    def errors(scenario: Scenario) -> int:
        company = BY_CNPJ[FAILING_COMPANY]
        span = slots(BUSY, timedelta(hours=6))
        lines = [line for slot in span for line in log_lines(company, slot, scenario, 1)]
        assert {line["level"] for line in lines} <= {"info", "warn", "error"}
        assert all(line["service"] and line["message"] for line in lines)
        return sum(line["level"] == "error" for line in lines)

    assert errors(Scenario("errors", BUSY)) > 2 * errors(CALM)


def test_the_mean_of_the_counts_is_the_expected_one() -> None:
    source = Random(1)
    for mean in (0.05, 0.8, 2.4):
        drawn = [poisson(source, mean) for _ in range(20_000)]
        assert sum(drawn) / len(drawn) == pytest.approx(mean, rel=0.1)


def test_the_scenario_file_is_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "scenario.json"
    assert read_scenario(path) == Scenario(NORMAL, ALWAYS)
    for name in STORIES:
        write_scenario(path, Scenario(name, BUSY))
        assert read_scenario(path) == Scenario(name, BUSY)


@pytest.mark.parametrize(
    "content", [{"name": "explode", "since": "x"}, [], {"name": "latency", "since": "2026-01-01"}]
)
def test_a_scenario_file_that_makes_no_sense_means_normal(tmp_path: Path, content: object) -> None:
    path = tmp_path / "scenario.json"
    write_json(path, content)
    assert read_scenario(path) == Scenario(NORMAL, ALWAYS)
    path.write_text('{"name": "lat')
    assert read_scenario(path) == Scenario(NORMAL, ALWAYS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_over_calm_hours_no_window_of_five_minutes_passes_a_limit_for_three(seed: int) -> None:
    """The rules judge a company's service over 5 min, from 20 calls on, and wait 3 min."""
    for company in COMPANIES:
        minutes = [
            calls_of(company.cnpj, BUSY + timedelta(minutes=n), 1, CALM, seed) for n in range(90)
        ]
        for service in ("api", "omie", "f360", "whatsapp", "llm", "banks"):
            beyond = 0
            for end in range(5, len(minutes) + 1):
                window = [
                    e for one in minutes[end - 5 : end] for e in one if e["service"] == service
                ]
                beyond = beyond + 1 if len(window) >= 20 and _breaches(window) else 0
                assert beyond < 4, (company.name, service, end)


def _breaches(window: list[dict[str, object]]) -> bool:
    return p95_ms(window) > 1200 or share(window, 500, 599) + share(window, 0, 0) > 0.05


def test_the_latency_story_degrades_without_ever_passing_the_red_limit_for_long() -> None:
    story = Scenario("latency", BUSY)
    minutes = [
        [
            e
            for e in calls_of(SLOW_COMPANY, BUSY + timedelta(minutes=n), 1, story)
            if e["service"] == "omie"
        ]
        for n in range(45)
    ]
    windows = [[e for one in minutes[n : n + 5] for e in one] for n in range(40)]
    assert all(p95_ms(window) > 1200 for window in windows)
    red = [p95_ms(window) > 2000 for window in windows]
    assert not any(all(red[n : n + 3]) for n in range(38))


@pytest.mark.parametrize("service", ["api", "omie", "f360", "whatsapp"])
def test_the_errors_story_is_yellow_first_and_red_after_it_escalated(service: str) -> None:
    story = Scenario("errors", BUSY)

    def windows(first: int, last: int) -> list[float]:
        """The error rates of the 5 min windows that end in those minutes."""
        return [
            share(
                [
                    event
                    for event in calls_of(FAILING_COMPANY, BUSY + MINUTE * (end - 5), 5, story)
                    if event["service"] == service
                ],
                500,
                599,
            )
            for end in range(first, last)
        ]

    assert all(0.05 < rate < 0.105 for rate in windows(5, 7))
    assert all(rate > 0.10 for rate in windows(11, 30))
