"""Tokens and the exact words of their refusal."""

from pathlib import Path

import pytest

from dev.realtime.errors import TokenRefused
from dev.realtime.testing.keys import SigningKeys
from dev.realtime.tokens import KeySet, seconds_to_expiry

NOW = 2_000_000_000


@pytest.fixture
def key_set(jwks: Path) -> KeySet:
    return KeySet.from_file(jwks)


def refusal(key_set: KeySet, token: str, now: float = NOW) -> str:
    with pytest.raises(TokenRefused) as caught:
        key_set.verify(token, now)
    return caught.value.reason


def test_both_kinds_of_signature_are_accepted(key_set: KeySet, keys: SigningKeys) -> None:
    for token in (keys.token(sub="a", exp=NOW + 1), keys.legacy_token(sub="a", exp=NOW + 1)):
        assert key_set.verify(token, NOW)["sub"] == "a"


def test_a_token_is_valid_until_its_last_second(key_set: KeySet, keys: SigningKeys) -> None:
    token = keys.token(exp=NOW)
    assert key_set.verify(token, NOW - 0.1)
    assert refusal(key_set, token, NOW) == "InvalidJWTToken: Token has expired 0 seconds ago"
    assert refusal(key_set, token, NOW + 10) == "InvalidJWTToken: Token has expired 10 seconds ago"


def test_an_expired_token_is_told_without_seconds_at_connect(
    key_set: KeySet, keys: SigningKeys
) -> None:
    with pytest.raises(TokenRefused) as caught:
        key_set.verify(keys.token(exp=NOW - 10), NOW)
    assert caught.value.connect_message == "Token has expired"


def test_expiry_is_counted_from_the_whole_second() -> None:
    assert seconds_to_expiry({"exp": NOW + 60}, NOW + 0.9) == 60


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "sb_publishable_x", "sb_secret_x"])
def test_what_is_not_a_token_is_malformed(key_set: KeySet, token: str) -> None:
    assert refusal(key_set, token) == "MalformedJWT: The token provided is not a valid JWT"


def test_a_foreign_signature_is_refused(key_set: KeySet) -> None:
    stranger = SigningKeys()
    for token in (stranger.token(exp=NOW + 1), stranger.legacy_token(exp=NOW + 1)):
        assert refusal(key_set, token) == "JwtSignatureError: Failed to validate JWT signature"


def test_a_token_without_signature_is_refused(key_set: KeySet) -> None:
    header = "eyJhbGciOiJub25lIn0"
    assert refusal(key_set, f"{header}.e30.").startswith("JwtSignerError: ")


def test_role_and_expiry_are_required(key_set: KeySet, keys: SigningKeys) -> None:
    expected = "InvalidJWTToken: Fields `role` and `exp` are required in JWT"
    assert refusal(key_set, keys.without("exp")) == expected
    assert refusal(key_set, keys.without("role")) == expected
