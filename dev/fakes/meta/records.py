"""`/_fake/meta/…`: what the fake WhatsApp account was asked, took, and told."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dev.fakes.answers import JsonAnswer
from dev.fakes.inputs import limit_of
from dev.fakes.meta.account import Account


class MetaRecords:
    """The endpoints over one account; they change nothing."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[Route]:
        """Calls, messages, webhooks."""
        return [
            Route("/_fake/meta/calls", self.calls),
            Route("/_fake/meta/messages", self.messages),
            Route("/_fake/meta/webhooks", self.webhooks),
        ]

    async def calls(self, _: Request) -> Response:
        """Every request and its answer, in sequence."""
        return JsonAnswer({"calls": [one.as_json() for one in self._account.state.calls]})

    async def messages(self, request: Request) -> Response:
        """Accepted messages with their statuses, and what people wrote; `limit`: the last ones."""
        return JsonAnswer(self._account.as_json(limit_of(request)))

    async def webhooks(self, _: Request) -> Response:
        """Every webhook that was posted, with the receiver's answer, and how many wait."""
        dispatcher = self._account.dispatcher
        return JsonAnswer({"webhooks": dispatcher.log, "waiting": dispatcher.waiting})
