"""What anyone may ask, and what a signed-in user asks about itself."""

import time
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.auth import accounts, sessions
from dev.auth.callers import (
    Caller,
    address_of,
    find_caller,
    object_of,
    read_body,
    text_of,
    verified_claims,
)
from dev.auth.checks import check_password
from dev.auth.database import Connection
from dev.auth.errors import ApiError, bad_request, forbidden, unprocessable
from dev.auth.services import services_of
from dev.auth.users import password_matches, reload, user_json

KEYS_MAX_AGE_S = 600


async def health(_: Request) -> Response:
    """Say that the server runs; like GoTrue's, it does not ask the database."""
    body = {"version": "stand-in", "name": "GoTrue", "description": "development stand-in"}
    return JSONResponse(body)


async def settings(request: Request) -> Response:
    """Tell what a sign-in page may offer."""
    disable_signup = services_of(request).settings.disable_signup
    return JSONResponse(
        {
            "external": {"email": True, "phone": False, "anonymous_users": False},
            "disable_signup": disable_signup,
            "mailer_autoconfirm": True,
            "phone_autoconfirm": False,
            "sms_provider": "",
            "saml_enabled": False,
        }
    )


async def jwks(request: Request) -> Response:
    """Give the public keys; the shared secret is never among them."""
    headers = {"cache-control": f"public, max-age={KEYS_MAX_AGE_S}"}
    return JSONResponse({"keys": services_of(request).keys.public_keys()}, headers=headers)


async def verify(request: Request) -> Response:
    """Answer 204 for a valid token and 401 for any other: the gateway's check before a function."""
    try:
        verified_claims(request, services_of(request))
    except ApiError as error:
        raise ApiError(HTTPStatus.UNAUTHORIZED, error.code, error.message) from error
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def get_user(request: Request) -> Response:
    """Give the signed-in user as the database has it now."""
    services = services_of(request)
    async with services.pool.connection() as db:
        caller = await find_caller(request, services, db)
        if caller.claims.get("aud") != caller.user.aud:
            words = "Token audience doesn't match request audience"
            raise bad_request("validation_failed", words)
        return JSONResponse(await user_json(db, caller.user))


async def update_user(request: Request) -> Response:
    """Change the caller's password or user metadata."""
    services = services_of(request)
    async with services.pool.connection() as db:
        caller = await find_caller(request, services, db)
        services.limits.user_update.check(address_of(request), time.monotonic())
        body = await read_body(request)
        if object_of(body, "app_metadata") is not None:
            words = "Updating app_metadata requires admin privileges"
            raise forbidden("not_admin", words)
        if text_of(body, "email") not in {"", caller.user.email} or text_of(body, "phone"):
            words = "The stand-in sends no messages, so it cannot confirm a new address"
            raise unprocessable("feature_disabled", words)
        if body.get("password") is not None:
            await _change_password(db, caller, text_of(body, "password"))
        changes = object_of(body, "data")
        await accounts.merge_metadata(db, caller.user, user_changes=changes)
        return JSONResponse(await user_json(db, await reload(db, caller.user.id)))


async def _change_password(db: Connection, caller: Caller, password: str) -> None:
    """Change the password and end the user's other sessions."""
    check_password(password)
    if await password_matches(db, caller.user, password):
        words = "New password should be different from the old password."
        raise unprocessable("same_password", words)
    await accounts.set_password(db, caller.user.id, password)
    await sessions.end_all(db, caller.user.id, but=caller.session_id)


async def log_out(request: Request) -> Response:
    """End this session, all the others, or all of them."""
    services = services_of(request)
    scope = request.query_params.get("scope") or "global"
    async with services.pool.connection() as db:
        caller = await find_caller(request, services, db)
        if scope not in {"global", "local", "others"}:
            raise bad_request("validation_failed", f'Unsupported logout scope "{scope}"')
        if scope == "local" and caller.session_id:
            await sessions.end(db, caller.session_id)
        else:
            kept = caller.session_id if scope == "others" else None
            await sessions.end_all(db, caller.user.id, but=kept)
    return Response(status_code=HTTPStatus.NO_CONTENT)
