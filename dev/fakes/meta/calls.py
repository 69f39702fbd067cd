"""What was asked of the API and what it answered, in sequence."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Call:
    """One request. `status` null: it got no answer, so far or for good; `dropped` says which side.

    `wamid` is the message that it made, also where the caller never heard of it.
    """

    number: int
    at: datetime
    method: str
    path: str
    query: str
    body: Any
    status: int | None = None
    answer: Any = None
    dropped: str | None = None
    wamid: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For the call log; the token is never part of it."""
        return {
            "n": self.number,
            "at": self.at.isoformat(),
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "body": self.body,
            "status": self.status,
            "answer": self.answer,
            "dropped": self.dropped,
            "wamid": self.wamid,
        }
