"""Rows of auth.users and auth.identities, and the JSON that GoTrue makes of them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import sql
from psycopg.rows import class_row, dict_row

from dev.auth.database import Connection
from dev.auth.errors import unexpected

NO_INSTANCE = UUID(int=0)
COLUMNS = """
    id, aud, role, email, phone, encrypted_password, email_confirmed_at, phone_confirmed_at,
    confirmed_at, invited_at, confirmation_sent_at, recovery_sent_at, email_change_sent_at,
    last_sign_in_at, raw_app_meta_data as app_metadata, raw_user_meta_data as user_metadata,
    created_at, updated_at, banned_until, deleted_at, is_anonymous,
    num_nulls(
        role, created_at, updated_at, confirmation_token, recovery_token,
        email_change_token_current, email_change_token_new, email_change,
        email_change_confirm_status, phone_change_token, phone_change, reauthentication_token
    ) > 0 as unreadable
"""
TIMES_OF_JSON = (
    "email_confirmed_at",
    "phone_confirmed_at",
    "confirmed_at",
    "invited_at",
    "confirmation_sent_at",
    "recovery_sent_at",
    "email_change_sent_at",
    "last_sign_in_at",
    "created_at",
    "updated_at",
    "banned_until",
    "deleted_at",
)


@dataclass(frozen=True, slots=True)
class User:
    """A row of auth.users. `unreadable`: a null where GoTrue's model has none (a bad seed)."""

    id: UUID
    aud: str
    role: str
    email: str | None
    phone: str | None
    encrypted_password: str | None
    email_confirmed_at: datetime | None
    phone_confirmed_at: datetime | None
    confirmed_at: datetime | None
    invited_at: datetime | None
    confirmation_sent_at: datetime | None
    recovery_sent_at: datetime | None
    email_change_sent_at: datetime | None
    last_sign_in_at: datetime | None
    app_metadata: dict[str, Any] | None
    user_metadata: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    banned_until: datetime | None
    deleted_at: datetime | None
    is_anonymous: bool
    unreadable: bool

    def is_banned(self, now: datetime) -> bool:
        """Whether the ban still holds."""
        return self.banned_until is not None and self.banned_until > now


def time_text(instant: datetime) -> str:
    """RFC 3339 in UTC with a Z, as Go writes it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


async def _find(db: Connection, condition: LiteralString, *values: object) -> User | None:
    """Find one user. Raises `ApiError` 500 for a row that GoTrue could not read either."""
    query = sql.SQL("select {} from auth.users where instance_id = %s and {}").format(
        sql.SQL(COLUMNS), sql.SQL(condition)
    )
    async with db.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(query, (NO_INSTANCE, *values))
        user = await cursor.fetchone()
    if user is not None and user.unreadable:
        raise unexpected("Database error querying schema")
    return user


async def find_by_email(db: Connection, email: str, aud: str) -> User | None:
    """Find the user who signs in with this address; null columns hide a row as on hosted."""
    condition = "lower(email) = %s and aud = %s and not is_sso_user"
    return await _find(db, condition, email.lower(), aud)


async def find_by_id(db: Connection, user_id: UUID) -> User | None:
    """Find a user by id."""
    return await _find(db, "id = %s", user_id)


async def reload(db: Connection, user_id: UUID) -> User:
    """Read a user that this transaction has just written."""
    user = await find_by_id(db, user_id)
    if user is None:
        raise unexpected("Database error loading user")
    return user


async def password_matches(db: Connection, user: User, password: str) -> bool:
    """Compare with the bcrypt hash, in the database."""
    if not user.encrypted_password:
        return False
    query = b"select extensions.crypt(%s, %s) = %s as matches"
    stored = user.encrypted_password
    async with db.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, (password, stored, stored))
        row = await cursor.fetchone()
    return row is not None and row["matches"] is True


async def user_json(db: Connection, user: User) -> dict[str, Any]:
    """Give the user as GoTrue serialises it: null times are left out."""
    times = {name: getattr(user, name) for name in TIMES_OF_JSON}
    return {
        "id": str(user.id),
        "aud": user.aud,
        "role": user.role,
        "email": user.email or "",
        "phone": user.phone or "",
        **{name: time_text(instant) for name, instant in times.items() if instant},
        "app_metadata": user.app_metadata or {},
        "user_metadata": user.user_metadata or {},
        "identities": await _identities_json(db, user.id),
        "is_anonymous": user.is_anonymous,
    }


async def _identities_json(db: Connection, user_id: UUID) -> list[dict[str, Any]]:
    query = b"""
        select
            id as identity_id, provider_id as id, user_id, identity_data, provider,
            last_sign_in_at, created_at, updated_at, email
        from auth.identities
        where user_id = %s
        order by created_at, id
    """
    async with db.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, (user_id,))
        rows = await cursor.fetchall()
    return [
        {name: _json_value(value) for name, value in row.items() if value is not None}
        for row in rows
    ]


def _json_value(value: object) -> object:
    if isinstance(value, datetime):
        return time_text(value)
    return str(value) if isinstance(value, UUID) else value
