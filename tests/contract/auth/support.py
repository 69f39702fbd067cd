"""What the Auth contract tests share: the project under test, its accounts and raw requests."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
from supabase import Client, ClientOptions, create_client

PASSWORD = "contract-Test-2026"
TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Project:
    """A Supabase project, the local stack or a hosted one."""

    url: str
    publishable_key: str
    secret_key: str
    http: httpx.Client

    def client(self, key: str | None = None) -> Client:
        """Make an unmodified client that keeps its session to itself."""
        options = ClientOptions(
            auto_refresh_token=False, persist_session=False, httpx_client=self.http
        )
        return create_client(self.url, key or self.publishable_key, options)

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Call the Auth API with the publishable key and, where given, a bearer token."""
        sent = dict(headers or {})
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        content = "" if body is None else json.dumps(body)
        return self.raw(method, path, content=content, headers=sent)

    def raw(
        self, method: str, path: str, *, content: str, headers: dict[str, str]
    ) -> httpx.Response:
        """Call the Auth API with a body as it stands."""
        url = f"{self.url}/auth/v1{path}"
        sent = {"apikey": self.publishable_key} | headers
        return self.http.request(method, url, headers=sent, content=content)

    def sign_in(self, account: "Account") -> dict[str, Any]:
        """Sign in and give the raw answer."""
        body = {"email": account.email, "password": account.password}
        answer = self.request("POST", "/token?grant_type=password", body=body)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def refresh(self, refresh_token: str) -> httpx.Response:
        """Exchange a refresh token."""
        body = {"refresh_token": refresh_token}
        return self.request("POST", "/token?grant_type=refresh_token", body=body)


@dataclass(frozen=True, slots=True)
class Account:
    """An account that may sign in."""

    user_id: str
    email: str
    password: str


def required(name: str) -> str:
    """Read an environment variable; a missing one fails the test, it never skips it."""
    value = os.environ.get(name)
    assert value, f"{name} is not set: it names the project that the contract tests run against"
    return value


def new_address() -> str:
    """Give an address that no other run has used."""
    return f"contract-{secrets.token_hex(8)}@noc.local"


def claims_of(token: str) -> dict[str, Any]:
    """Read a token's claims without verifying them."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def segment(content: object) -> str:
    """Encode one part of a JWT."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
