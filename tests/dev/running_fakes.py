"""The fakes as a process would see them: real sockets, and a clock that the test moves."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dev.fakes.connection import make_server
from dev.fakes.settings import FakesSettings, MailSettings, MetaSettings

PATIENCE_S = 30.0  # the machine may be busy
NOON = "2026-11-24T12:00:00+00:00"
TOKEN = "token-of-the-test"
NUMBER = "111222333"
OTHER_NUMBER = "444555666"
SECRET = "secret-of-the-test"
VERIFY_TOKEN = "verify-token-of-the-test"
ANA, BIA = "5511988880001", "5511988880002"
SETTINGS = FakesSettings(
    MetaSettings(
        tokens=(TOKEN,),
        phone_number_ids=(NUMBER, OTHER_NUMBER),
        app_secret=SECRET,
        verify_token=VERIFY_TOKEN,
    ),
    MailSettings(port=0, user="noc", password="a password"),
)
Json = dict[str, Any]


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """The application on a free port and in a thread, while the block runs; gives its URL."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on: 40 ms for each answer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        server = make_server(app, 0)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@dataclass
class Fakes:
    """What a test does to them."""

    client: httpx.AsyncClient
    smtp_port: int = 0

    async def post(self, path: str, body: Json | None = None) -> Json:
        answer = await self.client.post(f"/_fake/{path}", json=body or {})
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def get(self, path: str) -> Json:
        answer = await self.client.get(f"/_fake/{path}")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def advance(self, seconds: float) -> None:
        await self.post("clock", {"advance_s": seconds})

    async def send(self, body: Json, number: str = NUMBER, token: str = TOKEN) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await self.client.post(f"/v26.0/{number}/messages", json=body, headers=headers)

    async def sent(self, to: str = ANA, **more: Any) -> str:
        """Sends an alert that is accepted; gives its wamid."""
        answer = await self.send(alert(to, **more))
        assert answer.status_code == 200, answer.text
        wamid: str = answer.json()["messages"][0]["id"]
        return wamid

    async def messages(self) -> list[Json]:
        found: list[Json] = (await self.get("meta/messages"))["messages"]
        return found

    async def calls(self) -> list[Json]:
        found: list[Json] = (await self.get("meta/calls"))["calls"]
        return found

    async def mails(self) -> list[Json]:
        found: list[Json] = (await self.get("mail/messages"))["mails"]
        return found


@asynccontextmanager
async def fresh_fakes(url: str) -> AsyncIterator[Fakes]:
    """The fakes at this URL as at their start, with their clock standing at noon."""
    async with httpx.AsyncClient(
        base_url=url, trust_env=False, verify=False, timeout=PATIENCE_S
    ) as client:
        fakes = Fakes(client)
        await fakes.post("reset")
        await fakes.post("clock", {"now": NOON})
        fakes.smtp_port = (await fakes.get("mail/messages"))["port"]
        yield fakes


@dataclass
class Receiver:
    """Takes webhooks; `answers` are the statuses of the first posts, 200 after that."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    posts: list[tuple[bytes, str]] = field(default_factory=list)
    token: str = VERIFY_TOKEN

    def clear(self) -> None:
        self.answers, self.posts = [], []

    async def post(self, request: Request) -> Response:
        raw = await request.body()
        self.posts.append((raw, request.headers["x-hub-signature-256"]))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    async def get(self, request: Request) -> Response:
        if request.query_params["hub.verify_token"] != self.token:
            return Response(status_code=403)
        return PlainTextResponse(request.query_params["hub.challenge"])


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver of webhooks on a free port."""
    receiver = Receiver()
    routes = [
        Route("/hook", receiver.post, methods=["POST"]),
        Route("/hook", receiver.get, methods=["GET"]),
    ]
    with serving(Starlette(routes=routes)) as url:
        receiver.url = f"{url}/hook"
        yield receiver


def alert(to: str = ANA, texts: tuple[str, ...] = ("Omie", "fora"), **more: Any) -> Json:
    """The request of a valid critical alert."""
    parameters = [{"type": "text", "text": text} for text in texts]
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": to,
        "type": "template",
        "template": {
            "name": "noc_alerta_critico",
            "language": {"code": "pt_BR"},
            "components": [{"type": "body", "parameters": parameters}],
        },
        **more,
    }


def free_text(to: str = ANA, body: str = "Olá") -> Json:
    """The request of a text that is no template."""
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": body}}
