"""The stand-in's environment: defaults of hosted, and every fault named at once."""

import pytest

from dev.auth.settings import SettingsError, read_settings

GOOD = {
    "AUTH_DB_URL": "postgresql://127.0.0.1/postgres",
    "AUTH_SIGNING_KEY": "signing.json",
    "JWT_JWKS": "jwks.json",
    "AUTH_EXTERNAL_URL": "http://127.0.0.1:54321/auth/v1/",
}


def test_the_defaults_are_the_hosted_projects() -> None:
    settings = read_settings(GOOD)
    assert settings.disable_signup is True
    assert settings.token_life_s == 600
    assert settings.reuse_interval_s == 10
    assert (settings.sign_in_limit, settings.refresh_limit) == (30, 150)
    assert settings.port == 54341
    assert settings.external_url.endswith("/auth/v1")


def test_every_missing_variable_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({})
    assert all(name in str(refused.value) for name in GOOD)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("JWT_EXPIRY_S", "0"),
        ("JWT_EXPIRY_S", "ten"),
        ("AUTH_PORT", "-1"),
        ("AUTH_RATE_LIMIT_SIGN_IN", "1.5"),
        ("AUTH_DISABLE_SIGNUP", "maybe"),
    ],
)
def test_an_unreadable_value_is_named(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings(GOOD | {name: text})
