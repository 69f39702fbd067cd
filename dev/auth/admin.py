"""The admin API: users created, read, changed and deleted by a service_role token."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from psycopg.rows import dict_row
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.auth import accounts, checks, sessions
from dev.auth.callers import flag_of, object_of, read_body, require_admin, text_of
from dev.auth.database import Connection
from dev.auth.errors import ApiError, bad_request
from dev.auth.services import services_of
from dev.auth.users import NO_INSTANCE, User, find_by_id, reload, user_json

DEFAULT_PER_PAGE = 50
BCRYPT_PREFIXES = ("$2a$", "$2b$", "$2y$")


async def create_user(request: Request) -> Response:
    """Create an account, confirmed only when the caller says so."""
    services = services_of(request)
    async with services.pool.connection() as db:
        await require_admin(request, services, db)
        body = await read_body(request)
        taken = accounts.email_exists()
        user = await accounts.create(db, _new_user(body), taken=taken)
        if duration := text_of(body, "ban_duration"):
            await accounts.ban(db, user.id, checks.parse_ban_duration(duration))
        return JSONResponse(await user_json(db, await reload(db, user.id)))


def _new_user(body: Mapping[str, Any]) -> accounts.NewUser:
    email, password = text_of(body, "email"), text_of(body, "password")
    if text_of(body, "phone"):
        raise bad_request("validation_failed", "The stand-in has no phone provider")
    if not email:
        words = "Cannot create a user without either an email or phone"
        raise bad_request("validation_failed", words)
    checks.check_password_length(password)
    identity = {"user_id": _user_id(text_of(body, "id"))} if text_of(body, "id") else {}
    return accounts.NewUser(
        email=checks.check_email(email),
        password=password or None,
        password_hash=_password_hash(body),
        role=text_of(body, "role") or "authenticated",
        aud=text_of(body, "aud") or accounts.AUDIENCE,
        app_metadata=object_of(body, "app_metadata") or {},
        user_metadata=object_of(body, "user_metadata") or {},
        confirmed=flag_of(body, "email_confirm"),
        **identity,
    )


def _password_hash(body: Mapping[str, Any]) -> str | None:
    text = text_of(body, "password_hash")
    if not text:
        return None
    if text_of(body, "password"):
        words = "Only a password or a password hash should be provided"
        raise bad_request("validation_failed", words)
    if not text.startswith(BCRYPT_PREFIXES):
        raise bad_request("validation_failed", "The stand-in reads bcrypt hashes only")
    return text


def _user_id(text: str) -> UUID:
    try:
        user_id = UUID(text)
    except ValueError as error:
        words = "ID must conform to the uuid v4 format"
        raise bad_request("validation_failed", words) from error
    if user_id == UUID(int=0):
        raise bad_request("validation_failed", "ID cannot be a nil uuid")
    return user_id


async def list_users(request: Request) -> Response:
    """Give a page of users, newest first, with the headers that clients page by."""
    services = services_of(request)
    page = _page_number(request, "page", 1)
    per_page = _page_number(request, "per_page", DEFAULT_PER_PAGE)
    async with services.pool.connection() as db:
        await require_admin(request, services, db)
        ids, total = await _page_of_ids(db, page, per_page)
        users = [await user_json(db, await reload(db, user_id)) for user_id in ids]
    headers = {
        "x-total-count": str(total),
        "link": _link(request.url.path, page, per_page, total),
    }
    return JSONResponse({"users": users, "aud": accounts.AUDIENCE}, headers=headers)


def _page_number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name) or str(default)
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) < 1 << 31:
        words = f"Bad Pagination Parameters: {name} must be a whole number above 0"
        raise bad_request("validation_failed", words)
    return int(text)


async def _page_of_ids(db: Connection, page: int, per_page: int) -> tuple[list[UUID], int]:
    query = b"""
        select id, count(*) over () as total
        from auth.users
        where instance_id = %s and aud = %s
        order by created_at desc, id
        limit %s offset %s
    """
    values = (NO_INSTANCE, accounts.AUDIENCE, per_page, (page - 1) * per_page)
    async with db.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, values)
        rows = await cursor.fetchall()
    return [row["id"] for row in rows], rows[0]["total"] if rows else 0


def _link(path: str, page: int, per_page: int, total: int) -> str:
    last = -(-total // per_page)
    links = [("last", last)] if page >= last else [("next", page + 1), ("last", last)]
    return ", ".join(
        f'<{path}?{urlencode({"page": number, "per_page": per_page})}>; rel="{name}"'
        for name, number in links
    )


async def _loaded(request: Request, db: Connection) -> User:
    """Give the user that the path names. Raises `ApiError` 404."""
    try:
        user_id = UUID(request.path_params["user_id"])
    except ValueError as error:
        raise ApiError(
            HTTPStatus.NOT_FOUND, "validation_failed", "user_id must be an UUID"
        ) from error
    user = await find_by_id(db, user_id)
    if user is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "user_not_found", "User not found")
    return user


async def get_user(request: Request) -> Response:
    """Give one user."""
    services = services_of(request)
    async with services.pool.connection() as db:
        await require_admin(request, services, db)
        return JSONResponse(await user_json(db, await _loaded(request, db)))


async def update_user(request: Request) -> Response:
    """Change a user; a new password ends all of the user's sessions."""
    services = services_of(request)
    async with services.pool.connection() as db:
        await require_admin(request, services, db)
        user = await _loaded(request, db)
        body = await read_body(request)
        await _apply(db, user, body)
        return JSONResponse(await user_json(db, await reload(db, user.id)))


async def _apply(db: Connection, user: User, body: Mapping[str, Any]) -> None:
    confirm = flag_of(body, "email_confirm")
    if role := text_of(body, "role"):
        await accounts.set_role(db, user.id, role)
    if confirm:
        await accounts.confirm_email(db, user.id)
    if password := text_of(body, "password"):
        checks.check_password(password)
        await accounts.set_password(db, user.id, password)
        await sessions.end_all(db, user.id)
    if email := text_of(body, "email"):
        await accounts.set_email(db, user, checks.check_email(email), verified=confirm)
    if duration := text_of(body, "ban_duration"):
        await accounts.ban(db, user.id, checks.parse_ban_duration(duration))
    await accounts.merge_metadata(
        db,
        user,
        app_changes=object_of(body, "app_metadata"),
        user_changes=object_of(body, "user_metadata"),
    )


async def delete_user(request: Request) -> Response:
    """Delete a user for good."""
    services = services_of(request)
    async with services.pool.connection() as db:
        await require_admin(request, services, db)
        user = await _loaded(request, db)
        has_body = request.headers.get("content-length", "0") != "0"
        if has_body and flag_of(await read_body(request), "should_soft_delete"):
            raise bad_request("validation_failed", "The stand-in has no soft deletion")
        await accounts.delete(db, user.id)
    return JSONResponse({})
