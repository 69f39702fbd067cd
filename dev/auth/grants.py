"""How a caller gets tokens: sign up, sign in, refresh."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.auth import accounts, sessions
from dev.auth.callers import address_of, ip_of, object_of, read_body, text_of
from dev.auth.checks import check_email, check_password
from dev.auth.database import Connection
from dev.auth.errors import bad_request, unprocessable
from dev.auth.issue import issue
from dev.auth.services import Services, services_of
from dev.auth.sessions import Verdict
from dev.auth.users import User, find_by_email, find_by_id, password_matches, reload


async def sign_up(request: Request) -> Response:
    """Create an account and sign in to it, where sign-ups are allowed."""
    services = services_of(request)
    body = await read_body(request)
    if not text_of(body, "email"):
        raise unprocessable("anonymous_provider_disabled", "Anonymous sign-ins are disabled")
    services.limits.sign_up.check(address_of(request), time.monotonic())
    if services.settings.disable_signup:
        raise unprocessable("signup_disabled", "Signups not allowed for this instance")
    check_password(text_of(body, "password"))
    new = accounts.NewUser(
        email=check_email(text_of(body, "email")),
        password=text_of(body, "password"),
        user_metadata=object_of(body, "data") or {},
        confirmed=True,
    )
    async with services.pool.connection() as db:
        user = await accounts.create(db, new, taken=accounts.user_already_exists())
        return JSONResponse(await _start_session(services, db, user, request))


async def token(request: Request) -> Response:
    """Exchange a password or a refresh token for a pair of tokens."""
    services = services_of(request)
    grant = request.query_params.get("grant_type", "")
    if grant == "password":
        services.limits.sign_in.check(address_of(request), time.monotonic())
        return JSONResponse(await _sign_in(services, request, await read_body(request)))
    if grant == "refresh_token":
        services.limits.refresh.check(address_of(request), time.monotonic())
        text = text_of(await read_body(request), "refresh_token")
        return JSONResponse(await _refresh(services, text))
    raise bad_request("invalid_credentials", "unsupported_grant_type")


async def _sign_in(services: Services, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    email, password = text_of(body, "email"), text_of(body, "password")
    if text_of(body, "phone"):
        raise unprocessable("phone_provider_disabled", "Phone logins are disabled")
    if not email:
        raise bad_request("validation_failed", "missing email or phone")
    async with services.pool.connection() as db:
        user = await find_by_email(db, email, accounts.AUDIENCE)
        if user is None or not user.encrypted_password:
            raise bad_request("invalid_credentials", "Invalid login credentials")
        if user.is_banned(datetime.now(UTC)):
            raise bad_request("user_banned", "User is banned")
        if not await password_matches(db, user, password):
            raise bad_request("invalid_credentials", "Invalid login credentials")
        if user.email_confirmed_at is None:
            raise bad_request("email_not_confirmed", "Email not confirmed")
        return await _start_session(services, db, user, request)


async def _start_session(
    services: Services, db: Connection, user: User, request: Request
) -> dict[str, Any]:
    agent = request.headers.get("user-agent")
    session = await sessions.start(db, user.id, ip_of(request), agent)
    user = await reload(db, user.id)
    return await issue(
        services, db, user, session, counter=0, method="password", now=session.created_at
    )


async def _refresh(services: Services, text: str) -> dict[str, Any]:
    presented = sessions.decode_refresh_token(text)
    not_found = bad_request(
        "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found"
    )
    if presented is None:
        raise not_found
    now = datetime.now(UTC)
    async with services.pool.connection() as db:
        session = await sessions.lock(db, presented.session_id)
        if session is None:
            raise not_found
        reuse = timedelta(seconds=services.settings.reuse_interval_s)
        verdict = sessions.judge(presented, session, now, reuse)
        if verdict is Verdict.FOREIGN:
            raise not_found
        if verdict is Verdict.REUSED:
            await sessions.end(db, session.id)
            await db.commit()
            words = "Invalid Refresh Token: Already Used"
            raise bad_request("refresh_token_already_used", words)
        user = await find_by_id(db, session.user_id)
        if user is None:
            raise not_found
        if user.is_banned(now):
            raise bad_request("user_banned", "Invalid Refresh Token: User Banned")
        counter = session.counter + (verdict is Verdict.ROTATE)
        await sessions.touch(db, session.id, counter, now)
        return await issue(
            services, db, user, session, counter=counter, method="token_refresh", now=now
        )
