"""One probe through Auth, a private Realtime channel and replication.

Signs in as the dedicated probe user, joins `noc:probe`, asks `noc_probe_echo(nonce)` and waits for
the broadcast with that nonce. Session and channel stay open between probes; any failure drops
both, so that the next probe builds new ones (a closed channel never comes back by itself, and a
denied one that keeps retrying would hold its whole socket).
"""

import asyncio
import logging
import uuid
from dataclasses import dataclass, field
from typing import Any

from realtime import AsyncRealtimeChannel, RealtimeSubscribeStates
from supabase import AsyncClient
from supabase_auth.types import AuthResponse, SignInWithEmailAndPasswordCredentials

from workers.clock import SYSTEM_CLOCK, Clock
from workers.model import Check, Observation
from workers.probes.session import OpenClient, ProbeFailed, reason_of
from workers.probes.verdict import timely

log = logging.getLogger(__name__)

TOPIC = "noc:probe"
EVENT = "echo"
# SUBSCRIBED does not mean that the stream runs: right after the first join an echo may be lost.
ASK_AGAIN_S = 1.5
REFRESH_BEFORE_S = 120.0
CLOSE_TIMEOUT_S = 3.0
# The probe ends by itself a little before its limit, so that it can say at which stage it was.
OWN_SHARE = 0.95


@dataclass(slots=True)
class _Line:
    """An open session and channel. `expires_at` is on `Clock.elapsed`."""

    client: AsyncClient
    expires_at: float = 0.0
    channel: AsyncRealtimeChannel | None = None
    asked: dict[str, float] = field(default_factory=dict)
    echoes: asyncio.Queue[str] = field(default_factory=asyncio.Queue)


class RealtimeProbe:
    """Holds the line between probes; `aclose` when done."""

    def __init__(
        self, open_client: OpenClient, email: str, password: str, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._open_client = open_client
        self._credentials: SignInWithEmailAndPasswordCredentials = {
            "email": email,
            "password": password,
        }
        self._clock = clock
        self._line: _Line | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._stage = "sign_in"

    async def __call__(self, check: Check) -> Observation:
        """Send one echo around; the latency is from the request to the broadcast."""
        try:
            async with asyncio.timeout(check.timeout_s * OWN_SHARE):
                latency_ms = await self._measure()
        except Exception as error:
            self._drop()
            return Observation("bad", None, reason_of(error), {"stage": self._stage})
        except BaseException:
            self._drop()
            raise
        return timely(check, latency_ms, {"stage": "echo"})

    async def aclose(self) -> None:
        """Leave the channel and close the socket."""
        self._drop()
        await asyncio.gather(*self._closing)

    async def _measure(self) -> float:
        """Echo over the kept line; one that went deaf unnoticed is replaced within the probe."""
        line = self._line
        if line is not None and line.channel is not None and line.channel.is_joined:
            await self._refresh(line)
            latency_ms = await self._echo_once(line)
            if latency_ms is not None:
                return latency_ms
        line = await self._open()
        while line.channel is not None and line.channel.is_joined:
            latency_ms = await self._echo_once(line)
            if latency_ms is not None:
                return latency_ms
        raise ProbeFailed("closed")

    async def _open(self) -> _Line:
        self._drop()
        self._stage = "sign_in"
        self._line = line = _Line(await self._open_client())
        await self._authorise(line, await line.client.auth.sign_in_with_password(self._credentials))
        self._stage = "join"
        await self._join(line)
        return line

    async def _refresh(self, line: _Line) -> None:
        if self._clock.elapsed() < line.expires_at - REFRESH_BEFORE_S:
            return
        self._stage = "refresh"
        await self._authorise(line, await line.client.auth.refresh_session())

    async def _authorise(self, line: _Line, answer: AuthResponse) -> None:
        """Give the token to Realtime before any join: a join without it goes out as anon."""
        session = answer.session
        if session is None:
            raise ProbeFailed("auth_invalid")
        line.expires_at = self._clock.elapsed() + session.expires_in
        await line.client.realtime.set_auth(session.access_token)

    async def _join(self, line: _Line) -> None:
        joined: asyncio.Future[RealtimeSubscribeStates] = asyncio.get_running_loop().create_future()

        def on_state(state: RealtimeSubscribeStates, _error: Exception | None) -> None:
            if not joined.done():
                joined.set_result(state)

        def on_echo(message: Any) -> None:
            line.echoes.put_nowait(str(message["payload"].get("nonce")))

        line.channel = line.client.channel(
            TOPIC,
            {
                "config": {
                    "private": True,
                    "broadcast": {"ack": False, "self": False},
                    "presence": {"key": "", "enabled": False},
                }
            },
        )
        await line.channel.on_broadcast(EVENT, on_echo).subscribe(on_state)
        state = await joined
        if state is not RealtimeSubscribeStates.SUBSCRIBED:
            raise ProbeFailed(
                "denied" if state is RealtimeSubscribeStates.CHANNEL_ERROR else "closed"
            )

    async def _echo_once(self, line: _Line) -> float | None:
        """Milliseconds from the request to any echo of this line; null when none came in time."""
        self._stage = "echo"
        nonce = uuid.uuid4().hex
        line.asked[nonce] = self._clock.elapsed()
        await line.client.rpc("noc_probe_echo", {"nonce": nonce}).execute()
        try:
            async with asyncio.timeout(ASK_AGAIN_S):
                while (heard := await line.echoes.get()) not in line.asked:
                    pass
        except TimeoutError:
            return None
        asked_at = line.asked[heard]
        line.asked.clear()
        return (self._clock.elapsed() - asked_at) * 1000

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            task = asyncio.create_task(_close(line))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


async def _close(line: _Line) -> None:
    """Leave the channel where there is still a socket to say so, then close the socket."""
    try:
        if line.client.realtime.is_connected:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await line.client.remove_all_channels()
    except Exception as error:
        log.info("realtime did not close cleanly: %s", type(error).__name__)
    finally:
        await line.client.realtime.close()
