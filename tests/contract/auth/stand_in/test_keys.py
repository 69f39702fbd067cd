"""The stand-in's key ring: what it verifies, and key files that cannot start it."""

import json
import time
from pathlib import Path

import jwt
import pytest

from dev.auth.settings import SettingsError
from dev.auth.tokens import KeyRing, TokenError, read_key_ring
from tests.contract.auth.stand_in.keys import SECRET, make_keys


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return read_key_ring(*make_keys(tmp_path))


def test_its_own_token_is_verified(ring: KeyRing) -> None:
    assert ring.verify(ring.sign({"sub": "x", "exp": time.time() + 60}))["sub"] == "x"


def test_an_expired_token_is_refused_though_its_signature_is_right(ring: KeyRing) -> None:
    with pytest.raises(TokenError, match="expired"):
        ring.verify(ring.sign({"sub": "x", "exp": time.time() - 1}))


def test_a_token_of_the_future_is_refused(ring: KeyRing) -> None:
    with pytest.raises(TokenError):
        ring.verify(ring.sign({"sub": "x", "nbf": time.time() + 60}))


def test_the_shared_secret_verifies_hs256_with_or_without_a_kid(ring: KeyRing) -> None:
    for headers in (None, {"kid": "unknown"}):
        token = jwt.encode({"role": "service_role"}, SECRET, "HS256", headers)
        assert ring.verify(token)["role"] == "service_role"


def test_the_shared_secret_does_not_verify_another_algorithm(ring: KeyRing) -> None:
    with pytest.raises(TokenError):
        ring.verify(jwt.encode({"role": "service_role"}, SECRET + SECRET, "HS512"))


def test_hs256_under_the_kid_of_the_ec_key_is_refused(ring: KeyRing) -> None:
    token = jwt.encode({"role": "service_role"}, SECRET, "HS256", {"kid": ring.signing_kid})
    with pytest.raises(TokenError):
        ring.verify(token)


def test_another_projects_token_is_refused(ring: KeyRing, tmp_path: Path) -> None:
    other = read_key_ring(*make_keys(tmp_path, "key-2"))
    with pytest.raises(TokenError):
        ring.verify(other.sign({"sub": "x"}))


def test_only_public_parts_are_published(ring: KeyRing) -> None:
    (key,) = ring.public_keys()
    assert key["kid"] == ring.signing_kid
    assert not {"d", "k"} & key.keys()


def test_a_set_without_the_signing_key_cannot_start(tmp_path: Path) -> None:
    signing_key, _ = make_keys(tmp_path)
    _, other_set = make_keys(tmp_path, "key-2")
    with pytest.raises(SettingsError, match="do not fit"):
        read_key_ring(signing_key, other_set)


@pytest.mark.parametrize("content", ["", "{", "1", "[]", "[1]", '{"kty":"EC"}'])
def test_a_file_that_is_no_key_cannot_start(tmp_path: Path, content: str) -> None:
    _, jwks = make_keys(tmp_path)
    broken = tmp_path / "broken.json"
    broken.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError):
        read_key_ring(broken, jwks)


def test_a_signing_key_may_come_as_the_only_one_of_a_list(tmp_path: Path) -> None:
    signing_key, jwks = make_keys(tmp_path)
    content = json.loads(signing_key.read_text(encoding="utf-8"))
    signing_key.write_text(json.dumps([content]), encoding="utf-8")
    assert read_key_ring(signing_key, jwks).signing_kid == content["kid"]
