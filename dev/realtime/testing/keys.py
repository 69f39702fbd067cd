"""Signing keys of a test: what the project's Auth would hold."""

from __future__ import annotations

import json
import secrets
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

EC_KEY_ID = "contract-es256"
SECRET_KEY_ID = "contract-hs256"
TOKEN_LIFE_S = 600


class SigningKeys:
    """An EC P-256 key and a shared secret, with the JWKS that verifies both."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._secret = secrets.token_bytes(40)

    def write_jwks(self, path: Path) -> Path:
        """Write `{"keys": [...]}` as the stand-in reads it."""
        public: dict[str, Any] = ECAlgorithm.to_jwk(self._private.public_key(), as_dict=True)
        public |= {"kid": EC_KEY_ID, "alg": "ES256", "use": "sig"}
        text = urlsafe_b64encode(self._secret).rstrip(b"=").decode()
        secret = {"kty": "oct", "kid": SECRET_KEY_ID, "alg": "HS256", "k": text}
        path.write_text(json.dumps({"keys": [public, secret]}))
        return path

    def token(
        self, role: object = "authenticated", *, lives_s: float = TOKEN_LIFE_S, **claims: Any
    ) -> str:
        """A token as Auth signs it (ES256)."""
        payload = _payload(role, lives_s, claims)
        return jwt.encode(payload, self._private, "ES256", headers={"kid": EC_KEY_ID})

    def without(self, claim: str) -> str:
        """A token that lacks a claim."""
        payload = _payload("authenticated", TOKEN_LIFE_S, {})
        del payload[claim]
        return jwt.encode(payload, self._private, "ES256", headers={"kid": EC_KEY_ID})

    def legacy_token(
        self, role: object = "authenticated", *, lives_s: float = TOKEN_LIFE_S, **claims: Any
    ) -> str:
        """A token signed with the shared secret, naming no key."""
        return jwt.encode(_payload(role, lives_s, claims), self._secret, "HS256")


def _payload(role: object, lives_s: float, claims: dict[str, Any]) -> dict[str, Any]:
    return {"role": role, "exp": int(time.time() + lives_s), **claims}
