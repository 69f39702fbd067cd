"""The business account: what it accepted, what it holds back, what it tells."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dev.fakes.clock import Clock
from dev.fakes.meta.calls import Call
from dev.fakes.meta.dispatcher import Delivery, Dispatcher
from dev.fakes.meta.health import Health
from dev.fakes.meta.limits import Limits
from dev.fakes.meta.message import Draft, Inbound, Message, Status, new_wamid
from dev.fakes.meta.plan import Plan, statuses_of, webhooks_of
from dev.fakes.meta.steps import Step
from dev.fakes.meta.templates import Template, read_templates
from dev.fakes.meta.webhooks import inbound_body, statuses_body
from dev.fakes.script import Script
from dev.fakes.settings import MetaSettings


@dataclass(slots=True)
class State:
    """Everything that a reset forgets.

    `knows_repeats`: another provider of the same shape, to whom a message with the callback data
    of an earlier one is that one. Meta itself is not.
    """

    templates: list[Template]
    plan: Plan = field(default_factory=Plan)
    health: Health = field(default_factory=Health)
    limits: Limits = field(default_factory=Limits)
    script: Script[Step] = field(default_factory=Script)
    calls: list[Call] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    inbound: list[Inbound] = field(default_factory=list)
    knows_repeats: bool = False
    repeats: int = 0


class Account:
    """One account with its phone numbers."""

    def __init__(self, settings: MetaSettings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.dispatcher = Dispatcher(clock, settings.app_secret, settings.webhook_url)
        self.state = State(read_templates(settings.templates_file))

    def reset(self) -> None:
        """As it was at the start."""
        self.state = State(read_templates(self.settings.templates_file))
        self.dispatcher.clear()
        self.dispatcher.url = self.settings.webhook_url

    def accept(self, number: str, draft: Draft, plan: Plan | None) -> Message:
        """Takes a message and plans its statuses; raises `MetaError` where a limit is met."""
        at = self.clock.now()
        if (earlier := self._earlier(draft)) is not None:
            self.state.repeats += 1
            return earlier
        self.state.limits.check(number, draft.to, at)
        if draft.template is None:
            self.state.limits.check_free_text(number, draft.to, at)
        self.state.limits.accepted(number, draft.to, at)
        message = Message(new_wamid(), number, draft, at)
        self.state.messages.append(message)
        self._plan_statuses(message, plan or self.state.plan)
        return message

    def _earlier(self, draft: Draft) -> Message | None:
        if not self.state.knows_repeats or draft.callback is None:
            return None
        return next(
            (one for one in self.state.messages if one.draft.callback == draft.callback), None
        )

    def hear(self, number: str, sender: str, text: str) -> Inbound:
        """A person writes: a webhook is due at once, and free text is allowed for a day."""
        at = self.clock.now()
        inbound = Inbound(new_wamid(), number, sender, text, at)
        self.state.inbound.append(inbound)
        self.state.limits.heard(number, sender, at)
        body = inbound_body(self.settings, inbound, self.state.plan.phone == "present")
        self.dispatcher.add(at, Delivery(body, at))
        return inbound

    def as_json(self, limit: int) -> dict[str, Any]:
        """Both directions, oldest first, the last `limit` of each."""
        return {
            "messages": [one.as_json() for one in self.state.messages[-limit:]],
            "inbound": [one.as_json() for one in self.state.inbound[-limit:]],
        }

    def _plan_statuses(self, message: Message, plan: Plan) -> None:
        statuses = statuses_of(plan, message)
        groups = webhooks_of(plan, statuses, message.wamid)
        dues = [statuses[-1].at] if plan.batch else [one.at for one in statuses]
        for due, group in zip(dues, groups, strict=False):
            self._plan_webhook(message, plan, due, group)

    def _plan_webhook(
        self, message: Message, plan: Plan, due: datetime, group: list[Status]
    ) -> None:
        body = statuses_body(self.settings, message, group, plan.phone == "present")
        self.dispatcher.add(due, Delivery(body, due, before=_happens(message, group)))
        for _ in range(plan.duplicates):
            self.dispatcher.add(due, Delivery(body, due))


def _happens(message: Message, group: list[Status]) -> Callable[[], None]:
    return lambda: message.statuses.extend(group)
