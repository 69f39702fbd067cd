"""The answer to a sign-in or a refresh: an access token, a refresh token and the user."""

from datetime import datetime
from typing import Any

from dev.auth.database import Connection
from dev.auth.hook import run_hook
from dev.auth.services import Services
from dev.auth.sessions import Session, encode_refresh_token
from dev.auth.users import User, user_json


def make_claims(
    user: User, session: Session, issuer: str, now: datetime, life_s: int
) -> dict[str, Any]:
    """Build GoTrue's claims. `amr` tells how and when the session began, also after a refresh."""
    issued_at = int(now.timestamp())
    return {
        "iss": issuer,
        "sub": str(user.id),
        "aud": user.aud,
        "exp": issued_at + life_s,
        "iat": issued_at,
        "email": user.email or "",
        "phone": user.phone or "",
        "app_metadata": user.app_metadata or {},
        "user_metadata": user.user_metadata or {},
        "role": user.role,
        "aal": "aal1",
        "amr": [{"method": "password", "timestamp": int(session.created_at.timestamp())}],
        "session_id": str(session.id),
        "is_anonymous": user.is_anonymous,
    }


async def issue(
    services: Services,
    db: Connection,
    user: User,
    session: Session,
    *,
    counter: int,
    method: str,
    now: datetime,
) -> dict[str, Any]:
    """Give the body of the answer; `method` is `password` or `token_refresh`."""
    life_s = services.settings.token_life_s
    claims = make_claims(user, session, services.settings.external_url, now, life_s)
    if services.hook is not None:
        claims = await run_hook(db, services.hook, user.id, claims, method)
    return {
        "access_token": services.keys.sign(claims),
        "token_type": "bearer",
        "expires_in": life_s,
        "expires_at": int(now.timestamp()) + life_s,
        "refresh_token": encode_refresh_token(session, counter),
        "user": await user_json(db, user),
    }
