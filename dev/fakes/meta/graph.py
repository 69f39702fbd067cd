"""The Graph API itself: what a client of Meta calls."""

import json
from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dev.fakes.answers import JsonAnswer
from dev.fakes.connection import cut, hang
from dev.fakes.meta import gate
from dev.fakes.meta.account import Account
from dev.fakes.meta.calls import Call
from dev.fakes.meta.errors import MetaError
from dev.fakes.meta.request import phone_of, read_body, read_draft, template_name_of
from dev.fakes.meta.steps import Step

NORMAL: Final = Step()
Answer = dict[str, Any]
Act = Callable[[Request, bytes, Step, Call], Answer]


class Graph:
    """The endpoints over one account, mounted at the root as on graph.facebook.com."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[Route]:
        """`POST /{number}/messages`, `GET /me`, `GET /{number}`; all below the version."""
        return [
            Route("/v{version}/{number}/messages", self.send, methods=["POST"]),
            Route("/v{version}/me", self.me),
            Route("/v{version}/{number}", self.node),
        ]

    async def send(self, request: Request) -> Response:
        """A message, accepted or refused."""
        return await self._play(request, "messages", self._send)

    async def me(self, request: Request) -> Response:
        """Tells whether a version exists, without a token."""
        return await self._play(request, "me", self._me)

    async def node(self, request: Request) -> Response:
        """The health of a phone number."""
        return await self._play(request, "health", self._health)

    async def _play(self, request: Request, kind: str, act: Act) -> Response:
        """Does what was scripted for the call, or else what it asks for."""
        raw = await request.body()
        call = self._log(request, raw)
        step = self._account.state.script.take({"call": kind, **_facts(call)}) or NORMAL
        status, answer = self._outcome(request, raw, step, call, act)
        if step.hang_s:
            await hang(request, self._account.clock, step.hang_s)
        if step.drop:
            call.dropped = step.drop
            await cut(request)
            return Response()
        call.status, call.answer = status, answer
        return JsonAnswer(answer, status_code=status)

    def _outcome(
        self, request: Request, raw: bytes, step: Step, call: Call, act: Act
    ) -> tuple[int, Answer]:
        try:
            if step.error is not None:
                raise step.error
            gate.check_version(request, self._account.settings)
            return 200, act(request, raw, step, call) if step.acts else {}
        except MetaError as error:
            return error.http_status, error.body()

    def _log(self, request: Request, raw: bytes) -> Call:
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = raw.decode(errors="replace")
        calls, url = self._account.state.calls, request.url
        at = self._account.clock.now()
        call = Call(len(calls) + 1, at, request.method, url.path, url.query, body)
        calls.append(call)
        return call

    def _send(self, request: Request, raw: bytes, step: Step, call: Call) -> Answer:
        gate.check_token(request, self._account.settings)
        number = gate.number_of(request, self._account.settings)
        draft = read_draft(read_body(raw), self._account.state.templates)
        message = self._account.accept(number, draft, step.delivery)
        call.wamid = message.wamid
        return {
            "messaging_product": "whatsapp",
            "contacts": [
                {
                    "input": str(call.body["to"]),
                    "wa_id": draft.to,
                    "user_id": message.recipient_user_id,
                }
            ],
            "messages": [{"id": message.wamid, "message_status": "accepted"}],
        }

    def _health(self, request: Request, _raw: bytes, _step: Step, _call: Call) -> Answer:
        gate.check_token(request, self._account.settings)
        number = gate.number_of(request, self._account.settings)
        fields = request.query_params.get("fields", "").split(",")
        return self._account.state.health.answer(number, self._account.settings.waba_id, fields)

    def _me(self, request: Request, _raw: bytes, _step: Step, _call: Call) -> Answer:
        if "authorization" not in request.headers:
            raise MetaError(
                2500,
                message=(
                    "An active access token must be used to query information about the "
                    "current user."
                ),
            )
        gate.check_token(request, self._account.settings)
        return {"id": self._account.settings.waba_id, "name": "NOC"}


def _facts(call: Call) -> dict[str, str]:
    """What a script may choose a call by."""
    if not isinstance(call.body, dict):
        return {}
    return {"to": phone_of(call.body), "template": template_name_of(call.body)}
