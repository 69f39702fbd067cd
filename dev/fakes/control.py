"""`/_fake/…`: what all fakes share, their clock and their reset."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dev.fakes.answers import JsonAnswer
from dev.fakes.clock import Clock
from dev.fakes.inputs import BadInput, number_of, read_object, refuse_unknown, text_of
from dev.fakes.mail.sink import Sink
from dev.fakes.meta.account import Account


class Control:
    """The endpoints over all fakes."""

    def __init__(self, clock: Clock, account: Account, sink: Sink) -> None:
        self._clock = clock
        self._account = account
        self._sink = sink

    def routes(self) -> list[Route]:
        """The clock and the reset."""
        return [
            Route("/_fake/clock", self.clock, methods=["GET", "POST"]),
            Route("/_fake/reset", self.reset, methods=["POST"]),
        ]

    async def clock(self, request: Request) -> Response:
        """`now` stops it there, `advance_s` moves it on, `real` true lets it follow real time.

        Answers once every webhook that is due by then was posted.
        """
        if request.method == "POST":
            found = await read_object(request)
            refuse_unknown(found, {"now", "advance_s", "real"})
            if found.get("real") is True:
                self._clock.follow()
            if "now" in found:
                self._clock.set(_instant(text_of(found, "now") or ""))
            if "advance_s" in found:
                self._clock.advance(number_of(found, "advance_s"))
            await self._account.dispatcher.settle()
        told = {"now": self._clock.now().isoformat(), "stands_still": self._clock.stands_still}
        return JsonAnswer(told)

    async def reset(self, _: Request) -> Response:
        """Everything as at the start, in real time."""
        self._account.reset()
        self._sink.reset()
        self._clock.follow()
        return JsonAnswer({"ok": True})


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("now: an instant in ISO 8601 is expected") from error
    if instant.tzinfo is None:
        raise BadInput("now: the offset from UTC is missing")
    return instant
