"""The generic probe: what a status means, and which addresses are never called."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from tests.workers.factories import check
from tests.workers.serving import free_socket, serving
from workers.address import is_allowed
from workers.model import Observation
from workers.probes import run_probe
from workers.probes.http import MAX_BODY, HttpProbe


class Target:
    """A server that answers what the test says and keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.asked: list[Request] = []
        self.sent = 0

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        request = Request(scope, receive)
        self.asked.append(request)
        response: Response = PlainTextResponse("ok", self.status, self.headers)
        if request.url.path == "/slow":
            await asyncio.sleep(5)
        if request.url.path == "/endless":
            response = StreamingResponse(self._endless())
        await response(scope, receive, send)

    async def _endless(self) -> AsyncIterator[bytes]:
        while self.sent < 100 * MAX_BODY:
            self.sent += 8192
            yield b"x" * 8192
            await asyncio.sleep(0)


@pytest.fixture
async def target() -> AsyncIterator[tuple[Target, str]]:
    app = Target()
    async with serving(app) as url:
        yield app, url


@pytest.fixture
async def probe() -> AsyncIterator[HttpProbe]:
    held = HttpProbe(local=True)
    yield held
    await held.aclose()


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (200, "good", None),
        (204, "good", None),
        (301, "bad", "http_301"),
        (401, "bad", "auth_invalid"),
        (402, "bad", "billing"),
        (403, "bad", "auth_invalid"),
        (404, "bad", "http_404"),
        (429, "slow", "rate_limited"),
        (500, "bad", "http_500"),
        (503, "bad", "http_503"),
        (529, "bad", "http_529"),
    ],
)
async def test_a_status_becomes_an_outcome(
    target: tuple[Target, str], probe: HttpProbe, status: int, outcome: str, reason: str | None
) -> None:
    app, url = target
    app.status = status
    seen = await probe(check(config={"url": f"{url}/health"}))
    assert (seen.outcome, seen.reason) == (outcome, reason)
    assert seen.details == {"status_class": f"{status // 100}xx"}
    assert seen.latency_ms is not None
    assert app.asked[0].headers["user-agent"].startswith("noc-worker/")


async def test_slow_is_what_the_check_calls_slow(
    target: tuple[Target, str], probe: HttpProbe
) -> None:
    url = f"{target[1]}/"
    assert (await probe(check(config={"url": url, "slow_ms": 60000}))).outcome == "good"
    seen = await probe(check(config={"url": url, "slow_ms": 0}))
    assert (seen.outcome, seen.reason) == ("slow", "latency")


async def test_a_redirect_is_not_followed(target: tuple[Target, str], probe: HttpProbe) -> None:
    app, url = target
    app.status, app.headers = 302, {"Location": f"{url}/inside"}
    assert (await probe(check(config={"url": f"{url}/"}))).reason == "http_302"
    assert [request.url.path for request in app.asked] == ["/"]


async def test_a_server_that_hangs_is_a_timeout_at_the_limit(
    target: tuple[Target, str], probe: HttpProbe
) -> None:
    slow = check(config={"url": f"{target[1]}/slow"}, timeout_s=0.15)
    assert await run_probe(probe, slow) == Observation("bad", 150, "timeout")


async def test_an_endless_body_is_left_at_64_kb(
    target: tuple[Target, str], probe: HttpProbe
) -> None:
    app, url = target
    seen = await run_probe(probe, check(config={"url": f"{url}/endless"}, timeout_s=4))
    assert seen.outcome == "good"
    assert app.sent < 100 * MAX_BODY


async def test_nobody_listening_is_refused(probe: HttpProbe) -> None:
    with free_socket() as bound:
        port = bound.getsockname()[1]
    assert (await probe(check(config={"url": f"http://127.0.0.1:{port}/"}))).reason == "refused"


async def test_a_name_without_address_is_dns(probe: HttpProbe) -> None:
    seen = await probe(check(config={"url": "https://nowhere.invalid/"}))
    assert (seen.outcome, seen.reason) == ("bad", "dns_tls")


async def test_a_server_without_tls_on_https_is_tls(
    target: tuple[Target, str], probe: HttpProbe
) -> None:
    url = target[1].replace("http://", "https://")
    assert (await probe(check(config={"url": url}))).reason == "dns_tls"


FORBIDDEN = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "https://localhost:{port}/",
    "https://127.1:{port}/",
    "https://2130706433:{port}/",
    "https://0x7f000001:{port}/",
    "https://[::1]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://0.0.0.0:{port}/",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.1/",
    "https://user:pass@example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "",
]


@pytest.mark.parametrize("url", FORBIDDEN)
async def test_a_deployed_probe_never_calls_inside(target: tuple[Target, str], url: str) -> None:
    app, base = target
    deployed = HttpProbe(local=False)
    seen = await deployed(check(config={"url": url.replace("{port}", base.rsplit(":", 1)[1])}))
    await deployed.aclose()
    assert (seen.outcome, seen.reason) == ("slow", "config_invalid")
    assert app.asked == []


async def test_a_local_probe_may_call_only_this_machine_without_tls() -> None:
    async def far(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34"]

    local = HttpProbe(local=True, resolve=far)
    assert (await local(check(config={"url": "http://example.com/"}))).reason == "config_invalid"
    await local.aclose()


async def test_a_name_is_resolved_once_and_that_address_is_called(
    target: tuple[Target, str],
) -> None:
    app, base = target
    port = base.rsplit(":", 1)[1]
    answers = [["127.0.0.1"], ["169.254.169.254"]]

    async def rebinding(_host: str, _port: int) -> list[str]:
        return answers.pop(0)

    local = HttpProbe(local=True, resolve=rebinding)
    first = await local(check(config={"url": f"http://erp.test:{port}/"}))
    second = await local(check(config={"url": f"http://erp.test:{port}/"}))
    await local.aclose()
    assert (first.outcome, second.reason) == ("good", "config_invalid")
    assert [request.headers["host"] for request in app.asked] == [f"erp.test:{port}"]


@pytest.mark.parametrize(
    ("address", "deployed", "local"),
    [
        ("93.184.216.34", True, True),
        ("2606:2800:220:1:248:1893:25c8:1946", True, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("::ffff:127.0.0.1", False, True),
        ("::ffff:10.0.0.1", False, False),
        ("64:ff9b::7f00:1", False, False),
        ("2002:7f00:1::", False, False),
        ("10.1.2.3", False, False),
        ("100.64.0.1", False, False),
        ("169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("224.0.0.1", False, False),
        ("0.0.0.0", False, False),
        ("not an address", False, False),
    ],
)
def test_only_public_addresses_are_allowed(address: str, deployed: bool, local: bool) -> None:
    assert (is_allowed(address, local=False), is_allowed(address, local=True)) == (deployed, local)
