"""The custom access-token hook: a SQL function that may rewrite a token's claims."""

import re
from http import HTTPStatus
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from dev.auth.database import Connection
from dev.auth.errors import ApiError, unexpected
from dev.auth.settings import SettingsError

TIMEOUT_MS = 2000
URI_PREFIX = "pg-functions://postgres/"
HOOK_NAME = re.compile(r"([a-z_][a-z0-9_]*)[./]([a-z_][a-z0-9_]*)")
REQUIRED_CLAIMS = frozenset(
    ["aud", "exp", "iat", "sub", "email", "phone", "role", "aal", "session_id", "is_anonymous"]
)


def parse_hook(name: str) -> sql.Identifier:
    """Read `schema.function` or hosted's pg-functions URI. Raises `SettingsError`."""
    match = HOOK_NAME.fullmatch(name.removeprefix(URI_PREFIX))
    if match is None:
        raise SettingsError(f"ACCESS_TOKEN_HOOK: not schema.function: {name!r}")
    return sql.Identifier(*match.groups())


async def run_hook(
    db: Connection, hook: sql.Identifier, user_id: UUID, claims: dict[str, Any], method: str
) -> dict[str, Any]:
    """Give the claims as the hook returns them. Raises `ApiError` when it refuses."""
    event = {"user_id": str(user_id), "claims": claims, "authentication_method": method}
    await db.execute(f"set local statement_timeout to {TIMEOUT_MS}".encode())
    cursor = await db.execute(sql.SQL("select {}(%s)").format(hook), (Jsonb(event),))
    row = await cursor.fetchone()
    await db.execute(b"set local statement_timeout to default")
    output = row[0] if row else None
    if not isinstance(output, dict):
        raise unexpected("Error unmarshaling JSON output.")
    if output.get("error"):
        raise _refusal(output["error"])
    return _checked_claims(output.get("claims"))


def _refusal(error: dict[str, Any]) -> ApiError:
    status = HTTPStatus(error.get("http_code") or HTTPStatus.INTERNAL_SERVER_ERROR)
    return ApiError(status, "unexpected_failure", str(error.get("message", "")))


def _checked_claims(claims: object) -> dict[str, Any]:
    if not isinstance(claims, dict):
        raise unexpected("output claims field is missing")
    missing = sorted(REQUIRED_CLAIMS - claims.keys())
    if missing:
        words = "output claims do not conform to the expected schema: "
        raise unexpected(words + ", ".join(f"{name} is required" for name in missing))
    return claims
