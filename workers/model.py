"""Rows as the machine RPCs of docs/rpc.md give and take them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from workers.errors import ContractError

Outcome = Literal["good", "slow", "bad"]
OUTCOMES = frozenset(get_args(Outcome))

WORKERS = ("health", "collect", "watch", "notify", "whatsapp", "act")


def fields_of(row: object) -> Mapping[str, Any]:
    """The row. Raise `TypeError` when it is no object."""
    if not isinstance(row, Mapping):
        raise TypeError(f"an object was expected, not {type(row).__name__}")
    return row


@dataclass(frozen=True, slots=True)
class Check:
    """Something to probe. `fence` is null for a check that was listed, not claimed."""

    check_id: str
    service_name: str
    company_cnpj: str | None
    probe: str
    config: Mapping[str, Any]
    interval_s: float
    timeout_s: float
    fence: int | None

    @classmethod
    def from_row(cls, row: object) -> "Check":
        """Raise `ContractError` when a column is absent or of another type."""
        try:
            row = fields_of(row)
            return cls(
                check_id=str(row["check_id"]),
                service_name=str(row["service_name"]),
                company_cnpj=row.get("company_cnpj"),
                probe=str(row["probe"]),
                config=dict(row.get("config") or {}),
                interval_s=float(row["interval_s"]),
                timeout_s=float(row["timeout_s"]),
                fence=None if row.get("fence") is None else int(row["fence"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"a check has another shape: {error!r}") from error

    def to_row(self) -> dict[str, Any]:
        """The listed form: what a fence allowed is over once the check is stored."""
        return asdict(self) | {"fence": None}


@dataclass(frozen=True, slots=True)
class Observation:
    """What one probe saw. `reason` is a code, null when good; `details` hold no text of others."""

    outcome: Outcome
    latency_ms: int | None = None
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """One observation of one check at the instant when the probe began."""

    check_id: str
    fence: int | None
    checked_at: datetime
    observation: Observation

    def to_row(self) -> dict[str, Any]:
        """The spooled form, without the fence: its lease will be over on replay."""
        return {
            "check_id": self.check_id,
            "checked_at": self.checked_at.isoformat(),
            "outcome": self.observation.outcome,
            "latency_ms": self.observation.latency_ms,
            "reason": self.observation.reason,
            "details": dict(self.observation.details),
        }

    @classmethod
    def from_row(cls, row: object) -> "Result":
        """Raise `ContractError` when the line was not written by `to_row`."""
        try:
            row = fields_of(row)
            if row["outcome"] not in OUTCOMES:
                raise ValueError(row["outcome"])
            return cls(
                check_id=str(row["check_id"]),
                fence=None,
                checked_at=datetime.fromisoformat(row["checked_at"]),
                observation=Observation(
                    outcome=row["outcome"],
                    latency_ms=row["latency_ms"],
                    reason=row["reason"],
                    details=dict(row["details"]),
                ),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"a spooled result has another shape: {error!r}") from error


Kind = Literal["check", "notification", "message", "job"]  # of what a lease is held
Channel = Literal["email", "whatsapp"]
Delivery = Literal["sent", "retry", "ambiguous", "refused", "bad_address"]
Hold = Literal["company", "number"]


@dataclass(frozen=True, slots=True)
class Lease:
    """What this worker may begin, and nobody else for 30 seconds, a job for 60."""

    item: str  # its id
    fence: int

    @classmethod
    def from_row(cls, row: object, name: str) -> "Lease":
        """`name`: of the id. Raise `ContractError` when a column is absent or of another type."""
        try:
            row = fields_of(row)
            return cls(str(row[name]), int(row["fence"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"a lease has another shape: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Message:
    """What to tell whom. `to` and `name` are a person's: they never reach a log."""

    notification_id: str
    event: str
    channel: str
    to: str = field(repr=False)
    name: str = field(repr=False)
    language: str
    role: str
    facts: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_row(cls, row: object) -> "Message | str":
        """Why it is not sent now, when it is not. Raise `ContractError` for other shapes."""
        try:
            row = fields_of(row)
            if not row["send"]:
                return str(row["reason"])
            names = ("notification_id", "event", "channel", "to", "name", "language", "role")
            return cls(**{name: str(row[name]) for name in names}, facts=dict(row["facts"]))
        except (KeyError, TypeError, ValueError):
            # Without its cause, whose text would hold the row.
            raise ContractError("a begun message has another shape") from None


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A begun message of the queue. To whom and what is somebody's: it never reaches a log."""

    message_id: str
    to: str = field(repr=False)
    template: str
    language: str
    parameters: tuple[str, ...] = field(repr=False)
    button: str | None = field(repr=False)

    @classmethod
    def from_row(cls, row: object) -> "QueuedMessage | str":
        """Why it is not sent now, when it is not. Raise `ContractError` for other shapes."""
        try:
            row = fields_of(row)
            if not row["send"]:
                return str(row["reason"])
            names = ("message_id", "to", "template", "language")
            return cls(
                **{name: str(row[name]) for name in names},
                parameters=tuple(str(one) for one in row["parameters"]),
                button=None if row["button"] is None else str(row["button"]),
            )
        except (KeyError, TypeError, ValueError):
            # Without its cause, whose text would hold the row.
            raise ContractError("a begun message has another shape") from None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a send. `reason` is a code, null when sent.

    retry: surely not sent, may be later. ambiguous: perhaps sent. refused: for good. bad_address:
    for good, because of the recipient's address. `hold`: whose messages will all be refused, not
    this one alone. `code`: the provider's own.
    """

    outcome: Delivery
    reason: str | None = None
    provider_ref: str | None = None
    retry_after_s: int | None = None
    hold: Hold | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a provider may be called. `begun_at` (the database's clock) is null when not."""

    begun_at: str | None
    reason: str | None
    wait_s: float
    probe: bool

    @classmethod
    def from_row(cls, row: object) -> "Permission":
        """Raise `ContractError` when the answer has another shape."""
        try:
            row = fields_of(row)
            return cls(
                begun_at=str(row["begun_at"]) if row["allowed"] else None,
                reason=row["reason"],
                wait_s=float(row["wait_s"]),
                probe=bool(row["probe"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"a permission has another shape: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Peer:
    """One worker process as the database last heard of it."""

    worker: str
    instance: str
    age_s: float


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to a heartbeat. `tick_at` is null before the first tick.

    `cut_off`: the open breakers' providers, those of one company left out.
    """

    server_time: datetime
    tick_at: datetime | None
    workers: tuple[Peer, ...]
    cut_off: tuple[str, ...] = ()

    @classmethod
    def from_row(cls, row: object) -> "Report":
        """Raise `ContractError` when the answer has another shape."""
        try:
            row = fields_of(row)
            tick_at = row["tick_at"]
            return cls(
                server_time=datetime.fromisoformat(row["server_time"]),
                tick_at=None if tick_at is None else datetime.fromisoformat(tick_at),
                workers=tuple(
                    Peer(str(peer["worker"]), str(peer["instance"]), float(peer["age_s"]))
                    for peer in row["workers"]
                ),
                cut_off=tuple(str(one["provider"]) for one in row["cut_off"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"a heartbeat's answer has another shape: {error!r}") from error
