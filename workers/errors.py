"""What can go wrong, as types.

WorkerError
├── SettingsError      the process cannot start
├── ContractError      a row does not have the promised shape
├── RpcError
│   ├── Unavailable    nothing can be asked now; the same call may pass later
│   └── Refused        the database answered "no" to these very arguments
├── LeaseLost          work that somebody else may have by now
├── CutOff             a provider must not be called now
└── SpoolError         a result could not be written to disk
"""


class WorkerError(Exception):
    """The root of every expected failure of a worker."""


class SettingsError(WorkerError):
    """The environment lacks or misspells something; the message names all of it."""


class ContractError(WorkerError):
    """An answer or a stored line does not have the shape that docs/rpc.md promises."""


class RpcError(WorkerError):
    """A call to the database failed. `code` is PostgREST's or SQL's, `hint` the stable code."""

    def __init__(self, message: str, *, code: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


class Unavailable(RpcError):
    """The database cannot be used now: out of reach, restarting, or not accepting this worker."""


class Refused(RpcError):
    """The database refused these arguments; asking again changes nothing."""


class LeaseLost(WorkerError):
    """The lease is over: what was done under it may be done by another."""


class CutOff(WorkerError):
    """The provider's breaker is open, or its retries have had their share; ask in `wait_s`."""

    def __init__(self, provider: str, reason: str, wait_s: float) -> None:
        super().__init__(f"{provider}: {reason}")
        self.reason = reason
        self.wait_s = wait_s


class SpoolError(WorkerError):
    """A result could not be kept on disk."""
