"""How the statuses of a message come: which, when, in what order, how often."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from dev.fakes.inputs import BadInput, Object, choice_of, number_of, object_of, refuse_unknown
from dev.fakes.meta.errors import known
from dev.fakes.meta.message import Message, Status

STATUSES: Final = ("sent", "delivered", "read", "failed")
ORDERS: Final = ("forward", "reversed", "shuffled")
PHONES: Final = ("present", "omitted")
PLAN_FIELDS: Final = {
    "statuses", "delay_s", "gap_s", "order", "duplicates", "phone", "batch", "fail",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """The first status comes `delay_s` after the acceptance, each other one `gap_s` later.

    `order` is that of the webhooks; each status keeps its own time. `duplicates` counts further
    equal webhooks. `phone` "omitted": the recipient has a username, webhooks carry no number.
    `batch`: all statuses of the message in one webhook. `fail_code` is that of "failed".
    """

    statuses: tuple[str, ...] = ("sent", "delivered", "read")
    delay_s: float = 0.5
    gap_s: float = 1.5
    order: str = "forward"
    duplicates: int = 0
    phone: str = "present"
    batch: bool = False
    fail_code: int = 131026


def read_plan(found: Object, base: Plan) -> Plan:
    """The plan with the fields that were given; raises `BadInput`."""
    refuse_unknown(found, PLAN_FIELDS | {"url"})
    fail = object_of(found, "fail")
    statuses = _statuses(found, base.statuses)
    batch = found.get("batch", base.batch)
    if not isinstance(batch, bool):
        raise BadInput("batch: true or false is expected")
    plan = Plan(
        statuses=statuses,
        delay_s=number_of(found, "delay_s", base.delay_s),
        gap_s=number_of(found, "gap_s", base.gap_s),
        order=choice_of(found, "order", ORDERS) or base.order,
        duplicates=int(number_of(found, "duplicates", base.duplicates)),
        phone=choice_of(found, "phone", PHONES) or base.phone,
        batch=batch,
        fail_code=base.fail_code,
    )
    return plan if fail is None else _failing(plan, fail)


def statuses_of(plan: Plan, message: Message) -> list[Status]:
    """The message's statuses with their own times, earliest first."""
    found = []
    for index, name in enumerate(plan.statuses):
        after = timedelta(seconds=plan.delay_s + index * plan.gap_s)
        code = plan.fail_code if name == "failed" else None
        found.append(Status(name, message.accepted_at + after, code))
    return found


def webhooks_of(plan: Plan, statuses: Sequence[Status], seed: str) -> list[list[Status]]:
    """Which statuses go out together, in the sequence of sending. `seed` rules the shuffling."""
    if plan.batch:
        return [_ordered(plan, statuses, seed)] if statuses else []
    return [[status] for status in _ordered(plan, statuses, seed)]


def _ordered(plan: Plan, statuses: Sequence[Status], seed: str) -> list[Status]:
    if plan.order == "reversed":
        return list(reversed(statuses))
    if plan.order == "shuffled":
        return random.Random(seed).sample(list(statuses), len(statuses))
    return list(statuses)


def _statuses(found: Object, default: tuple[str, ...]) -> tuple[str, ...]:
    value = found.get("statuses")
    if value is None:
        return default
    if not isinstance(value, list) or any(one not in STATUSES for one in value):
        raise BadInput(f"statuses: a list of {', '.join(STATUSES)} is expected")
    return tuple(value)


def _failing(plan: Plan, fail: Object) -> Plan:
    """`fail` {"code", "after"}: failed after "sent" or "delivered", or at once when null."""
    refuse_unknown(fail, {"code", "after"})
    code, after = fail.get("code", plan.fail_code), choice_of(fail, "after", STATUSES[:2])
    if not isinstance(code, int) or known(code) is None:
        raise BadInput(f"fail.code: {code} is no error of the Cloud API that the fake knows")
    before = STATUSES[: STATUSES.index(after) + 1] if after else ()
    return replace(plan, statuses=(*before, "failed"), fail_code=code)
