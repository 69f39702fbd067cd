"""Signing in with a password, and everything that must not sign in."""

import pytest
from supabase import AuthApiError, Client

from tests.contract.auth.support import PASSWORD, Account, Project, new_address


def test_the_right_password_gives_a_session_of_that_user(
    project: Project, account: Account
) -> None:
    answer = project.client().auth.sign_in_with_password(
        {"email": account.email, "password": account.password}
    )
    assert answer.user is not None
    assert answer.session is not None
    assert answer.user.id == account.user_id
    assert answer.session.token_type == "bearer"
    assert answer.session.refresh_token


def test_the_address_is_read_without_regard_to_case(project: Project, account: Account) -> None:
    shouted = Account(account.user_id, account.email.upper(), account.password)
    assert project.sign_in(shouted)["user"]["id"] == account.user_id


@pytest.mark.parametrize("password", ["wrong-password", PASSWORD.upper(), PASSWORD + " "])
def test_a_wrong_password_is_refused(project: Project, own_account: Account, password: str) -> None:
    with pytest.raises(AuthApiError) as refused:
        project.client().auth.sign_in_with_password(
            {"email": own_account.email, "password": password}
        )
    assert (refused.value.status, refused.value.code) == (400, "invalid_credentials")


def test_an_unknown_address_gets_the_same_answer_as_a_wrong_password(
    project: Project, own_account: Account
) -> None:
    path = "/token?grant_type=password"
    wrong = {"email": own_account.email, "password": "wrong-password"}
    unknown = {"email": new_address(), "password": "wrong-password"}
    answers = [project.request("POST", path, body=body) for body in (wrong, unknown)]
    assert answers[0].status_code == answers[1].status_code == 400
    assert answers[0].json() == answers[1].json()


def test_an_unconfirmed_address_cannot_sign_in(project: Project, admin: Client) -> None:
    email = new_address()
    user = admin.auth.admin.create_user({"email": email, "password": PASSWORD}).user
    try:
        with pytest.raises(AuthApiError) as refused:
            project.client().auth.sign_in_with_password({"email": email, "password": PASSWORD})
        assert refused.value.code == "email_not_confirmed"
    finally:
        admin.auth.admin.delete_user(user.id)


def test_a_ban_stops_sign_in_refresh_and_the_running_session_until_it_is_lifted(
    project: Project, admin: Client, own_account: Account
) -> None:
    tokens = project.sign_in(own_account)
    body = {"email": own_account.email, "password": own_account.password}
    admin.auth.admin.update_user_by_id(own_account.user_id, {"ban_duration": "1h"})
    refused = [
        project.request("POST", "/token?grant_type=password", body=body),
        project.refresh(tokens["refresh_token"]),
        project.request("GET", "/user", token=tokens["access_token"]),
    ]
    assert [answer.json()["error_code"] for answer in refused] == ["user_banned"] * 3
    admin.auth.admin.update_user_by_id(own_account.user_id, {"ban_duration": "none"})
    assert project.sign_in(own_account)["user"]["id"] == own_account.user_id


def test_nobody_can_sign_up(project: Project) -> None:
    with pytest.raises(AuthApiError) as refused:
        project.client().auth.sign_up({"email": new_address(), "password": PASSWORD})
    assert (refused.value.status, refused.value.code) == (422, "signup_disabled")


def test_nobody_can_sign_in_anonymously(project: Project) -> None:
    with pytest.raises(AuthApiError) as refused:
        project.client().auth.sign_in_anonymously()
    assert refused.value.status == 422


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("/token?grant_type=password", '{"email":"nobody@noc.local"}', "invalid_credentials"),
        ("/token?grant_type=password", "{", "bad_json"),
        ("/token?grant_type=password", "[]", "bad_json"),
        ("/token?grant_type=password", '{"email":1,"password":"x"}', "bad_json"),
        ("/token?grant_type=password", '{"password":"x"}', "validation_failed"),
        ("/token?grant_type=password", "[" * 100_000, "bad_json"),
        ("/token?grant_type=password", r'{"email":"\u0000","password":"x"}', "validation_failed"),
        ("/token?grant_type=password", r'{"email":"\ud800","password":"x"}', "validation_failed"),
        ("/token?grant_type=magic", "{}", "invalid_credentials"),
        ("/token", "{}", "invalid_credentials"),
    ],
)
def test_a_malformed_request_is_told_what_is_wrong(
    project: Project, path: str, content: str, code: str
) -> None:
    headers = {"content-type": "application/json"}
    answer = project.raw("POST", path, content=content, headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)
