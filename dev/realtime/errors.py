"""Why a request is turned down.

RealtimeError
├── Refused              answered to the client: a join, an upgrade or a token refresh
│   └── TokenRefused     the token itself
├── DatabaseBusy         no connection for a check in time
├── DatabaseUnreachable  the connection could not be opened, or broke during a check
├── MissingPartition     realtime.messages has no partition for now
├── QueryCancelled       a policy ran into a timeout
└── PolicyError          a policy raised, or the role may not read at all
"""

from __future__ import annotations

UNREACHABLE = "Realtime was unable to connect to the project database"


class RealtimeError(Exception):
    """Anything the stand-in expects to go wrong."""


class Refused(RealtimeError):
    """`reason` is `<code>: <message>`, or the message alone when there is no code."""

    def __init__(self, code: str | None, message: str, *, disconnect: bool = False) -> None:
        self.code = code
        self.message = message
        self.disconnect = disconnect
        super().__init__(self.reason)

    @property
    def reason(self) -> str:
        """Text of a refused join."""
        return f"{self.code}: {self.message}" if self.code else self.message


class TokenRefused(Refused):
    """The token is malformed, expired, wrongly signed or lacks a claim."""

    @property
    def connect_message(self) -> str:
        """Text of a refused connection, which does not count the seconds since expiry."""
        expired = self.message.startswith("Token has expired")
        return "Token has expired" if expired else self.message


class DatabaseBusy(RealtimeError):
    """Every connection for checks is taken or unusable."""


class DatabaseUnreachable(RealtimeError):
    """The database did not take a connection, or broke it."""


class MissingPartition(RealtimeError):
    """No partition of realtime.messages takes a row of now."""


class QueryCancelled(RealtimeError):
    """The check was cancelled by a timeout."""


class PolicyError(RealtimeError):
    """The check failed inside the database; the client only learns that it may not read."""


def as_refusal(error: RealtimeError, channel_name: str) -> Refused:
    """The answer to a join whose check ended in `error`."""
    match error:
        case Refused():
            return error
        case DatabaseBusy():
            return Refused("IncreaseConnectionPool", "Please increase your connection pool size")
        case DatabaseUnreachable():
            return Refused("UnableToConnectToProject", UNREACHABLE)
        case MissingPartition():
            text = "Realtime was unable to find the expected messages partition"
            return Refused("MissingPartition", text)
        case QueryCancelled():
            return Refused("QueryCanceled", str(error))
        case _:
            return unauthorized(channel_name)


def as_shutdown(error: RealtimeError, channel_name: str) -> str:
    """The system message of a channel whose re-check after a new token ended in `error`."""
    match error:
        case Refused():
            return error.message
        case DatabaseBusy():
            return ":increase_connection_pool"
        case DatabaseUnreachable() | MissingPartition():
            return UNREACHABLE
        case QueryCancelled():
            return "Query was cancelled, please try again"
        case _:
            return unauthorized(channel_name).message


def unauthorized(channel_name: str) -> Refused:
    """The user may not read the channel."""
    text = f"You do not have permissions to read from this Channel topic: {channel_name}"
    return Refused("Unauthorized", text)
