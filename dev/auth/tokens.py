"""Access tokens: signed with one ES256 key, verified against the project's key set."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt

from dev.auth.settings import SettingsError

Claims = Mapping[str, Any]
ALGORITHM_OF_KEY_TYPE = {"EC": "ES256", "oct": "HS256"}
DECODE_OPTIONS: Any = {"verify_aud": False, "verify_iss": False}


class TokenError(Exception):
    """A token that this project did not sign, or that is no longer valid."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A key of the set. The algorithm comes from the key's type, never from a token."""

    kid: str | None
    algorithm: str
    key: jwt.PyJWK
    public: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The key that signs and the keys that verify."""

    signing_kid: str
    signing_key: jwt.PyJWK
    verifying: tuple[VerifyingKey, ...]

    def sign(self, claims: Claims) -> str:
        """Sign the claims as a compact JWT that names its key."""
        headers = {"kid": self.signing_kid}
        return jwt.encode(dict(claims), self.signing_key, algorithm="ES256", headers=headers)

    def verify(self, token: str) -> Claims:
        """Give the claims of a valid token. Raises `TokenError`."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError as error:
            raise TokenError(str(error)) from error
        failure = f"unrecognized JWT kid {header.get('kid')} for algorithm {header.get('alg')}"
        for candidate in self._candidates(header):
            try:
                return jwt.decode(
                    token,
                    candidate.key,
                    algorithms=[candidate.algorithm],
                    options=DECODE_OPTIONS,
                )
            except jwt.PyJWTError as error:
                failure = str(error)
        raise TokenError(failure)

    def public_keys(self) -> list[dict[str, Any]]:
        """Give the set that anyone may read: asymmetric keys, public parts only."""
        return [key.public for key in self.verifying if key.public is not None]

    def _candidates(self, header: Mapping[str, Any]) -> list[VerifyingKey]:
        """Keys that may have signed: the one named, or any HS256 secret for an HS256 token."""
        named = [key for key in self.verifying if key.kid and key.kid == header.get("kid")]
        if named or header.get("alg") != "HS256":
            return named
        return [key for key in self.verifying if key.algorithm == "HS256"]


def _read_keys(path: Path) -> list[dict[str, Any]]:
    """Read one JWK, a list of them, or a JWK set."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: not a readable key file: {error}") from error
    if isinstance(content, dict):
        content = content.get("keys", [content])
    if not isinstance(content, list) or not all(isinstance(key, dict) for key in content):
        raise SettingsError(f"{path}: neither a JWK nor a set of them")
    return content


def _verifying_key(jwk: dict[str, Any]) -> VerifyingKey:
    algorithm = ALGORITHM_OF_KEY_TYPE.get(str(jwk.get("kty")))
    if algorithm is None:
        raise SettingsError(f"JWT_JWKS: key type {jwk.get('kty')!r} is not supported")
    public = None
    if algorithm == "ES256":
        public = {name: jwk[name] for name in ("kty", "crv", "x", "y")}
        public |= {"alg": "ES256", "use": "sig", "key_ops": ["verify"], "kid": jwk.get("kid")}
    material = jwt.PyJWK(public or jwk, algorithm)
    return VerifyingKey(jwk.get("kid"), algorithm, material, public)


def read_key_ring(signing_key: Path, jwks: Path) -> KeyRing:
    """Read the key files. Raises `SettingsError`, also when the set lacks the signing key."""
    (private,) = _read_keys(signing_key)[:1] or [{}]
    kid = private.get("kid")
    if not isinstance(kid, str) or "d" not in private:
        raise SettingsError("AUTH_SIGNING_KEY: not a private EC key with a kid")
    try:
        ring = KeyRing(
            signing_kid=kid,
            signing_key=jwt.PyJWK(private, "ES256"),
            verifying=tuple(_verifying_key(key) for key in _read_keys(jwks)),
        )
        ring.verify(ring.sign({}))
    except (jwt.PyJWTError, TokenError, KeyError) as error:
        raise SettingsError(f"AUTH_SIGNING_KEY and JWT_JWKS do not fit: {error}") from error
    return ring
