"""Calls to a provider only while the database lets them pass, for all copies of all workers."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from workers.errors import CutOff, RpcError
from workers.model import Permission
from workers.rpc import Rpc

log = logging.getLogger(__name__)

T = TypeVar("T")


class Breaker:
    """One provider's breaker, as docs/workers.md tells of it."""

    def __init__(self, rpc: Rpc, provider: str) -> None:
        self._rpc = rpc
        self._provider = provider

    async def call(
        self,
        send: Callable[[], Awaitable[T]],
        failed: Callable[[T], bool],
        company_cnpj: str | None = None,
        retry: bool = False,
    ) -> T:
        """What `send` gives. `failed`: the provider is to blame, as it is when `send` raises.

        Raise `CutOff` without sending when it may not be called now, and what `Rpc` raises when
        nobody can be asked.
        """
        permission = await self._rpc.may_call(self._provider, company_cnpj, retry)
        if permission.begun_at is None:
            raise CutOff(self._provider, permission.reason or "cut_off", permission.wait_s)
        try:
            answer = await send()
        except Exception:
            await self._tell(permission, company_cnpj, True, retry)
            raise
        await self._tell(permission, company_cnpj, failed(answer), retry)
        return answer

    async def _tell(
        self, permission: Permission, company_cnpj: str | None, failed: bool, retry: bool
    ) -> None:
        """The call is over whatever becomes of this: a count that is lost is lost."""
        try:
            await self._rpc.record_call(self._provider, company_cnpj, permission, failed, retry)
        except RpcError as error:
            log.warning("a call was not counted: %s", error)
