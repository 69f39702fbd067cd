"""What a scripted SMTP session meets, and at which command."""

from dataclasses import dataclass
from typing import Final

from dev.fakes.inputs import BadInput, Object, choice_of, number_of, refuse_unknown, text_of

STAGES: Final = ("connect", "auth", "mail", "rcpt", "data")
AUTH_CODES: Final = frozenset({432, 454, 530, 534, 535, 538})
CONNECT_CODES: Final = frozenset({421})
TEXTS: Final = {
    421: "4.3.2 Service not available",
    450: "4.2.1 Mailbox unavailable",
    451: "4.3.0 Local error in processing",
    452: "4.3.1 Insufficient system storage",
    454: "4.7.0 Temporary authentication failure",
    530: "5.7.0 Authentication required",
    534: "5.7.9 Authentication mechanism is too weak",
    535: "5.7.8 Authentication credentials invalid",
    550: "5.1.1 User unknown",
    551: "5.1.6 User not local",
    552: "5.3.4 Message too big",
    553: "5.1.3 Mailbox name not allowed",
    554: "5.7.1 Transaction failed",
}
STEP_FIELDS: Final = {"code", "text", "hang_s", "drop", "stage", "times"}


@dataclass(frozen=True, slots=True)
class Step:
    """`reply` null: the command is answered as ever. `hang_s` in seconds of the fakes' clock.

    `drop` "before": the connection is cut at the stage and nothing is kept; "after": the mail is
    kept and the connection is cut before the 250.
    """

    stage: str
    reply: str | None = None
    hang_s: float = 0.0
    drop: str | None = None


def read_step(found: Object, recipient: str | None) -> Step:
    """A step of the script; raises `BadInput`. A step for a `recipient` belongs to RCPT."""
    refuse_unknown(found, STEP_FIELDS)
    code = found.get("code")
    if code is not None and (not isinstance(code, int) or not 400 <= code <= 599):
        raise BadInput("code: a whole number from 400 to 599 is expected")
    drop = choice_of(found, "drop", ("before", "after"))
    stage = choice_of(found, "stage", STAGES) or _stage(code, recipient)
    if drop == "after" and stage != "data":
        raise BadInput("drop: only data can be dropped after it was taken")
    if recipient is not None and stage != "rcpt":
        raise BadInput("to: only the stage rcpt knows the recipient")
    return Step(stage, _reply(code, text_of(found, "text")), number_of(found, "hang_s"), drop)


def _stage(code: int | None, recipient: str | None) -> str:
    if recipient is not None:
        return "rcpt"
    if code in AUTH_CODES:
        return "auth"
    return "connect" if code in CONNECT_CODES else "data"


def _reply(code: int | None, text: str | None) -> str | None:
    if code is None:
        return None
    return f"{code} {text or TEXTS.get(code, 'As scripted')}"
