"""`/_fake/meta/…`: scripts and knobs of the fake WhatsApp account."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dev.fakes.answers import JsonAnswer
from dev.fakes.inputs import (
    BadInput,
    Object,
    choice_of,
    count_of,
    object_of,
    objects_of,
    read_object,
    refuse_unknown,
    text_of,
)
from dev.fakes.meta.account import Account
from dev.fakes.meta.health import CAN_SEND, ENTITIES, QUALITIES, Health
from dev.fakes.meta.plan import read_plan
from dev.fakes.meta.request import PHONE_DECORATION
from dev.fakes.meta.steps import read_step
from dev.fakes.meta.templates import STATES, Template
from dev.fakes.meta.webhooks import challenge

CALLS = ("messages", "health", "me")
TEMPLATE_FIELDS = set(Template.__dataclass_fields__)


class MetaControl:
    """The endpoints over one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[Route]:
        """What changes the account or asks its receiver."""
        base = "/_fake/meta"
        return [
            Route(f"{base}/script", self.script, methods=["GET", "POST", "DELETE"]),
            Route(f"{base}/webhook", self.webhook, methods=["GET", "POST"]),
            Route(f"{base}/verify", self.verify, methods=["POST"]),
            Route(f"{base}/inbound", self.inbound, methods=["POST"]),
            Route(f"{base}/health", self.health, methods=["POST"]),
            Route(f"{base}/templates", self.templates, methods=["GET", "POST"]),
            Route(f"{base}/repeats", self.repeats, methods=["GET", "POST"]),
            Route(f"{base}/reset", self.reset, methods=["POST"]),
        ]

    async def script(self, request: Request) -> Response:
        """Orders steps: `next` once each (or `times`), `always` for every call that fits."""
        script = self._account.state.script
        if request.method == "DELETE":
            script.clear()
        if request.method != "POST":
            return JsonAnswer({"waiting": len(script)})
        found = await read_object(request)
        refuse_unknown(found, {"next", "always", "to", "template", "call"})
        steps, always = objects_of(found, "next"), object_of(found, "always")
        if not steps and always is None:
            raise BadInput("next or always is missing")
        facts, plan = _facts(found), self._account.state.plan
        ordered = [(read_step(one, plan), count_of(one, "times", 1)) for one in steps]
        if always is not None:
            script.order(read_step(always, plan), facts, None)
        for step, times in ordered:
            script.order(step, facts, times)
        return JsonAnswer({"waiting": len(script)})

    async def webhook(self, request: Request) -> Response:
        """How statuses come from now on; `url` null: nothing is posted."""
        if request.method == "POST":
            found = await read_object(request)
            self._account.state.plan = read_plan(found, self._account.state.plan)
            if "url" in found:
                self._account.dispatcher.url = text_of(found, "url")
        plan = self._account.state.plan
        told = {name: getattr(plan, name) for name in plan.__dataclass_fields__}
        return JsonAnswer({"url": self._account.dispatcher.url, **told})

    async def verify(self, request: Request) -> Response:
        """Sends the GET challenge; `url` and `token` default to those of the account."""
        found = await read_object(request)
        refuse_unknown(found, {"url", "token"})
        url = text_of(found, "url", self._account.dispatcher.url)
        if url is None:
            raise BadInput("url: no webhook is set up")
        token = text_of(found, "token") or self._account.settings.verify_token
        return JsonAnswer(await challenge(url, token))

    async def inbound(self, request: Request) -> Response:
        """A person writes to the business, which opens the window of 24 hours."""
        found = await read_object(request)
        refuse_unknown(found, {"from", "text", "phone_number_id"})
        sender = PHONE_DECORATION.sub("", text_of(found, "from") or "")
        if not sender:
            raise BadInput("from: a phone number is expected")
        number = text_of(found, "phone_number_id") or self._account.settings.phone_number_ids[0]
        heard = self._account.hear(number, sender, text_of(found, "text") or "Oi")
        await self._account.dispatcher.settle()
        return JsonAnswer(heard.as_json())

    async def health(self, request: Request) -> Response:
        """What the health of the phone numbers says from now on."""
        found = await read_object(request)
        refuse_unknown(found, Health.__dataclass_fields__)
        base = Health()
        self._account.state.health = Health(
            can_send_message=choice_of(found, "can_send_message", CAN_SEND)
            or base.can_send_message,
            quality_rating=choice_of(found, "quality_rating", QUALITIES) or base.quality_rating,
            entity=choice_of(found, "entity", ENTITIES) or base.entity,
            errors=objects_of(found, "errors"),
        )
        return JsonAnswer({"ok": True})

    async def templates(self, request: Request) -> Response:
        """The templates; a posted one replaces that of the same name and language."""
        state = self._account.state
        if request.method == "POST":
            template = _template(await read_object(request))
            key = (template.name, template.language)
            state.templates = [
                *(one for one in state.templates if (one.name, one.language) != key),
                template,
            ]
        return JsonAnswer({"templates": [_told(one) for one in state.templates]})

    async def repeats(self, request: Request) -> Response:
        """Whether messages are known by their callback data, and how many came again."""
        state = self._account.state
        if request.method == "POST":
            found = await read_object(request)
            refuse_unknown(found, {"known"})
            state.knows_repeats = found.get("known") is True
        return JsonAnswer({"known": state.knows_repeats, "repeats": state.repeats})

    async def reset(self, _: Request) -> Response:
        """As it was at the start, the clock apart."""
        self._account.reset()
        return JsonAnswer({"ok": True})


def _facts(found: Object) -> dict[str, str]:
    facts = {"call": choice_of(found, "call", CALLS) or "messages"}
    to, template = text_of(found, "to"), text_of(found, "template")
    if to:
        facts["to"] = PHONE_DECORATION.sub("", to)
    if template:
        facts["template"] = template
    return facts


def _template(found: Object) -> Template:
    refuse_unknown(found, TEMPLATE_FIELDS)
    name, body = text_of(found, "name"), text_of(found, "body")
    if not name or not body:
        raise BadInput("name and body are expected")
    choice_of(found, "state", STATES)
    others = {one: text_of(found, one) for one in TEMPLATE_FIELDS - {"name", "body"}}
    given = {one: value for one, value in others.items() if value is not None}
    return replace(Template(name, body), **given)


def _told(template: Template) -> dict[str, str | None]:
    return {name: getattr(template, name) for name in template.__dataclass_fields__}
