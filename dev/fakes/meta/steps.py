"""What a scripted call does instead of, or on top of, answering at once."""

from dataclasses import dataclass
from typing import Final

from dev.fakes.inputs import (
    BadInput,
    Object,
    choice_of,
    number_of,
    object_of,
    refuse_unknown,
    text_of,
)
from dev.fakes.meta.errors import MetaError, known
from dev.fakes.meta.plan import PLAN_FIELDS, Plan, read_plan

STEP_FIELDS: Final = {"code", "http_status", "details", "hang_s", "drop", "delivery", "times"}


@dataclass(frozen=True, slots=True)
class Step:
    """`error` null: the call is treated as any other. `hang_s` in seconds of the fakes' clock.

    `drop` "before": nothing is accepted and the connection is cut; "after": the message is
    accepted and the connection is cut before the answer. `delivery` null: as for all messages.
    """

    error: MetaError | None = None
    hang_s: float = 0.0
    drop: str | None = None
    delivery: Plan | None = None

    @property
    def acts(self) -> bool:
        """Whether the call does what it asks for."""
        return self.error is None and self.drop != "before"


def read_step(found: Object, usual: Plan) -> Step:
    """A step of the script; raises `BadInput`. `usual` is what `delivery` is said on top of."""
    refuse_unknown(found, STEP_FIELDS)
    delivery = object_of(found, "delivery")
    if delivery is not None:
        refuse_unknown(delivery, PLAN_FIELDS)
    return Step(
        error=_error(found),
        hang_s=number_of(found, "hang_s"),
        drop=choice_of(found, "drop", ("before", "after")),
        delivery=None if delivery is None else read_plan(delivery, usual),
    )


def _error(found: Object) -> MetaError | None:
    code = found.get("code")
    if code is None:
        return None
    if isinstance(code, bool) or not isinstance(code, int) or known(code) is None:
        raise BadInput(f"code: {code} is no error of the Cloud API that the fake knows")
    status = int(number_of(found, "http_status"))
    return MetaError(code, text_of(found, "details"), http_status=status or None)
