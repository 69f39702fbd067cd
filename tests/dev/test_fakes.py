"""The fake providers' health pages, with and without a scenario."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from dev.fakes.app import make_app
from dev.fakes.health import HANGS_FOR_S, PROVIDERS, answer_of
from dev.simulator.scenarios import STORIES, Scenario, write_scenario

NOW = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
PROBE_TIMEOUT_S = 5.0


class Fakes:
    """The application with its delays recorded instead of slept."""

    def __init__(self, scenario_file: Path) -> None:
        self.delays: list[float] = []
        self._app = make_app(scenario_file, sleep=self._pause)

    async def get(self, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://fakes") as client:
            return await client.get(path)

    async def _pause(self, seconds: float) -> None:
        self.delays.append(seconds)


def play(path: Path, name: str) -> None:
    write_scenario(path, Scenario(name, datetime.now(UTC) - timedelta(seconds=1)))


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_healthy_provider_answers_200_in_its_own_time(tmp_path: Path, name: str) -> None:
    fakes = Fakes(tmp_path / "scenario.json")
    for _ in range(5):
        response = await fakes.get(f"/{name}/health")
        assert response.status_code == 200
    provider = PROVIDERS[name]
    assert all(provider.fastest_s <= delay <= provider.slowest_s for delay in fakes.delays)
    assert len(set(fakes.delays)) > 1


async def test_llm_down_is_a_503_of_the_llm_alone(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    fakes = Fakes(path)
    play(path, "llm-down")
    statuses = {name: (await fakes.get(f"/{name}/health")).status_code for name in PROVIDERS}
    assert statuses == {"omie": 200, "f360": 200, "llm": 503, "whatsapp": 200}


async def test_erp_down_hangs_longer_than_a_probe_waits(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    fakes = Fakes(path)
    play(path, "erp-down")
    await fakes.get("/omie/health")
    await fakes.get("/f360/health")
    assert fakes.delays[0] == HANGS_FOR_S > PROBE_TIMEOUT_S
    assert fakes.delays[1] < 1.0


async def test_a_switch_takes_effect_at_the_next_request(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    fakes = Fakes(path)
    assert (await fakes.get("/llm/health")).status_code == 200
    play(path, "llm-down")
    assert (await fakes.get("/llm/health")).status_code == 503
    play(path, "recover")
    assert (await fakes.get("/llm/health")).status_code == 200


@pytest.mark.parametrize("story", ["latency", "errors", "queue", "recover"])
def test_other_stories_leave_the_providers_healthy(story: str) -> None:
    assert story in STORIES
    for name in PROVIDERS:
        assert answer_of(name, Scenario(story, NOW), NOW, 1).status == 200


def test_a_story_that_begins_later_changes_nothing_yet() -> None:
    later = Scenario("llm-down", NOW + timedelta(seconds=1))
    assert answer_of("llm", later, NOW, 1).status == 200


async def test_unknown_providers_do_not_exist_and_calls_are_counted(tmp_path: Path) -> None:
    fakes = Fakes(tmp_path / "scenario.json")
    assert (await fakes.get("/other/health")).status_code == 404
    await fakes.get("/omie/health")
    health = (await fakes.get("/health")).json()
    assert health == {"status": "ok", "calls": {"omie": 1, "f360": 0, "llm": 0, "whatsapp": 0}}
