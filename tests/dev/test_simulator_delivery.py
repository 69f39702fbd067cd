"""How simulated batches reach the ingest function, and what happens when it says no."""

import json
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from dev.simulator.flow import only_flow
from dev.simulator.keys import load_keys, save_keys
from dev.simulator.sender import Sender, batches
from dev.simulator.settings import Settings, SimulatorError

TAKEN = {"accepted": 1, "duplicate": 0, "rejected": []}


class Function:
    """Plays the ingest function: gives the answers in turn, then takes everything."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(json.loads(request.content))
        self.keys.append(request.headers["authorization"])
        assert request.url.path == "/functions/v1/ingest"
        answer = self.answers.pop(0) if self.answers else httpx.Response(202, json=TAKEN)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Bench:
    """A sender over a played function, with a clock that the test moves."""

    def __init__(self, function: Function, keys: dict[str, str] | None = None) -> None:
        self.now = 0.0
        self.said: list[str] = []
        client = httpx.AsyncClient(transport=httpx.MockTransport(function))
        keys = {"c": "noc_ik_old"} if keys is None else keys
        self.sender = Sender(client, "http://api", keys, self.said.append, lambda: self.now)


def one_batch() -> list[Any]:
    return batches("c", "api_usage", [{"status": 200}])


async def test_a_batch_leaves_with_a_202() -> None:
    function = Function()
    bench = Bench(function)
    bench.sender.waiting += one_batch()
    await bench.sender.flush()
    assert not bench.sender.waiting
    assert function.bodies[0]["kind"] == "api_usage"
    assert function.bodies[0]["events"] == [{"status": 200}]
    assert function.keys == ["Bearer noc_ik_old"]
    assert bench.sender.served == {"c"}


@pytest.mark.parametrize(
    ("refusal", "pause_s"),
    [
        (httpx.Response(503, headers={"retry-after": "5"}), 5),
        (httpx.Response(429, headers={"retry-after": "17"}), 17),
        (httpx.Response(429, headers={"retry-after": "9999"}), 60),
        (httpx.Response(502), 1),
        (httpx.ConnectError("away"), 1),
        (httpx.ReadTimeout("slow"), 1),
    ],
)
async def test_a_batch_that_was_not_confirmed_is_sent_again_with_its_id(
    refusal: httpx.Response | Exception, pause_s: float
) -> None:
    function = Function(refusal)
    bench = Bench(function)
    bench.sender.waiting += one_batch()
    await bench.sender.flush()
    bench.now = pause_s - 0.01
    await bench.sender.flush()
    assert len(function.bodies) == 1, "the pause is kept"
    bench.now = float(pause_s)
    await bench.sender.flush()
    assert not bench.sender.waiting
    first, second = function.bodies
    assert first == second


async def test_pauses_grow_while_the_function_is_away_and_start_afresh_after() -> None:
    function = Function(*[httpx.ConnectError("away")] * 7)
    bench = Bench(function)
    bench.sender.waiting += one_batch()
    waits = []
    while bench.sender.waiting:
        before = len(function.bodies)
        started = bench.now
        while len(function.bodies) == before:
            await bench.sender.flush()
            bench.now += 0.5
        waits.append(bench.now - started)
    assert waits[1] < waits[3] < waits[5] <= 31
    function.answers.append(httpx.ConnectError("away"))
    bench.sender.waiting += one_batch()
    await bench.sender.flush()
    assert bench.said[-1].endswith("again in 1 s")


async def test_a_refused_key_is_not_tried_again_and_the_batch_waits_for_another() -> None:
    function = Function(httpx.Response(401))
    bench = Bench(function)
    bench.sender.waiting += one_batch()
    await bench.sender.flush()
    assert bench.sender.without_key() == "c"
    bench.now = 1.0
    await bench.sender.flush()
    assert function.keys == ["Bearer noc_ik_old"]
    bench.sender.keys["c"] = "noc_ik_new"
    assert bench.sender.without_key() is None
    await bench.sender.flush()
    assert function.keys[1:] == ["Bearer noc_ik_new"]
    assert not bench.sender.waiting


async def test_batches_of_a_company_can_be_forgotten_without_the_others() -> None:
    bench = Bench(Function(), keys={})
    other = batches("d", "jobs", [{"n": 1}])
    bench.sender.waiting += [*one_batch(), *other, *one_batch()]
    bench.sender.forget("c")
    assert list(bench.sender.waiting) == other


async def test_a_batch_that_can_never_pass_is_dropped_and_said() -> None:
    function = Function(httpx.Response(400, text="kind: must be a word"))
    bench = Bench(function)
    bench.sender.waiting += [*one_batch(), *one_batch()]
    await bench.sender.flush()
    assert not bench.sender.waiting
    assert len(function.bodies) == 2
    assert "400" in bench.said[0]


async def test_rejected_rows_are_said() -> None:
    rejected = {"accepted": 0, "duplicate": 0, "rejected": [{"index": 0, "reason": "status: x"}]}
    bench = Bench(Function(httpx.Response(202, json=rejected)))
    bench.sender.waiting += one_batch()
    await bench.sender.flush()
    assert bench.said == ["1 api_usage rejected: status: x"]


def test_events_are_cut_into_batches_with_ids_of_their_own() -> None:
    cut = batches("c", "jobs", [{"n": n} for n in range(1100)])
    assert [len(batch.events) for batch in cut] == [500, 500, 100]
    assert len({batch.batch_id for batch in cut}) == 3
    assert batches("c", "jobs", []) == []


def test_keys_are_kept_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "home" / "keys.json"
    assert load_keys(path) == {}
    save_keys(path, {"11222333000181": "noc_ik_x"})
    assert load_keys(path) == {"11222333000181": "noc_ik_x"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("[]")
    assert load_keys(path) == {}


def test_only_one_flow_runs_for_an_instance(tmp_path: Path) -> None:
    settings = Settings("http://api", "postgresql://", tmp_path)
    with (
        only_flow(settings),
        pytest.raises(SimulatorError, match="runs already"),
        only_flow(settings),
    ):
        pass
    with only_flow(settings):
        pass


def test_the_environment_names_the_instance() -> None:
    settings = Settings.from_env({"SUPABASE_URL": "http://x/", "NOC_INSTANCE": "t1"})
    assert settings.supabase_url == "http://x"
    assert settings.home.parts[-2:] == (".local", "t1")
    assert Settings.from_env({}).home.name == "dev"
