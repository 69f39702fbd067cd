"""The token of a channel and what it allows: read asked at once, write asked when first used."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from dev.realtime.errors import RealtimeError, Refused, TokenRefused, unauthorized
from dev.realtime.presence import ChannelKey
from dev.realtime.rls import Caller
from dev.realtime.services import Services
from dev.realtime.tokens import Claims, seconds_to_expiry

log = logging.getLogger("realtime.rights")


class ChannelRights:
    """Rights on one channel; a public channel allows everything."""

    def __init__(
        self,
        services: Services,
        key: ChannelKey,
        headers: Mapping[str, str],
        token: str,
        claims: Claims,
        *,
        presence_enabled: bool,
    ) -> None:
        self._services = services
        self._key = key
        self._headers = headers
        self._token = token
        self._claims = claims
        self.presence_enabled = presence_enabled
        self._readable: frozenset[str] = frozenset()
        self._writable: dict[str, bool] = {}
        self._timer: asyncio.TimerHandle | None = None

    def may_read(self, extension: str) -> bool:
        """As last asked."""
        return not self._key.private or extension in self._readable

    async def authorize(self) -> None:
        """Ask what may be read: broadcast, and presence only where it is enabled.

        Raises `RealtimeError`.
        """
        if not self._key.private:
            return
        extensions = ["broadcast", "presence"] if self.presence_enabled else ["broadcast"]
        readable = await self._services.authorizer.readable(self._caller(), extensions)
        if not readable:
            raise unauthorized(self._key.name)
        self._readable = readable

    def is_new(self, token: str) -> bool:
        """Opaque keys and the present token change nothing."""
        return not token.startswith("sb_") and token != self._token

    async def refresh(self, token: str) -> None:
        """Take a new token and ask everything again.

        Raises `RealtimeError` when a right that was held is gone, or nothing could be asked.
        """
        before = self._readable
        self._token = token
        self._writable.clear()
        self._claims = self._services.keys.verify(token, time.time())
        await self._services.link.ensure()
        await self.authorize()
        if before - self._readable:
            text = "You no longer have permission to read from this Channel topic: "
            raise Refused(None, text + self._key.name)

    async def may_track(self) -> bool:
        """A track on a channel joined without presence first asks for the right to read it."""
        if self._key.private and not self.presence_enabled:
            try:
                readable = await self._services.authorizer.readable(self._caller(), ["presence"])
            except RealtimeError as error:
                log.error("UnableToHandlePresence: %s: %s", self._key.name, error)
                return False
            self._readable |= readable
        return await self.may_write("presence")

    async def may_write(self, extension: str) -> bool:
        """Asked once per token; a check that failed is asked again with the next message."""
        if not self._key.private:
            return True
        if extension not in self._writable:
            try:
                await self._services.link.ensure()
                allowed = await self._services.authorizer.may_write(self._caller(), extension)
            except RealtimeError as error:
                log.error("UnableToSetPolicies: %s: %s", self._key.name, error)
                return False
            self._writable[extension] = allowed
        return self._writable[extension]

    def watch(self, on_end: Callable[[str], None]) -> None:
        """Check the token again at its expiry, at the latest every five minutes.

        `on_end` gets the reason when it is no longer valid.
        """
        self.unwatch()
        left = seconds_to_expiry(self._claims, time.time())
        delay = max(0.0, min(self._services.settings.token_check_s, left))
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(delay, self._confirm, on_end)

    def unwatch(self) -> None:
        """Stop checking; safe to repeat."""
        if self._timer is not None:
            self._timer.cancel()

    def _confirm(self, on_end: Callable[[str], None]) -> None:
        try:
            self._claims = self._services.keys.verify(self._token, time.time())
        except TokenRefused as refusal:
            on_end(refusal.message)
        else:
            self.watch(on_end)

    def _caller(self) -> Caller:
        return Caller(self._key.name, self._claims, self._headers)
