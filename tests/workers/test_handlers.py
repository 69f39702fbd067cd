"""The signed call of a job's handler: what it carries, where it never goes, what answers mean."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from email.utils import formatdate

import pytest

from tests.workers.job_handler import RUN, SECRET, Handler
from tests.workers.serving import free_socket, serving
from workers.handlers import HandlerClient, signature
from workers.job_model import JobReceipt, JobRun


@pytest.fixture
async def served() -> AsyncIterator[tuple[Handler, JobRun]]:
    handler = Handler()
    async with serving(handler) as url:
        yield handler, replace(RUN, url=f"{url}/jobs")


@pytest.fixture
async def client() -> AsyncIterator[HandlerClient]:
    held = HandlerClient({"MAIN": SECRET}, local=True)
    yield held
    await held.aclose()


@asynccontextmanager
async def raw(talk: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """A server that talks as no HTTP library does, once the request's head is there."""
    ended = asyncio.Event()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await talk(writer)
        writer.transport.abort()
        await asyncio.sleep(0)
        ended.set()

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jobs"
    await asyncio.wait_for(ended.wait(), 5)
    server.close()


async def test_the_handler_is_told_which_attempt_to_start(
    served: tuple[Handler, JobRun], client: HandlerClient
) -> None:
    handler, run = served
    assert await client.start(run) == JobReceipt("accepted")
    ((request, body),) = handler.asked
    assert (request.method, request.url.path) == ("POST", "/jobs")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].endswith(" act")
    assert json.loads(body) == {
        "job_id": "7f3c",
        "retry_of": "consolidação-1",
        "job_type": "consolidacao",
        "company_cnpj": "11222333000181",
        "attempt": 2,
        "action_id": "ac01",
    }


async def test_time_and_raw_body_are_signed(
    served: tuple[Handler, JobRun], client: HandlerClient
) -> None:
    handler, run = served
    await client.start(run)
    ((request, body),) = handler.asked
    at = request.headers["x-noc-timestamp"]
    assert abs(int(at) - time.time()) < 60
    wanted = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert request.headers["x-noc-signature"] == f"sha256={wanted}"


def test_another_time_body_or_secret_has_another_signature() -> None:
    seen = {
        signature(SECRET, "1", b"{}"),
        signature(SECRET, "2", b"{}"),
        signature(SECRET, "1", b"{} "),
        signature(SECRET + "x", "1", b"{}"),
    }
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("status", "body", "outcome", "reason"),
    [
        (200, b"", "accepted", None),
        (202, b"{}", "accepted", None),
        (409, b"", "accepted", None),
        (400, b"<html>", "refused", "http_400"),
        (401, b"", "refused", "http_401"),
        (422, b'{"reason": "unknown_type"}', "refused", "http_422: unknown_type"),
        (422, b'{"reason": "Ana Lima, 55 11"}', "refused", "http_422"),
        (422, b"[" * 5000, "refused", "http_422"),
        (429, b"", "retry", "http_429"),
        (408, b"", "retry", "http_408"),
        (500, b"", "retry", "http_500"),
        (503, b"", "retry", "http_503"),
    ],
)
async def test_what_an_answer_means(
    served: tuple[Handler, JobRun],
    client: HandlerClient,
    status: int,
    body: bytes,
    outcome: str,
    reason: str | None,
) -> None:
    handler, run = served
    handler.status, handler.body = status, body
    receipt = await client.start(run)
    assert (receipt.outcome, receipt.reason, receipt.retry_after_s) == (outcome, reason, None)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("ahead_s", "written", "seconds"),
    [
        (30, lambda ahead: str(ahead), range(30, 31)),
        (600, lambda ahead: formatdate(time.time() + ahead, usegmt=True), range(590, 602)),
    ],
    ids=["seconds", "date"],
)
async def test_a_handler_that_asks_for_time_is_given_it(
    served: tuple[Handler, JobRun],
    client: HandlerClient,
    status: int,
    ahead_s: int,
    written: Callable[[int], str],
    seconds: range,
) -> None:
    handler, run = served
    handler.status, handler.headers = status, {"Retry-After": written(ahead_s)}
    receipt = await client.start(run)
    assert receipt.outcome == "retry"
    assert receipt.retry_after_s in seconds


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(
    served: tuple[Handler, JobRun], client: HandlerClient, status: int
) -> None:
    handler, run = served
    handler.status, handler.headers = status, {"Location": "/elsewhere"}
    assert await client.start(run) == JobReceipt("refused", "redirected")
    assert len(handler.asked) == 1


async def test_without_its_secret_a_handler_is_not_called(
    served: tuple[Handler, JobRun], client: HandlerClient
) -> None:
    handler, run = served
    receipt = await client.start(replace(run, secret_ref="OTHER"))
    assert receipt == JobReceipt("refused", "no_secret")
    assert handler.asked == []


async def test_a_project_that_is_not_local_calls_neither_this_machine_nor_plain_http(
    served: tuple[Handler, JobRun],
) -> None:
    handler, run = served
    remote = HandlerClient({"MAIN": SECRET}, local=False)
    for url in (run.url, run.url.replace("http:", "https:"), "http://example.com/jobs"):
        receipt = await remote.start(replace(run, url=url))
        assert receipt == JobReceipt("refused", "address_refused")
    assert handler.asked == []
    await remote.aclose()


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["192.168.1.1"],
        ["127.0.0.1"],
        ["::1"],
        ["fd00::1"],
        ["::ffff:10.0.0.1"],
        ["93.184.215.14", "10.0.0.1"],
        [],
    ],
)
async def test_a_name_that_leads_inside_is_not_called(addresses: list[str]) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return addresses

    inside = HandlerClient({"MAIN": SECRET}, local=False, resolve=resolve)
    receipt = await inside.start(replace(RUN, url="https://jobs.example.com/jobs"))
    assert receipt == JobReceipt("refused", "address_refused")
    await inside.aclose()


@pytest.mark.parametrize("url", ["https://a:b@example.com/", "ftp://example.com/", "https://[::1"])
async def test_an_address_that_is_none_is_refused(client: HandlerClient, url: str) -> None:
    assert await client.start(replace(RUN, url=url)) == JobReceipt("refused", "address_refused")


async def test_the_address_that_was_looked_at_is_the_one_that_is_called(
    served: tuple[Handler, JobRun],
) -> None:
    handler, run = served
    asked = []

    async def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    named = HandlerClient({"MAIN": SECRET}, local=True, resolve=resolve)
    url = run.url.replace("127.0.0.1", "jobs.test")
    assert await named.start(replace(run, url=url)) == JobReceipt("accepted")
    assert asked == ["jobs.test"]
    assert handler.asked[0][0].headers["host"].startswith("jobs.test:")
    await named.aclose()


async def test_a_name_that_nobody_knows_now_is_asked_for_again() -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        raise OSError("no such host")

    lost = HandlerClient({"MAIN": SECRET}, local=True, resolve=resolve)
    assert await lost.start(replace(RUN, url="https://x.test/")) == JobReceipt(
        "retry", "unresolved"
    )
    await lost.aclose()


async def test_a_handler_that_is_down_is_called_again(client: HandlerClient) -> None:
    closed = free_socket()
    run = replace(RUN, url=f"http://127.0.0.1:{closed.getsockname()[1]}/jobs")
    assert await client.start(run) == JobReceipt("retry", "unreachable")
    closed.close()


async def test_a_call_that_is_cut_off_is_made_again(client: HandlerClient) -> None:
    async def cut(_writer: asyncio.StreamWriter) -> None:
        pass

    async with raw(cut) as url:
        assert await client.start(replace(RUN, url=url)) == JobReceipt("retry", "no_answer")


@pytest.mark.parametrize("status", [202, 422])
async def test_an_answer_that_drips_ends_with_the_time_of_the_whole_call(status: int) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} x\r\nX: ".encode())
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.02)

    hasty = HandlerClient({"MAIN": SECRET}, local=True, timeout_s=0.2)
    async with raw(drip) as url:
        assert await hasty.start(replace(RUN, url=url)) == JobReceipt("retry", "timeout")
        await hasty.aclose()


async def test_a_slow_handler_is_called_again(served: tuple[Handler, JobRun]) -> None:
    handler, run = served
    handler.slow_s = 1.0
    hasty = HandlerClient({"MAIN": SECRET}, local=True, timeout_s=0.1)
    assert await hasty.start(run) == JobReceipt("retry", "timeout")
    await hasty.aclose()


async def test_the_secret_does_not_print(client: HandlerClient) -> None:
    assert SECRET not in repr(client)
