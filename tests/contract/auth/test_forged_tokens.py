"""A battery of forged tokens: none of them is anybody, and none is an administrator."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.contract.auth.support import Account, Project, claims_of, segment


@dataclass(frozen=True, slots=True)
class Sample:
    """A real token and what an attacker can know: its parts and the published keys."""

    token: str
    header: dict[str, Any]
    claims: dict[str, Any]
    keys: dict[str, Any]

    @property
    def kid(self) -> str:
        return str(self.header["kid"])

    def public_key(self, encoding: Encoding, form: PublicFormat) -> bytes:
        key: ec.EllipticCurvePublicKey = jwt.PyJWK(self.key).key
        return key.public_bytes(encoding, form)

    @property
    def key(self) -> dict[str, Any]:
        found: dict[str, Any] = next(k for k in self.keys["keys"] if k["kid"] == self.kid)
        return found


@pytest.fixture(scope="module")
def sample(project: Project, account: Account) -> Sample:
    token = str(project.sign_in(account)["access_token"])
    keys = project.request("GET", "/.well-known/jwks.json").json()
    return Sample(token, jwt.get_unverified_header(token), claims_of(token), keys)


def _unsigned(sample: Sample, algorithm: str, claims: dict[str, Any], signature: str = "") -> str:
    header = sample.header | {"alg": algorithm}
    return f"{segment(header)}.{segment(claims)}.{signature}"


def _hmac(sample: Sample, secret: bytes, **header: str) -> str:
    """Sign as an attacker would, with a secret that PyJWT itself refuses to use."""
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    head = {"typ": "JWT"} | header | {"alg": "HS256"}
    signed = f"{segment(head)}.{segment(sample.claims)}"
    return f"{signed}.{segment(algorithm.sign(signed.encode(), secret))}"


def _stranger(sample: Sample, claims: dict[str, Any] | None = None, **header: Any) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(claims or sample.claims, key, "ES256", {"kid": sample.kid} | header)


def _with_own_key_in_header(sample: Sample) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    own = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    return jwt.encode(sample.claims, key, "ES256", {"kid": sample.kid, "jwk": own})


def _tampered(sample: Sample, **changes: Any) -> str:
    header, _, signature = sample.token.split(".")
    return f"{header}.{segment(sample.claims | changes)}.{signature}"


def _pem(sample: Sample) -> bytes:
    return sample.public_key(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _der(sample: Sample) -> bytes:
    return sample.public_key(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


FORGERIES: dict[str, Callable[[Sample], str]] = {
    "alg none": lambda s: _unsigned(s, "none", s.claims),
    "alg None": lambda s: _unsigned(s, "None", s.claims),
    "alg NONE with the signature": lambda s: _unsigned(s, "NONE", s.claims, s.token.split(".")[2]),
    "alg none as service_role": lambda s: _unsigned(
        s, "none", {"role": "service_role", "exp": s.claims["exp"]}
    ),
    "alg empty": lambda s: _unsigned(s, "", s.claims),
    "alg null": lambda s: f"{segment({'alg': None})}.{segment(s.claims)}.",
    "HS256 with the public PEM": lambda s: _hmac(s, _pem(s), kid=s.kid),
    "HS256 with the public PEM, no kid": lambda s: _hmac(s, _pem(s)),
    "HS256 with the public DER": lambda s: _hmac(s, _der(s), kid=s.kid),
    "HS256 with the JWK": lambda s: _hmac(s, json.dumps(s.key).encode(), kid=s.kid),
    "HS256 with x": lambda s: _hmac(s, s.key["x"].encode(), kid=s.kid),
    "HS256 with the empty secret": lambda s: _hmac(s, b""),
    "HS256 with the word secret": lambda s: _hmac(s, b"secret"),
    "HS256 with an unknown kid": lambda s: _hmac(s, b"secret", kid="../../dev/null"),
    "another key under our kid": lambda s: _stranger(s),
    "another key under its own kid": lambda s: _stranger(s, kid="stranger"),
    "another key without kid": lambda s: _stranger(s, kid=""),
    "another key, expired": lambda s: _stranger(s, s.claims | {"exp": int(time.time()) - 60}),
    "a kid that is SQL": lambda s: _stranger(s, kid="' or 1=1 --"),
    "its own key in the header": _with_own_key_in_header,
    "a key set by address": lambda s: _stranger(s, jku="http://127.0.0.1:9/jwks.json"),
    "role changed": lambda s: _tampered(s, role="service_role"),
    "subject changed": lambda s: _tampered(s, sub="00000000-0000-0000-0000-000000000001"),
    "expiry moved": lambda s: _tampered(s, exp=s.claims["exp"] + 86_400),
    "signature dropped": lambda s: s.token.rsplit(".", 1)[0] + ".",
    "signature cut": lambda s: s.token[:-4],
    "signature of zeros": lambda s: s.token.rsplit(".", 1)[0] + "." + segment(bytes(64)),
    "two parts": lambda s: s.token.rsplit(".", 1)[0],
    "four parts": lambda s: s.token + ".e30",
    "not a token": lambda _: "x",
    "a list of claims": lambda s: f"{s.token.split('.')[0]}.{segment([1])}.{segment(b'x')}",
    "the refresh token's look": lambda _: "v1.abc",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_nobody_and_administers_nothing(
    project: Project, sample: Sample, name: str
) -> None:
    forged = FORGERIES[name](sample)
    for method, path in [("GET", "/user"), ("POST", "/logout"), ("GET", "/admin/users")]:
        answer = project.request(method, path, token=forged)
        assert answer.status_code in {401, 403}, (method, path, answer.text)
    assert project.request("GET", "/user", token=sample.token).status_code == 200
