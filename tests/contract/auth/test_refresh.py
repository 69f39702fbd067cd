"""Refresh tokens: rotation, repeats that are forgiven, and reuse that ends the session."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from supabase import AuthApiError

from tests.contract.auth.support import Account, Project, claims_of

# The project's "refresh token reuse interval"; hosted's default.
REUSE_INTERVAL_S = float(os.environ.get("AUTH_REUSE_INTERVAL_S", "10"))


def _next(project: Project, refresh_token: str) -> str:
    answer = project.refresh(refresh_token)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["refresh_token"])


def test_a_refresh_gives_new_tokens_of_the_same_session(project: Project, account: Account) -> None:
    client = project.client()
    first = client.auth.sign_in_with_password(
        {"email": account.email, "password": account.password}
    ).session
    assert first is not None
    second = client.auth.refresh_session().session
    assert second is not None
    assert second.refresh_token != first.refresh_token
    before, after = claims_of(first.access_token), claims_of(second.access_token)
    assert after["session_id"] == before["session_id"]
    assert after["amr"] == before["amr"]


def test_a_lost_answer_can_be_asked_again_and_gives_the_newest_token(
    project: Project, account: Account
) -> None:
    first = project.sign_in(account)["refresh_token"]
    second = _next(project, first)
    assert _next(project, first) == second
    assert _next(project, second) not in {first, second}


def test_tabs_that_refresh_at_once_end_with_the_same_token(
    project: Project, account: Account
) -> None:
    first = project.sign_in(account)["refresh_token"]
    with ThreadPoolExecutor(4) as tabs:
        given = set(tabs.map(lambda _: _next(project, first), range(4)))
    assert len(given) == 1


def test_an_old_token_ends_the_session_once_the_reuse_interval_is_over(
    project: Project, account: Account
) -> None:
    other_session = project.sign_in(account)["refresh_token"]
    signed_in = project.sign_in(account)
    oldest = signed_in["refresh_token"]
    newest = _next(project, _next(project, oldest))
    time.sleep(REUSE_INTERVAL_S + 1)

    reused = project.refresh(oldest)
    assert (reused.status_code, reused.json()["error_code"]) == (400, "refresh_token_already_used")

    assert project.refresh(newest).status_code == 400
    assert project.request("GET", "/user", token=signed_in["access_token"]).status_code == 403
    assert project.refresh(other_session).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "AAAA", "not base64!", "é", "A" * 54, "a" * 10_000])
def test_a_token_that_was_never_issued_is_refused(project: Project, token: str) -> None:
    answer = project.refresh(token)
    assert answer.status_code == 400
    assert answer.json()["error_code"] in {"refresh_token_not_found", "validation_failed"}


def test_a_token_changed_in_any_place_is_refused(project: Project, account: Account) -> None:
    token = str(project.sign_in(account)["refresh_token"])
    for place in range(0, len(token), 5):
        letter = "B" if token[place] == "A" else "A"
        changed = token[:place] + letter + token[place + 1 :]
        assert project.refresh(changed).status_code == 400, place
    assert project.refresh(token).status_code == 200


def test_the_client_learns_that_its_refresh_token_is_unknown(project: Project) -> None:
    with pytest.raises(AuthApiError) as refused:
        project.client().auth.refresh_session("never-issued")
    assert refused.value.status == 400
