"""`GET /<provider>/health` as the scenario wants it: good, 503, or never."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dev.simulator.chance import chance
from dev.simulator.scenarios import Scenario, read_scenario

Sleep = Callable[[float], Awaitable[None]]

HANGS_FOR_S: Final = 60.0  # longer than any probe waits


@dataclass(frozen=True, slots=True)
class Provider:
    """How long a healthy one takes to answer: between the two, in seconds."""

    fastest_s: float
    slowest_s: float


PROVIDERS: Final[Mapping[str, Provider]] = {
    "omie": Provider(0.08, 0.25),
    "f360": Provider(0.06, 0.20),
    "llm": Provider(0.15, 0.45),
    "whatsapp": Provider(0.05, 0.15),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe gets: a status after a delay in seconds."""

    status: int
    delay_s: float


def answer_of(name: str, scenario: Scenario, at: datetime, call: int) -> Answer:
    """What the provider's page does with its `call`-th request."""
    provider = PROVIDERS[name]
    delay_s = chance(name, call).uniform(provider.fastest_s, provider.slowest_s)
    if name == "llm" and scenario.plays("llm-down", at):
        return Answer(503, delay_s)
    if name == "omie" and scenario.plays("erp-down", at):
        return Answer(504, HANGS_FOR_S)
    return Answer(200, delay_s)


def health_routes(scenario_file: Path, sleep: Sleep | None = None) -> list[Route]:
    """The providers' pages and our own; `sleep` is awaited for each delay, in place of time."""
    calls = dict.fromkeys(PROVIDERS, 0)
    pause = sleep or asyncio.sleep

    async def health(request: Request) -> JSONResponse:
        name = request.path_params["name"]
        if name not in PROVIDERS:
            return JSONResponse({"error": "no such provider"}, status_code=404)
        now = datetime.now(UTC)
        calls[name] += 1
        answer = answer_of(name, read_scenario(scenario_file), now, calls[name])
        await pause(answer.delay_s)
        word = "ok" if answer.status == 200 else "unavailable"
        return JSONResponse({"status": word}, status_code=answer.status)

    async def own_health(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "calls": calls})

    return [Route("/health", own_health), Route("/{name}/health", health)]
