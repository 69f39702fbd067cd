"""The signed-in user, read and changed by itself."""

import pytest
from supabase import AuthApiError, AuthWeakPasswordError, Client

from tests.contract.auth.support import PASSWORD, Account, Project


def _signed_in(project: Project, account: Account) -> Client:
    client = project.client()
    client.auth.sign_in_with_password({"email": account.email, "password": account.password})
    return client


def test_a_user_reads_itself(project: Project, account: Account) -> None:
    answer = _signed_in(project, account).auth.get_user()
    assert answer is not None
    assert (answer.user.id, answer.user.email) == (account.user_id, account.email)
    assert answer.user.role == "authenticated"


def test_a_user_changes_its_own_metadata_key_by_key(project: Project, own_account: Account) -> None:
    client = _signed_in(project, own_account)
    client.auth.update_user({"data": {"theme": "dark", "lang": "pt", "deep": {"kept": None}}})
    changed = client.auth.update_user({"data": {"theme": "light", "lang": None}}).user
    assert changed.user_metadata["theme"] == "light"
    assert changed.user_metadata["deep"] == {"kept": None}
    assert "lang" not in changed.user_metadata


def test_a_user_cannot_change_its_app_metadata_or_role(
    project: Project, own_account: Account
) -> None:
    token = project.sign_in(own_account)["access_token"]
    body = {"app_metadata": {"role": "admin"}}
    assert project.request("PUT", "/user", token=token, body=body).status_code == 403
    project.request("PUT", "/user", token=token, body={"role": "service_role"})
    user = project.request("GET", "/user", token=token).json()
    assert user["role"] == "authenticated"
    assert "role" not in user["app_metadata"]


def test_a_new_password_replaces_the_old_one_and_ends_the_other_sessions(
    project: Project, own_account: Account
) -> None:
    client = _signed_in(project, own_account)
    elsewhere = project.sign_in(own_account)["access_token"]
    client.auth.update_user({"password": PASSWORD + "-new"})

    assert client.auth.get_user() is not None
    assert project.request("GET", "/user", token=elsewhere).status_code == 403
    changed = Account(own_account.user_id, own_account.email, PASSWORD + "-new")
    assert project.sign_in(changed)["user"]["id"] == own_account.user_id
    old = {"email": own_account.email, "password": own_account.password}
    answer = project.request("POST", "/token?grant_type=password", body=old)
    assert answer.json()["error_code"] == "invalid_credentials"


def test_the_same_password_again_is_refused(project: Project, own_account: Account) -> None:
    with pytest.raises(AuthApiError) as refused:
        _signed_in(project, own_account).auth.update_user({"password": own_account.password})
    assert (refused.value.status, refused.value.code) == (422, "same_password")


def test_a_short_password_is_refused_with_its_reason(
    project: Project, own_account: Account
) -> None:
    with pytest.raises(AuthWeakPasswordError) as refused:
        _signed_in(project, own_account).auth.update_user({"password": "abc12"})
    assert refused.value.reasons == ["length"]


def test_a_password_longer_than_bcrypt_reads_is_refused(
    project: Project, own_account: Account
) -> None:
    token = project.sign_in(own_account)["access_token"]
    statuses = [
        project.request(
            "PUT", "/user", token=token, body={"password": "Aa1-" + "x" * size}
        ).status_code
        for size in (69, 68)
    ]
    assert statuses == [400, 200]


def test_without_a_token_nobody_is_read(project: Project) -> None:
    answer = project.request("GET", "/user", headers={"authorization": "Basic eDp5"})
    assert answer.status_code == 401


def test_the_publishable_key_alone_is_no_user(project: Project) -> None:
    assert project.request("GET", "/user").status_code in {401, 403}
