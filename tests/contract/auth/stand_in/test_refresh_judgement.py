"""How the stand-in judges a refresh token: both sides of every limit, time passed in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from dev.auth.sessions import (
    Session,
    Verdict,
    decode_refresh_token,
    encode_refresh_token,
    judge,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
REUSE = timedelta(seconds=10)
SESSION = Session(uuid4(), uuid4(), NOON, NOON, "key of the session", counter=5)


def _verdict(counter: int, after: timedelta, session: Session = SESSION) -> Verdict:
    token = decode_refresh_token(encode_refresh_token(SESSION, counter))
    assert token is not None
    return judge(token, session, NOON + after, REUSE)


@pytest.mark.parametrize(
    ("counter", "seconds", "verdict"),
    [
        (5, 0, Verdict.ROTATE),
        (5, 86_400, Verdict.ROTATE),
        (4, 0, Verdict.REPEAT),
        (4, 86_400, Verdict.REPEAT),
        (3, 0, Verdict.REPEAT),
        (3, 9.999, Verdict.REPEAT),
        (3, 10, Verdict.REUSED),
        (0, 10, Verdict.REUSED),
        (6, 0, Verdict.FOREIGN),
    ],
)
def test_a_tokens_age_and_the_time_decide(counter: int, seconds: float, verdict: Verdict) -> None:
    assert _verdict(counter, timedelta(seconds=seconds)) is verdict


def test_a_token_signed_for_another_key_is_foreign_whatever_its_number() -> None:
    other = replace(SESSION, hmac_key="another key")
    for counter in range(7):
        assert _verdict(counter, timedelta(0), other) is Verdict.FOREIGN


def test_a_token_survives_the_way_to_the_client_and_back() -> None:
    token = decode_refresh_token(encode_refresh_token(SESSION, 5))
    assert token is not None
    assert (token.session_id, token.counter) == (SESSION.id, 5)
