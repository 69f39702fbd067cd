"""The environment is read once, and every problem is named at once."""

import pytest

from dev.realtime.settings import SettingsError, load

LEAST = {"REALTIME_DB_URL": "postgresql://x", "JWT_JWKS": "keys.json"}


def test_the_defaults_are_those_of_the_real_server() -> None:
    settings = load(LEAST)
    assert settings.refusal_delay_s == 5
    assert settings.connect_refusal_delay_s == 2
    assert (settings.max_users, settings.max_channels, settings.db_pool) == (200, 100, 1)
    assert (settings.max_events_per_second, settings.max_joins_per_second) == (100, 100)
    assert settings.max_payload_bytes == 3_000_500
    assert (settings.presence_calls, settings.presence_window_s) == (5, 30)
    assert settings.recovery_gap_s == 15
    assert settings.token_check_s == 300
    assert settings.cold_start


def test_every_problem_is_named_in_one_message() -> None:
    with pytest.raises(SettingsError) as caught:
        load({"REALTIME_PORT": "abc", "REALTIME_MAX_USERS": "-1"})
    assert str(caught.value).split("; ") == [
        "REALTIME_DB_URL is missing",
        "JWT_JWKS is missing",
        "REALTIME_PORT must be a number, not 'abc'",
        "REALTIME_MAX_USERS must be at least 0, not -1",
    ]
