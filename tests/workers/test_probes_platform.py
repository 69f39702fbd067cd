"""Supabase's parts through the gateway, and PostgreSQL by its own protocol."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.workers.conftest import Platform
from tests.workers.factories import check
from tests.workers.fake_supabase import PUBLISHABLE_KEY
from tests.workers.serving import free_socket
from workers.probes import Probe, run_probe
from workers.probes.platform import PlatformProbe
from workers.probes.postgres import PostgresProbe

PATHS = {
    "rest": ("POST", "/rest/v1/rpc/noc_ping"),
    "auth": ("GET", "/auth/v1/health"),
    "functions": ("GET", "/functions/v1/ingest/health"),
}


def probe_of(platform: Platform, name: str) -> Probe:
    probes = PlatformProbe(platform.http, platform.url, PUBLISHABLE_KEY)
    return {"rest": probes.rest, "auth": probes.auth, "functions": probes.functions}[name]


@pytest.mark.parametrize("name", PATHS)
async def test_a_part_that_answers_is_good(platform: Platform, name: str) -> None:
    seen = await probe_of(platform, name)(check(name))
    (asked,) = platform.fake.requests
    assert (seen.outcome, seen.reason) == ("good", None)
    assert (asked.method, asked.path) == PATHS[name]
    assert asked.headers["apikey"] == PUBLISHABLE_KEY
    assert "authorization" not in asked.headers
    assert asked.headers["user-agent"].startswith("noc-worker/")


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize(
    ("status", "reason"), [(502, "http_502"), (401, "auth_invalid"), (404, "http_404")]
)
async def test_a_part_that_does_not_serve_is_bad(
    platform: Platform, name: str, status: int, reason: str
) -> None:
    platform.fake.broken[PATHS[name][1]] = (status, {}, {})
    seen = await probe_of(platform, name)(check(name))
    assert (seen.outcome, seen.reason) == ("bad", reason)


@pytest.mark.parametrize("name", ["rest", "functions"])
@pytest.mark.parametrize("body", ["welcome to nginx", {}, [1]])
async def test_an_answer_of_somebody_else_is_bad(
    platform: Platform, name: str, body: object
) -> None:
    platform.fake.broken[PATHS[name][1]] = (200, body, {})
    assert (await probe_of(platform, name)(check(name))).reason == "wrong_answer"


@asynccontextmanager
async def postgres(answers: list[bytes], heard: list[bytes]) -> AsyncIterator[PostgresProbe]:
    """A server that answers each message it gets with the next of `answers`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            heard.append(await reader.read(1024))
            writer.write(answer)
            await writer.drain()
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield PostgresProbe(f"postgresql://noc:db-password@127.0.0.1:{port}/postgres")
    server.close()


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def error(code: bytes) -> bytes:
    return message(b"E", b"SFATAL\0VFATAL\0C" + code + b"\0Mno\0\0")


ASKS_PASSWORD = message(b"R", struct.pack("!i", 10) + b"SCRAM-SHA-256\0\0")


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([b"N", ASKS_PASSWORD], None),
        ([b"N", error(b"28000")], None),
        ([b"N", error(b"28P01")], None),
        ([b"N", error(b"57P03")], "starting"),
        ([b"N", error(b"53300")], "too_many_connections"),
        ([b"N", error(b"XX000")], "sql_error"),
        ([b"H"], "wrong_answer"),
        ([b"N", b"HTTP/1.1 400 Bad Request\r\n"], "wrong_answer"),
    ],
)
async def test_postgres_says_whether_it_lets_somebody_in(
    answers: list[bytes], reason: str | None
) -> None:
    heard: list[bytes] = []
    async with postgres(answers, heard) as probe:
        seen = await run_probe(probe, check("postgres", timeout_s=2))
    assert (seen.outcome, seen.reason) == ("good" if reason is None else "bad", reason)
    assert heard[0] == struct.pack("!ii", 8, 80877103)
    assert b"db-password" not in b"".join(heard)
    if len(heard) > 1:
        assert b"user\0noc\0database\0postgres\0" in heard[1]


async def test_a_database_that_does_not_exist_is_our_mistake() -> None:
    async with postgres([b"N", error(b"3D000")], []) as probe:
        seen = await run_probe(probe, check("postgres", timeout_s=2))
    assert (seen.outcome, seen.reason) == ("slow", "config_invalid")


async def test_postgres_that_hangs_up_or_is_not_there_is_bad() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    url = f"postgresql://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
    assert (await PostgresProbe(url)(check("postgres"))).reason == "disconnected"
    server.close()
    with free_socket() as bound:
        url = f"postgresql://127.0.0.1:{bound.getsockname()[1]}/x"
    assert (await PostgresProbe(url)(check("postgres"))).reason == "refused"


async def test_postgres_that_never_answers_is_a_timeout() -> None:
    async with postgres([b""], []) as probe:
        seen = await run_probe(probe, check("postgres", timeout_s=0.1))
    assert (seen.outcome, seen.reason) == ("bad", "timeout")
