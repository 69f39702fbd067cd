"""The example of a handler does what docs/integration.md asks, called by the real client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from dev.jobs_example.app import BODY_MAX, Service
from dev.jobs_example.settings import JOB_TYPE, SECRET, SECRET_REF
from dev.jobs_example.signature import WINDOW_S, fault_of
from dev.jobs_example.store import Job, Store
from tests.workers.serving import serving
from workers.handlers import HandlerClient, body_of, signature
from workers.job_model import JobReceipt, JobRun

RUN = JobRun(
    url="http://127.0.0.1/jobs",
    secret_ref=SECRET_REF,
    job_id="7f3c",
    retry_of=None,
    job_type=JOB_TYPE,
    company_cnpj="11222333000181",
    attempt=2,
    action_id="ac01",
)
NOW = 1_800_000_000


@dataclass
class Told:
    """The NOC's ear; `deaf`: nothing reaches it."""

    deaf: bool = False
    words: list[tuple[str, str, str | None]] = field(default_factory=list)

    async def __call__(self, job: Job, status: str, error: str | None) -> bool:
        if not self.deaf:
            self.words.append((job.job_id, status, error))
        return not self.deaf


@dataclass
class Example:
    """The service in this process, called through its application."""

    http: httpx.AsyncClient
    told: Told
    file: Path

    async def post(self, body: bytes, at: int = NOW, **headers: str) -> httpx.Response:
        signed = {
            "x-noc-timestamp": str(at),
            "x-noc-signature": signature(SECRET, str(at), body),
        }
        return await self.http.post("/jobs", content=body, headers=signed | headers)


@pytest.fixture
async def example(tmp_path: Path) -> AsyncIterator[Example]:
    told, store = Told(), Store(tmp_path / "jobs.sqlite")
    app = Service(SECRET, store, told, 0.02, lambda: NOW).app()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://jobs.test") as http:
        yield Example(http, told, tmp_path / "jobs.sqlite")
        await until_idle(http)
    store.close()


async def until_idle(http: httpx.AsyncClient) -> None:
    for _ in range(200):
        if (await http.get("/health")).json()["running"] == 0:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("jobs still run")


async def test_a_job_is_started_at_once_and_tells_its_course(example: Example) -> None:
    answer = await example.post(body_of(RUN))
    assert (answer.status_code, answer.json()) == (202, {"started": "7f3c"})
    assert ("7f3c", "success", None) not in example.told.words
    await until_idle(example.http)
    assert [status for _, status, _ in example.told.words] == ["running", "running", "success"]


async def test_the_same_job_is_not_started_twice(example: Example) -> None:
    answers = [await example.post(body_of(RUN)) for _ in range(3)]
    assert [one.status_code for one in answers] == [202, 409, 409]
    other = await example.post(body_of(replace(RUN, job_id="8")))
    assert other.status_code == 202
    await until_idle(example.http)
    ended = [job for job, status, _ in example.told.words if status == "success"]
    assert sorted(ended) == ["7f3c", "8"]


@pytest.mark.parametrize(
    ("shift_s", "status"), [(-WINDOW_S, 202), (-WINDOW_S - 1, 401), (WINDOW_S + 1, 401)]
)
async def test_a_call_is_good_for_five_minutes(example: Example, shift_s: int, status: int) -> None:
    assert (await example.post(body_of(RUN), NOW + shift_s)).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"x-noc-timestamp": str(NOW + 1)},
        {"x-noc-timestamp": ""},
        {"x-noc-timestamp": "١٨"},
        {"x-noc-signature": ""},
        {"x-noc-signature": "sha256=" + "0" * 64},
        {"x-noc-signature": signature("another secret", str(NOW), body_of(RUN))},
    ],
)
async def test_who_is_not_the_noc_starts_nothing(example: Example, headers: dict[str, str]) -> None:
    raw = {name.encode(): value.encode() for name, value in headers.items()}
    signed = {
        b"x-noc-timestamp": str(NOW).encode(),
        b"x-noc-signature": signature(SECRET, str(NOW), body_of(RUN)).encode(),
    }
    answer = await example.http.post("/jobs", content=body_of(RUN), headers=signed | raw)
    assert answer.status_code == 401
    assert example.told.words == []


def test_another_body_is_not_what_was_signed() -> None:
    headers = {
        "x-noc-timestamp": str(NOW),
        "x-noc-signature": signature(SECRET, str(NOW), b"{}"),
    }
    assert fault_of(headers, b"{}", SECRET, NOW) is None
    assert fault_of(headers, b"{ }", SECRET, NOW) == "wrong_signature"


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"{", 422, "malformed"),
        (b"[]", 422, "malformed"),
        (b"{}", 422, "malformed"),
        (body_of(replace(RUN, job_type="outro")), 422, "unknown_type"),
        (b" " * (BODY_MAX + 1), 413, "too_large"),
    ],
)
async def test_what_cannot_be_started_is_refused_by_a_code(
    example: Example, body: bytes, status: int, reason: str
) -> None:
    answer = await example.post(body)
    assert (answer.status_code, answer.json()) == (status, {"reason": reason})


async def test_a_restart_forgets_nothing_that_it_started(tmp_path: Path) -> None:
    lost = Store(tmp_path / "jobs.sqlite")
    first = Service(SECRET, lost, Told(deaf=True), 0.0, lambda: NOW).app()
    transport = httpx.ASGITransport(first)
    async with httpx.AsyncClient(transport=transport, base_url="http://jobs.test") as http:
        before = Example(http, Told(), tmp_path)
        assert (await before.post(body_of(RUN))).status_code == 202
        await until_idle(http)
    lost.close()
    told, store = Told(), Store(tmp_path / "jobs.sqlite")
    second = Service(SECRET, store, told, 0.0, lambda: NOW).app()
    transport = httpx.ASGITransport(second)
    async with (
        second.router.lifespan_context(second),
        httpx.AsyncClient(transport=transport, base_url="http://jobs.test") as http,
    ):
        await until_idle(http)
        assert told.words == [("7f3c", "failed", "interrupted")]
        after = Example(http, told, tmp_path)
        assert (await after.post(body_of(RUN))).status_code == 409
    assert store.unended() == []
    store.close()


async def test_the_workers_client_and_the_example_understand_each_other(tmp_path: Path) -> None:
    store = Store(tmp_path / "jobs.sqlite")
    app = Service(SECRET, store, Told(), 0.0, time.time).app()
    client = HandlerClient({SECRET_REF: SECRET, "OTHER": SECRET + "x"}, local=True)
    async with serving(app) as url:
        run = replace(RUN, url=f"{url}/jobs")
        assert await client.start(run) == JobReceipt("accepted")
        assert await client.start(run) == JobReceipt("accepted")  # 409: it was started before
        assert await client.start(replace(run, job_id="9", job_type="outro")) == JobReceipt(
            "refused", "http_422: unknown_type"
        )
        assert await client.start(replace(run, secret_ref="OTHER")) == JobReceipt(
            "refused", "http_401: wrong_signature"
        )
        async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
            await until_idle(http)
    await client.aclose()
    store.close()
