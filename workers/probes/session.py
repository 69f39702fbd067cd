"""How the Realtime probe signs in, and what its failures mean."""

from collections.abc import Awaitable, Callable

import httpx
from postgrest.exceptions import APIError
from supabase import AsyncClient, AsyncClientOptions, acreate_client
from supabase_auth.errors import AuthApiError, AuthError, AuthRetryableError
from websockets.exceptions import InvalidStatus

OpenClient = Callable[[], Awaitable[AsyncClient]]


class ProbeFailed(Exception):
    """The probe saw a failure and knows its code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def opener(url: str, publishable_key: str, http: httpx.AsyncClient) -> OpenClient:
    """Opens clients that never reconnect or refresh by themselves: the probe decides when."""

    async def open_client() -> AsyncClient:
        options = AsyncClientOptions(
            httpx_client=http,
            auto_refresh_token=False,
            persist_session=False,
            postgrest_client_retry=False,
            realtime={"auto_reconnect": False, "max_retries": 1},
        )
        return await acreate_client(url, publishable_key, options)

    return open_client


def reason_of(error: Exception) -> str:
    """The code of a failure; `handshake` when the WebSocket itself was not opened."""
    if isinstance(error, ProbeFailed):
        return error.reason
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "timeout"
    if isinstance(error, AuthApiError) and error.code == "invalid_credentials":
        return "auth_invalid"
    if isinstance(error, AuthApiError | AuthRetryableError) and error.status:
        return f"http_{error.status}"
    if isinstance(error, InvalidStatus):
        return f"http_{error.response.status_code}"
    if isinstance(error, AuthError | httpx.HTTPError | OSError):
        return "refused" if "connect" in str(error).lower() else "disconnected"
    if isinstance(error, APIError):
        return "echo_refused"
    return "handshake"
