"""Jobs to start again, as the machine RPCs of docs/rpc.md give and take them."""

from dataclasses import dataclass
from typing import Literal

from workers.errors import ContractError
from workers.model import fields_of

JobOutcome = Literal["accepted", "refused", "retry"]


@dataclass(frozen=True, slots=True)
class JobRun:
    """A begun attempt. `url` and `secret_ref`: whom to call; the rest is what it is told."""

    url: str
    secret_ref: str
    job_id: str
    retry_of: str | None
    job_type: str
    company_cnpj: str
    attempt: int
    action_id: str

    @classmethod
    def from_row(cls, row: object) -> "JobRun | str":
        """Why it is not started now, when it is not. Raise `ContractError` for other shapes."""
        try:
            row = fields_of(row)
            if not row["run"]:
                return str(row["reason"])
            names = ("url", "secret_ref", "job_id", "job_type", "company_cnpj", "action_id")
            return cls(
                **{name: str(row[name]) for name in names},
                retry_of=None if row["retry_of"] is None else str(row["retry_of"]),
                attempt=int(row["attempt"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError(f"a begun job has another shape: {error!r}") from error


@dataclass(frozen=True, slots=True)
class JobReceipt:
    """What became of a call. `reason` is a code, null when accepted.

    accepted: the handler has it. refused: for good. retry: not started, or nobody knows.
    """

    outcome: JobOutcome
    reason: str | None = None
    retry_after_s: int | None = None
