"""The clock that all fakes share, as a test sets it."""

import pytest

from tests.dev.running_fakes import Fakes


async def test_the_clock_stands_moves_and_follows(fakes: Fakes) -> None:
    assert await fakes.get("clock") == {"now": "2026-11-24T12:00:00+00:00", "stands_still": True}
    moved = await fakes.post("clock", {"advance_s": 90})
    assert moved["now"] == "2026-11-24T12:01:30+00:00"
    moved = await fakes.post("clock", {"now": "2026-11-24T09:00:00-03:00"})
    assert moved["now"] == "2026-11-24T12:00:00+00:00"
    assert (await fakes.post("clock", {"real": True}))["stands_still"] is False


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"now": "noon"}, "now"),
        ({"now": "2026-11-24T12:00:00"}, "now"),
        ({"advance_s": -1}, "advance_s"),
        ({"advance": 1}, "advance"),
    ],
)
async def test_a_time_that_makes_no_sense_is_refused_by_name(
    fakes: Fakes, body: dict[str, object], word: str
) -> None:
    answer = await fakes.client.post("/_fake/clock", json=body)
    assert answer.status_code == 422
    assert word in answer.json()["error"]
