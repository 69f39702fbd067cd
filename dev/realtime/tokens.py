"""JWT verification with the keys of one JWKS file (ES256 by key id, HS256 by shared secret)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jwt
from jwt.types import Options

from dev.realtime.errors import TokenRefused

Claims = Mapping[str, Any]
ALGORITHMS = {"EC": "ES256", "oct": "HS256"}
UNVERIFIED: Options = {
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


@dataclass(frozen=True, slots=True)
class Key:
    """One verifying key; `kid` is null for a key that names none."""

    kid: str | None
    algorithm: str
    material: jwt.PyJWK


class KeySet:
    """The project's verifying keys."""

    def __init__(self, keys: list[Key]) -> None:
        self._keys = keys

    @classmethod
    def from_file(cls, path: Path) -> KeySet:
        """Read `{"keys": [...]}`; keys of other types than EC and oct are left out."""
        documents: list[dict[str, Any]] = json.loads(path.read_text())["keys"]
        keys = []
        for document in documents:
            algorithm = ALGORITHMS.get(document["kty"])
            if algorithm is not None:
                material = jwt.PyJWK.from_dict(document, algorithm)
                keys.append(Key(document.get("kid"), algorithm, material))
        return cls(keys)

    def verify(self, token: str, now: float) -> Claims:
        """Claims of a valid token at `now` (Unix seconds).

        Raises `TokenRefused`.
        """
        clean = re.sub(r"\s", "", unquote(token))
        try:
            header = jwt.get_unverified_header(clean)
            claims = self._decode(clean, header)
        except jwt.InvalidSignatureError as error:
            raise TokenRefused("JwtSignatureError", "Failed to validate JWT signature") from error
        except jwt.PyJWTError as error:
            raise TokenRefused("MalformedJWT", "The token provided is not a valid JWT") from error
        _check_claims(claims, now)
        return claims

    def _decode(self, token: str, header: Mapping[str, Any]) -> dict[str, Any]:
        key = self._choose(header.get("alg"), header.get("kid"))
        claims: dict[str, Any] = jwt.decode(
            token, key.material, algorithms=[key.algorithm], options=UNVERIFIED
        )
        return claims

    def _choose(self, algorithm: object, kid: object) -> Key:
        usable = [key for key in self._keys if key.algorithm == algorithm]
        named = [key for key in usable if key.kid == kid and kid is not None]
        # The shared secret signs legacy tokens, which name another key or none.
        if named or (usable and (algorithm == "HS256" or kid is None)):
            return (named or usable)[0]
        which = f" for key ID (kid) {json.dumps(kid)}" if kid is not None else ""
        raise TokenRefused(
            "JwtSignerError",
            f"Failed to generate JWT signer{which}, check your JWT secret or JWKS configuration",
        )


def _check_claims(claims: Claims, now: float) -> None:
    if "role" not in claims or "exp" not in claims:
        raise TokenRefused("InvalidJWTToken", "Fields `role` and `exp` are required in JWT")
    expires = claims["exp"]
    if isinstance(expires, bool) or not isinstance(expires, int):
        raise TokenRefused("InvalidJWTToken", "Token expiration time is invalid")
    if int(now) >= expires:
        ago = int(now) - expires
        raise TokenRefused("InvalidJWTToken", f"Token has expired {ago} seconds ago")


def seconds_to_expiry(claims: Claims, now: float) -> int:
    """Counted from the whole second, as the real server does: up to one second late."""
    return int(claims["exp"]) - int(now)
