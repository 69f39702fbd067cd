"""Writes to auth.users: create, change, ban and delete."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from dev.auth.database import Connection
from dev.auth.errors import ApiError, unprocessable
from dev.auth.users import NO_INSTANCE, User, find_by_email, reload

AUDIENCE = "authenticated"


@dataclass(frozen=True, slots=True)
class NewUser:
    """What a new account is made of. Without a password nobody can sign in to it yet."""

    email: str
    password: str | None = None
    password_hash: str | None = None
    user_id: UUID = field(default_factory=uuid4)
    role: str = "authenticated"
    aud: str = AUDIENCE
    app_metadata: dict[str, Any] = field(default_factory=dict)
    user_metadata: dict[str, Any] = field(default_factory=dict)
    confirmed: bool = False


async def create(db: Connection, new: NewUser, *, taken: ApiError) -> User:
    """Insert the user and its e-mail identity. Raises `taken` when the address is in use."""
    if await find_by_email(db, new.email, new.aud) is not None:
        raise taken
    password = new.password or secrets.token_urlsafe(48)
    query = b"""
        insert into auth.users (
            instance_id, id, aud, role, email, encrypted_password, email_confirmed_at,
            confirmation_token, recovery_token, email_change_token_new, email_change,
            raw_app_meta_data, raw_user_meta_data, created_at, updated_at
        )
        values (
            %(instance_id)s, %(id)s, %(aud)s, %(role)s, %(email)s,
            coalesce(
                %(password_hash)s, extensions.crypt(%(password)s, extensions.gen_salt('bf', 10))
            ),
            case when %(confirmed)s then now() end,
            '', '', '', '', %(app_metadata)s, %(user_metadata)s, now(), now()
        )
        on conflict do nothing
        returning id
    """
    providers = {"provider": "email", "providers": ["email"]}
    values = {
        "instance_id": NO_INSTANCE,
        "id": new.user_id,
        "aud": new.aud,
        "role": new.role,
        "email": new.email,
        "password": password,
        "password_hash": new.password_hash,
        "confirmed": new.confirmed,
        "app_metadata": Jsonb(providers | new.app_metadata),
        "user_metadata": Jsonb(new.user_metadata),
    }
    if await (await db.execute(query, values)).fetchone() is None:
        raise taken
    await _insert_identity(db, new)
    return await reload(db, new.user_id)


async def _insert_identity(db: Connection, new: NewUser) -> None:
    data = {
        "sub": str(new.user_id),
        "email": new.email,
        "email_verified": False,
        "phone_verified": False,
    }
    query = b"""
        insert into auth.identities (
            provider_id, user_id, identity_data, provider,
            last_sign_in_at, created_at, updated_at
        )
        values (%s, %s, %s, 'email', now(), now(), now())
    """
    await db.execute(query, (str(new.user_id), new.user_id, Jsonb(data)))


async def set_password(db: Connection, user_id: UUID, password: str) -> None:
    """Replace the password; ending the user's other sessions is the caller's part."""
    query = b"""
        update auth.users
        set
            encrypted_password = extensions.crypt(%s, extensions.gen_salt('bf', 10)),
            updated_at = now()
        where id = %s
    """
    await db.execute(query, (password, user_id))


def merge(old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    """Lay the new keys over the old ones; a null value removes its key."""
    changes = new or {}
    merged = (old or {}) | changes
    return {
        name: value for name, value in merged.items() if name not in changes or value is not None
    }


async def merge_metadata(
    db: Connection,
    user: User,
    *,
    app_changes: dict[str, Any] | None = None,
    user_changes: dict[str, Any] | None = None,
) -> None:
    """Merge changes into the user's two metadata objects."""
    query = b"""
        update auth.users
        set raw_app_meta_data = %s, raw_user_meta_data = %s, updated_at = now()
        where id = %s
    """
    app_metadata = merge(user.app_metadata, app_changes)
    user_metadata = merge(user.user_metadata, user_changes)
    await db.execute(query, (Jsonb(app_metadata), Jsonb(user_metadata), user.id))


async def set_role(db: Connection, user_id: UUID, role: str) -> None:
    """Set the role that the user's tokens will carry."""
    query = b"update auth.users set role = %s, updated_at = now() where id = %s"
    await db.execute(query, (role, user_id))


async def confirm_email(db: Connection, user_id: UUID) -> None:
    """Mark the address as confirmed; only then may the user sign in."""
    query = b"""
        update auth.users
        set email_confirmed_at = now(), confirmation_token = '', updated_at = now()
        where id = %s
    """
    await db.execute(query, (user_id,))


async def set_email(db: Connection, user: User, email: str, *, verified: bool) -> None:
    """Change the address of the user and of its e-mail identity.

    Raises `ApiError` 422 when another user has it.
    """
    owner = await find_by_email(db, email, user.aud)
    if owner is not None and owner.id != user.id:
        raise email_exists()
    query = b"update auth.users set email = %s, updated_at = now() where id = %s"
    await db.execute(query, (email, user.id))
    query = b"""
        update auth.identities
        set identity_data = identity_data || %s, updated_at = now()
        where user_id = %s and provider = 'email'
    """
    await db.execute(query, (Jsonb({"email": email, "email_verified": verified}), user.id))


async def ban(db: Connection, user_id: UUID, duration: timedelta) -> None:
    """Ban from now for the duration; zero lifts the ban."""
    query = b"""
        update auth.users
        set
            banned_until = case when %(d)s > interval '0' then now() + %(d)s end,
            updated_at = now()
        where id = %(id)s
    """
    await db.execute(query, {"d": duration, "id": user_id})


async def delete(db: Connection, user_id: UUID) -> None:
    """Delete the user; sessions and identities go with it."""
    await db.execute(b"delete from auth.users where id = %s", (user_id,))


def email_exists() -> ApiError:
    """The admin API's refusal of an address in use."""
    words = "A user with this email address has already been registered"
    return unprocessable("email_exists", words)


def user_already_exists() -> ApiError:
    """The sign-up's refusal of an address in use."""
    return unprocessable("user_already_exists", "User already registered")
