"""The signed call that starts a job at its handler, as docs/integration.md tells of it.

A handler starts a `job_id` once, so whatever leaves its answer unknown is called again.
"""

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Final

import httpx

from workers.address import Resolve, address_of, open_untrusting, request_to, resolve
from workers.clock import SYSTEM_CLOCK, Clock
from workers.job_model import JobReceipt, JobRun
from workers.retry import retry_after

# Far below the 60 s of a lease: what became of a call is known before somebody else may repeat it.
TIMEOUT_S: Final = 10.0
ANSWER_MAX: Final = 4096  # bytes of an answer that are looked at
_REASON = re.compile(r"[a-z][a-z0-9_]{0,39}")
_STARTED_BEFORE: Final = 409
_LATER: Final = (408, 425, 429)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-NOC-Signature; `timestamp` in seconds, as X-NOC-Timestamp gives it."""
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def body_of(run: JobRun) -> bytes:
    """What a handler is told."""
    told = {
        "job_id": run.job_id,
        "retry_of": run.retry_of,
        "job_type": run.job_type,
        "company_cnpj": run.company_cnpj,
        "attempt": run.attempt,
        "action_id": run.action_id,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(slots=True)
class HandlerClient:
    """Holds a client; `aclose` when done. `secrets` by the handlers' `secret_ref`."""

    secrets: Mapping[str, str] = field(repr=False)
    local: bool
    clock: Clock = SYSTEM_CLOCK
    resolve: Resolve = resolve
    timeout_s: float = TIMEOUT_S
    http: httpx.AsyncClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.http = open_untrusting("act", self.timeout_s)

    async def aclose(self) -> None:
        """Close the connections."""
        await self.http.aclose()

    async def start(self, run: JobRun) -> JobReceipt:
        """Call the handler once. Raises nothing but for a bug."""
        secret = self.secrets.get(run.secret_ref)
        if secret is None:
            return JobReceipt("refused", "no_secret")
        try:
            async with asyncio.timeout(self.timeout_s):
                url = httpx.URL(run.url)
                address = await address_of(url, self.resolve, local=self.local)
                if address is None:
                    return JobReceipt("refused", "address_refused")
                return await self._post(url, address, secret, body_of(run))
        except httpx.InvalidURL:
            return JobReceipt("refused", "address_refused")
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return JobReceipt("retry", "unreachable")
        except (TimeoutError, httpx.TimeoutException):
            return JobReceipt("retry", "timeout")
        except httpx.HTTPError:
            return JobReceipt("retry", "no_answer")
        except OSError:
            return JobReceipt("retry", "unresolved")

    async def _post(self, url: httpx.URL, address: str, secret: str, body: bytes) -> JobReceipt:
        timestamp = str(int(self.clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-NOC-Timestamp": timestamp,
            "X-NOC-Signature": signature(secret, timestamp, body),
        }
        request = request_to(self.http, "POST", url, address, headers, content=body)
        answer = await self.http.send(request, stream=True)
        try:
            status = answer.status_code
            if answer.is_success or status == _STARTED_BEFORE:
                return JobReceipt("accepted")
            if answer.is_server_error or status in _LATER:
                asked = retry_after(answer.headers.get("Retry-After"), self.clock.now())
                return JobReceipt("retry", f"http_{status}", None if asked is None else ceil(asked))
            if answer.is_client_error:
                return JobReceipt("refused", _named(status, await _beginning(answer)))
            return JobReceipt("refused", "redirected" if answer.is_redirect else f"http_{status}")
        finally:
            await answer.aclose()


async def _beginning(answer: httpx.Response) -> bytes:
    """As much of the body as is looked at; what breaks off is not missed: the status stands."""
    read = b""
    try:
        async for piece in answer.aiter_raw():
            read += piece
            if len(read) >= ANSWER_MAX:
                break
    except httpx.HTTPError:
        return b""
    return read[:ANSWER_MAX]


def _named(status: int, body: bytes) -> str:
    """`http_422: reason`, when the body is {"reason"} with a code; texts of others are left out."""
    try:
        reason = json.loads(body)["reason"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return f"http_{status}"
    if isinstance(reason, str) and _REASON.fullmatch(reason):
        return f"http_{status}: {reason}"
    return f"http_{status}"
