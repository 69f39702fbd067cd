"""Who is asking, and what the body says."""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from starlette.requests import Request

from dev.auth import sessions
from dev.auth.database import Connection
from dev.auth.errors import ApiError, bad_request, forbidden
from dev.auth.services import Services
from dev.auth.tokens import Claims, TokenError
from dev.auth.users import User, find_by_id

BEARER = re.compile(r"bearer\s+(\S+)", re.IGNORECASE)
ADMIN_ROLES = frozenset({"service_role", "supabase_admin"})
MAX_BODY_BYTES = 1 << 20
# A null and half of a surrogate pair: JSON can spell them, PostgreSQL cannot store them.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in user. `session_id` is None for a token made outside a session."""

    user: User
    session_id: UUID | None
    claims: Claims


def address_of(request: Request) -> str:
    """Give the caller's address; uvicorn has put the gateway's X-Forwarded-For into it."""
    return request.client.host if request.client else ""


def ip_of(request: Request) -> str | None:
    """Give the caller's address as PostgreSQL's inet reads it; None when it is no address."""
    try:
        return str(ip_address(address_of(request)))
    except ValueError:
        return None


async def read_body(request: Request) -> dict[str, Any]:
    """Read a JSON object, once for all who ask. Raises `ApiError` 400, or 413 above 1 MiB."""
    kept: dict[str, Any] | None = getattr(request.state, "body", None)
    if kept is not None:
        return kept
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY_BYTES:
            raise ApiError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "request_entity_too_large",
                f"Request body too large (max {MAX_BODY_BYTES} bytes)",
            )
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        words = f"Could not parse request body as JSON: {error}"
        raise bad_request("bad_json", words) from error
    if not isinstance(body, dict):
        raise bad_request("bad_json", "Could not parse request body as JSON: not an object")
    request.state.body = body
    return body


def text_of(body: Mapping[str, Any], name: str) -> str:
    """Give a text field, '' when absent or null. Raises `ApiError` 400 for another type."""
    return str(_field(body, name, str) or "")


def flag_of(body: Mapping[str, Any], name: str) -> bool:
    """Give a boolean field, false when absent or null. Raises `ApiError` 400."""
    return bool(_field(body, name, bool))


def object_of(body: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """Give an object field, None when absent or null. Raises `ApiError` 400."""
    value: dict[str, Any] | None = _field(body, name, dict)
    return value


def _field(body: Mapping[str, Any], name: str, kind: type) -> Any:
    value = body.get(name)
    if value is not None and not isinstance(value, kind):
        words = f"Could not parse request body as JSON: {name} is not of type {kind.__name__}"
        raise bad_request("bad_json", words)
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise bad_request("validation_failed", f"{name} has a character that no text can hold")
    return value


def bearer_of(request: Request) -> str:
    """Give the bearer token. Raises `ApiError` 401."""
    match = BEARER.fullmatch(request.headers.get("authorization", "").strip())
    if match is None:
        words = "This endpoint requires a valid Bearer token"
        raise ApiError(HTTPStatus.UNAUTHORIZED, "no_authorization", words)
    return match.group(1)


def verified_claims(request: Request, services: Services) -> Claims:
    """Give the claims of the bearer token. Raises `ApiError` 401 or 403."""
    try:
        return services.keys.verify(bearer_of(request))
    except TokenError as error:
        words = f"invalid JWT: unable to parse or verify signature, {error}"
        raise forbidden("bad_jwt", words) from error


def _uuid_claim(claims: Claims, name: str) -> UUID | None:
    text = claims.get(name)
    if not text:
        return None
    try:
        return UUID(str(text))
    except ValueError as error:
        raise forbidden("bad_jwt", f"invalid claim: {name} claim must be a UUID") from error


async def find_caller(request: Request, services: Services, db: Connection) -> Caller:
    """Give the signed-in user, whose session must still exist. Raises `ApiError`."""
    claims = verified_claims(request, services)
    user_id = _uuid_claim(claims, "sub")
    if user_id is None:
        raise forbidden("bad_jwt", "invalid claim: missing sub claim")
    user = await find_by_id(db, user_id)
    if user is None:
        raise forbidden("user_not_found", "User from sub claim in JWT does not exist")
    session_id = _uuid_claim(claims, "session_id")
    if session_id is not None and not await sessions.exists(db, session_id, user.id):
        words = "Session from session_id claim in JWT does not exist"
        raise forbidden("session_not_found", words)
    if user.is_banned(datetime.now(UTC)):
        raise forbidden("user_banned", "User is banned")
    return Caller(user, session_id, claims)


async def require_admin(request: Request, services: Services, db: Connection) -> None:
    """Let only an admin role's token pass, or the secret key itself where it is configured."""
    secret = services.settings.secret_key
    if secret and hmac.compare_digest(bearer_of(request).encode(), secret.encode()):
        return
    claims = verified_claims(request, services)
    if claims.get("session_id"):
        await find_caller(request, services, db)
    if claims.get("role") not in ADMIN_ROLES:
        raise forbidden("not_admin", "User not allowed")
