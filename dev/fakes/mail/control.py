"""`/_fake/mail/…`: the mails that were taken, and the script of the SMTP server."""

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from dev.fakes.answers import JsonAnswer
from dev.fakes.inputs import (
    BadInput,
    count_of,
    limit_of,
    object_of,
    objects_of,
    read_object,
    refuse_unknown,
    text_of,
)
from dev.fakes.mail.sink import Sink
from dev.fakes.mail.steps import Step, read_step
from dev.fakes.mail.store import Mail

# A mail's HTML may style itself and show the images it brings; it runs nothing and asks nobody.
# Its links open in a new tab.
UNTRUSTED: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
LINKS_OUTSIDE: Final = '<base target="_blank">'
NOT_FOUND: Final = {"error": "no such mail"}


class MailControl:
    """The endpoints over one sink."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def routes(self) -> list[Route]:
        """Everything below /_fake/mail."""
        base = "/_fake/mail"
        return [
            Route(f"{base}/script", self.script, methods=["GET", "POST", "DELETE"]),
            Route(f"{base}/messages", self.messages),
            Route(f"{base}/messages/{{mail_id}}", self.message),
            Route(f"{base}/messages/{{mail_id}}/html", self.html),
            Route(f"{base}/messages/{{mail_id}}/raw", self.raw),
            Route(f"{base}/certificate", self.certificate),
            Route(f"{base}/reset", self.reset, methods=["POST"]),
        ]

    async def script(self, request: Request) -> Response:
        """Orders steps: `next` once each (or `times`), `always` until a reset; `to`: at RCPT."""
        script = self._sink.script
        if request.method == "DELETE":
            script.clear()
        if request.method != "POST":
            return JsonAnswer({"waiting": len(script)})
        found = await read_object(request)
        refuse_unknown(found, {"next", "always", "to"})
        steps, always = objects_of(found, "next"), object_of(found, "always")
        if not steps and always is None:
            raise BadInput("next or always is missing")
        to = text_of(found, "to")
        ordered = [(read_step(one, to), count_of(one, "times", 1)) for one in steps]
        if always is not None:
            self._order(read_step(always, to), to, None)
        for step, times in ordered:
            self._order(step, to, times)
        return JsonAnswer({"waiting": len(script)})

    async def messages(self, request: Request) -> Response:
        """The mails, the newest first, and how often any came; `limit`: the last ones."""
        store = self._sink.store
        mails = [mail.summary() for mail in store.all()[: limit_of(request)]]
        return JsonAnswer({"mails": mails, "received": store.received, "port": self._sink.port})

    async def message(self, request: Request) -> Response:
        """One mail with its text, headers and receptions."""
        mail = self._mail(request)
        return JsonAnswer(mail.detail()) if mail else JsonAnswer(NOT_FOUND, 404)

    async def html(self, request: Request) -> Response:
        """Its HTML, as a document that may do nothing."""
        mail = self._mail(request)
        if mail is None or mail.content.html is None:
            return JsonAnswer(NOT_FOUND, 404)
        return HTMLResponse(mail.content.html + LINKS_OUTSIDE, headers=UNTRUSTED)

    async def raw(self, request: Request) -> Response:
        """The bytes as they came first, shown as text."""
        mail = self._mail(request)
        if mail is None:
            return JsonAnswer(NOT_FOUND, 404)
        text = mail.receptions[0].raw.decode(errors="replace")
        return PlainTextResponse(text, headers=UNTRUSTED)

    async def certificate(self, _: Request) -> Response:
        """The sink's certificate, for clients that check it."""
        return PlainTextResponse(self._sink.certificate)

    async def reset(self, _: Request) -> Response:
        """No mails, no script."""
        self._sink.reset()
        return JsonAnswer({"ok": True})

    def _order(self, step: Step, to: str | None, times: int | None) -> None:
        facts = {"stage": step.stage} | ({"to": to.lower()} if to else {})
        self._sink.script.order(step, facts, times)

    def _mail(self, request: Request) -> Mail | None:
        return self._sink.store.get(request.path_params["mail_id"])
