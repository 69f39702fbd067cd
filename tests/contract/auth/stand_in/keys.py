"""Key files such as the stack writes, made anew for each test."""

import base64
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

SECRET = b"a shared secret of at least thirty-two bytes"


def make_keys(folder: Path, kid: str = "key-1") -> tuple[Path, Path]:
    """Write a private signing key and the set that verifies it and an HS256 secret."""
    private = ec.generate_private_key(ec.SECP256R1())
    signing = json.loads(ECAlgorithm.to_jwk(private)) | {"kid": kid, "alg": "ES256"}
    public = json.loads(ECAlgorithm.to_jwk(private.public_key())) | {"kid": kid, "alg": "ES256"}
    shared = {"kty": "oct", "k": base64.urlsafe_b64encode(SECRET).decode().rstrip("=")}
    signing_key, jwks = folder / f"{kid}.json", folder / f"{kid}.jwks.json"
    signing_key.write_text(json.dumps(signing), encoding="utf-8")
    jwks.write_text(json.dumps({"keys": [public, shared]}), encoding="utf-8")
    return signing_key, jwks
