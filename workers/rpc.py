"""The only road to the database: the machine RPCs of docs/rpc.md, as role noc_worker."""

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import httpx
from postgrest import AsyncPostgrestClient
from postgrest.exceptions import APIError
from supabase import AsyncClientOptions, acreate_client

from workers import AGENT
from workers.errors import ContractError, Refused, RpcError, Unavailable
from workers.job_model import JobReceipt, JobRun
from workers.model import (
    Check,
    Kind,
    Lease,
    Message,
    Permission,
    QueuedMessage,
    Receipt,
    Report,
    Result,
)

T = TypeVar("T")

TIMEOUT_S = 5.0
# Error classes that speak of the arguments: bad data, integrity, raised codes, wrong request.
_ARGUMENT_CLASSES = ("22", "23", "P0", "PGRST1")
_RAISED = "PT4"
_NOT_ABOUT_ARGUMENTS = frozenset({"PT401", "PT403", "PT408", "PT429"})


class Rpc:
    """One method per RPC. Every method raises `Unavailable` or `Refused`, nothing else."""

    def __init__(self, client: AsyncPostgrestClient) -> None:
        self._client = client

    async def claim_checks(self, owner: str, limit: int) -> list[Check]:
        """Lease up to `limit` due checks to `owner`."""
        return await self._call("noc_claim_checks", {"worker": owner, "max": limit}, _checks)

    async def list_checks(self) -> list[Check]:
        """Every enabled check, without a lease."""
        return await self._call("noc_list_checks", {}, _checks)

    async def settle_check(self, result: Result) -> bool:
        """Hand in a result; false when its lease has passed to another worker."""
        seen = result.observation
        return await self._call(
            "noc_settle_check",
            {
                "check_id": result.check_id,
                "fence": result.fence,
                "checked_at": result.checked_at.isoformat(),
                "outcome": seen.outcome,
                "latency_ms": seen.latency_ms,
                "reason": seen.reason,
                "details": dict(seen.details),
            },
            _accepted,
        )

    async def claim_notifications(
        self, owner: str, limit: int, channels: Sequence[str]
    ) -> list[Lease]:
        """Lease up to `limit` due messages of these channels to `owner`."""
        return await self._call(
            "noc_claim_notifications",
            {"worker": owner, "max": limit, "channels": list(channels)},
            _leases_of("notification_id"),
        )

    async def begin_notification(self, lease: Lease) -> Message | str:
        """What to send now, or why nothing is."""
        return await self._call(
            "noc_begin_notification",
            {"notification_id": lease.item, "fence": lease.fence},
            Message.from_row,
        )

    async def settle_notification(self, lease: Lease, receipt: Receipt) -> bool:
        """Say what became of a send; false when somebody else has the message."""
        return await self._call(
            "noc_settle_notification",
            {
                "notification_id": lease.item,
                "fence": lease.fence,
                "outcome": receipt.outcome,
                "reason": receipt.reason,
                "provider_ref": receipt.provider_ref,
                "retry_after_s": receipt.retry_after_s,
            },
            _accepted,
        )

    async def ping(self) -> None:
        """One round trip to the database."""
        await self._call("noc_ping", {}, lambda _: None)

    async def renew_lease(self, kind: Kind, lease_id: str, fence: int) -> bool:
        """Hold a lease for as long again; false when it is lost."""
        arguments = {"kind": kind, "leases": [{"id": lease_id, "fence": fence}]}
        return await self._call("noc_renew_leases", arguments, lambda held: lease_id in _ids(held))

    async def release_leases(self, kind: Kind, leases: Sequence[tuple[str, int]]) -> None:
        """Give back what was not begun."""
        rows = [{"id": lease_id, "fence": fence} for lease_id, fence in leases]
        await self._call("noc_release_leases", {"kind": kind, "leases": rows}, lambda _: None)

    async def may_call(self, provider: str, company_cnpj: str | None, retry: bool) -> Permission:
        """Ask whether the provider may be called once, now."""
        return await self._call(
            "noc_may_call",
            {"provider": provider, "company_cnpj": company_cnpj, "retry": retry},
            Permission.from_row,
        )

    async def record_call(
        self,
        provider: str,
        company_cnpj: str | None,
        permission: Permission,
        failed: bool,
        retry: bool,
    ) -> None:
        """Say what became of a permitted call."""
        await self._call(
            "noc_record_call",
            {
                "provider": provider,
                "company_cnpj": company_cnpj,
                "begun_at": permission.begun_at,
                "failed": failed,
                "retry": retry,
            },
            lambda _: None,
        )

    async def claim_messages(self, owner: str, limit: int, number: str) -> list[Lease]:
        """Lease up to `limit` due messages of the queue to `owner`, who sends by this number."""
        return await self._call(
            "noc_claim_messages",
            {"worker": owner, "max": limit, "number": number},
            _leases_of("message_id"),
        )

    async def begin_message(self, lease: Lease, number: str) -> QueuedMessage | str:
        """What to send now, or why nothing is."""
        return await self._call(
            "noc_begin_message",
            {"message_id": lease.item, "fence": lease.fence, "number": number},
            QueuedMessage.from_row,
        )

    async def settle_message(self, lease: Lease, receipt: Receipt) -> bool:
        """Say what became of a send; false when somebody else has the message."""
        return await self._call(
            "noc_settle_message",
            {
                "message_id": lease.item,
                "fence": lease.fence,
                "outcome": f"hold_{receipt.hold}" if receipt.hold else receipt.outcome,
                "reason": receipt.reason,
                "code": receipt.code,
                "provider_ref": receipt.provider_ref,
                "retry_after_s": receipt.retry_after_s,
            },
            _accepted,
        )

    async def claim_job_runs(self, owner: str, limit: int) -> list[Lease]:
        """Lease up to `limit` due jobs to `owner`."""
        return await self._call(
            "noc_claim_job_runs", {"worker": owner, "max": limit}, _leases_of("item_id")
        )

    async def begin_job_run(self, lease: Lease) -> JobRun | str:
        """Whom to call now about which attempt, or why nobody is."""
        return await self._call(
            "noc_begin_job_run", {"item_id": int(lease.item), "fence": lease.fence}, JobRun.from_row
        )

    async def settle_job_run(self, lease: Lease, receipt: JobReceipt) -> bool:
        """Say what became of a call; false when somebody else has the job."""
        return await self._call(
            "noc_settle_job_run",
            {"item_id": int(lease.item), "fence": lease.fence, **asdict(receipt)},
            _accepted,
        )

    async def heartbeat(
        self,
        worker: str,
        instance: str,
        at: datetime,
        status: Mapping[str, Any],
        skew_s: float | None = None,
    ) -> Report:
        """Say that the worker's loop turns, and hear about the others."""
        return await self._call(
            "noc_heartbeat",
            {
                "worker": worker,
                "instance": instance,
                "at": at.isoformat(),
                "status": dict(status),
                "skew_s": skew_s,
            },
            Report.from_row,
        )

    async def _call(self, name: str, arguments: dict[str, Any], read: Callable[[object], T]) -> T:
        """Ask, and read the answer; one of another shape comes from somebody else."""
        try:
            return read((await self._client.rpc(name, arguments).execute()).data)
        except ContractError as error:
            raise Unavailable(f"{name}: {error}", code="shape") from error
        except APIError as error:
            raise _as_rpc_error(name, error) from error
        except httpx.HTTPError as error:
            reason = type(error).__name__
            raise Unavailable(f"{name}: the API is out of reach ({reason})", code=reason) from error


async def open_rpc(url: str, publishable_key: str, token: str, http: httpx.AsyncClient) -> Rpc:
    """An `Rpc` that signs in with the machine's own token; `http` stays the caller's to close."""
    options = AsyncClientOptions(
        headers={"Authorization": f"Bearer {token}"},
        httpx_client=http,
        auto_refresh_token=False,
        persist_session=False,
        postgrest_client_retry=False,
    )
    client = await acreate_client(url, publishable_key, options)
    return Rpc(client.postgrest)


def open_http(worker: str, timeout_s: float = TIMEOUT_S) -> httpx.AsyncClient:
    """A client that names itself; `timeout_s` bounds connecting and each read and write."""
    return httpx.AsyncClient(
        headers={"User-Agent": f"{AGENT} {worker}"},
        timeout=timeout_s,
        follow_redirects=False,
        verify=_authorities(),
    )


@cache
def _authorities() -> ssl.SSLContext:
    """Read once: it costs 40 ms and a megabyte, and every client may share it."""
    return httpx.create_ssl_context()


def _as_rpc_error(name: str, error: APIError) -> RpcError:
    code = error.code
    about_arguments = code is not None and (
        code.startswith(_ARGUMENT_CLASSES)
        or (code.startswith(_RAISED) and code not in _NOT_ABOUT_ARGUMENTS)
    )
    kind = Refused if about_arguments else Unavailable
    return kind(f"{name} answered {code}: {error.message}", code=code, hint=error.hint)


def _checks(answer: object) -> list[Check]:
    if not isinstance(answer, list):
        raise ContractError("an array of checks was expected")
    return [Check.from_row(row) for row in answer]


def _ids(answer: object) -> list[str]:
    if not isinstance(answer, list):
        raise ContractError("an array of ids was expected")
    return [str(one) for one in answer]


def _leases_of(name: str) -> Callable[[object], list[Lease]]:
    def read(answer: object) -> list[Lease]:
        if not isinstance(answer, list):
            raise ContractError("an array of leases was expected")
        return [Lease.from_row(row, name) for row in answer]

    return read


def _accepted(answer: object) -> bool:
    if not isinstance(answer, Mapping) or not isinstance(answer.get("accepted"), bool):
        raise ContractError("a settled row has another shape")
    return bool(answer["accepted"])
