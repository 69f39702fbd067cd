"""The project that the client tests talk to: the one the environment names, or a stand-in's own.

With SUPABASE_URL set: SUPABASE_PUBLISHABLE_KEY, DATABASE_URL (may call realtime.send), JWT_JWKS
(holds the project's shared secret, for short-lived tokens), NOC_TEST_EMAIL and NOC_TEST_PASSWORD
(default: the demo's admin), NOC_TEST_TOPIC and NOC_TEST_DENIED_TOPIC.
"""

from __future__ import annotations

import json
import os
import time
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import jwt
import psycopg

from dev.realtime.testing.gateway import gateway_to
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.testing.process import StandIn

PUBLISHABLE_KEY = "sb_publishable_contract"
SECRET_KEY = "sb_secret_contract"
DEMO_USER = ("admin@noc.local", "noc-demo-2026")
USER_ID = "7c5c1a4e-0000-4000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Project:
    """Where the clients connect. `token(lives_s)` is one of a user who may read `topic` only."""

    url: str
    publishable_key: str
    db_url: str
    topic: str
    denied_topic: str
    token: Callable[[float], str]

    def send(self, payload: dict[str, object], event: str = "changed") -> None:
        """Broadcast from the database on the topic, in a transaction of its own."""
        with psycopg.connect(self.db_url, autocommit=True) as connection:
            query = "select realtime.send(%s::jsonb, %s, %s)"
            connection.execute(query, (json.dumps(payload), event, self.topic))


@asynccontextmanager
async def own_project(server: StandIn, keys: SigningKeys, db_url: str) -> AsyncIterator[Project]:
    """A stand-in behind the least of a gateway."""
    opaque = {
        PUBLISHABLE_KEY: keys.token("anon", lives_s=3600),
        SECRET_KEY: keys.token("service_role", lives_s=3600),
    }
    async with gateway_to(server.port, opaque) as url:

        def token(lives_s: float) -> str:
            return keys.token(sub=USER_ID, lives_s=lives_s)

        yield Project(url, PUBLISHABLE_KEY, db_url, "read:project", "none:project", token)


def named_project() -> Project:
    """The project of the environment, with a demo user signed in.

    Raises `KeyError` naming a missing variable, `httpx.HTTPStatusError` when the sign-in fails.
    """
    environment = os.environ
    url, key = environment["SUPABASE_URL"], environment["SUPABASE_PUBLISHABLE_KEY"]
    secret = _shared_secret(Path(environment["JWT_JWKS"]))
    email = environment.get("NOC_TEST_EMAIL", DEMO_USER[0])
    password = environment.get("NOC_TEST_PASSWORD", DEMO_USER[1])
    answer = httpx.post(
        f"{url}/auth/v1/token?grant_type=password",
        json={"email": email, "password": password},
        headers={"apikey": key},
    ).raise_for_status()
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})

    def token(lives_s: float) -> str:
        return jwt.encode({**claims, "exp": int(time.time() + lives_s)}, secret, "HS256")

    return Project(
        url,
        key,
        environment["DATABASE_URL"],
        environment.get("NOC_TEST_TOPIC", "noc:global"),
        environment.get("NOC_TEST_DENIED_TOPIC", "noc:nobody"),
        token,
    )


def _shared_secret(jwks: Path) -> bytes:
    for key in json.loads(jwks.read_text())["keys"]:
        if key["kty"] == "oct":
            text = str(key["k"])
            return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    raise RuntimeError(f"{jwks.name} holds no shared secret")
