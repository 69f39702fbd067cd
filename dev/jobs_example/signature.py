"""Whether a call is the NOC's: signed by the shared secret, and not older than five minutes."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

WINDOW_S: Final = 300
_SECONDS: Final = re.compile(r"\d{1,12}", re.ASCII)


def fault_of(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> str | None:
    """Why the call is not taken; null when it is. `now` in seconds since 1970.

    The raw bytes are what is signed: they are compared before anybody reads them.
    """
    timestamp = headers.get("x-noc-timestamp", "")
    if _SECONDS.fullmatch(timestamp) is None:
        return "no_timestamp"
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    given = headers.get("x-noc-signature", "").encode()
    if not hmac.compare_digest(f"sha256={signed.hexdigest()}".encode(), given):
        return "wrong_signature"
    return None if abs(now - int(timestamp)) <= WINDOW_S else "too_old"
