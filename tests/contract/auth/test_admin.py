"""The admin API: a service role's alone."""

from uuid import uuid4

import pytest
from supabase import AuthApiError, Client

from tests.contract.auth.support import PASSWORD, Account, Project, claims_of, new_address

VERBS = [
    ("GET", "/admin/users", None),
    ("POST", "/admin/users", {"email": "intruder@noc.local", "password": PASSWORD}),
    ("GET", "/admin/users/{id}", None),
    ("PUT", "/admin/users/{id}", {"role": "service_role"}),
    ("DELETE", "/admin/users/{id}", None),
]


def test_an_administrator_creates_reads_changes_and_deletes_a_user(admin: Client) -> None:
    email, chosen = new_address(), str(uuid4())
    api = admin.auth.admin
    created = api.create_user(
        {
            "id": chosen,
            "email": email,
            "password": PASSWORD,
            "email_confirm": True,
            "app_metadata": {"plan": "a"},
            "user_metadata": {"name": "Ana"},
        }
    ).user
    try:
        assert (created.id, created.email) == (chosen, email)
        assert created.email_confirmed_at is not None
        expected = {"provider": "email", "providers": ["email"], "plan": "a"}
        assert created.app_metadata == expected
        changed = api.update_user_by_id(created.id, {"app_metadata": {"plan": None, "x": 1}}).user
        assert changed.app_metadata == {"provider": "email", "providers": ["email"], "x": 1}
        assert api.get_user_by_id(created.id).user.user_metadata["name"] == "Ana"
        newest = api.list_users(page=1, per_page=1)
        assert [user.id for user in newest] == [created.id]
    finally:
        api.delete_user(created.id)
    with pytest.raises(AuthApiError) as gone:
        api.get_user_by_id(created.id)
    assert (gone.value.status, gone.value.code) == (404, "user_not_found")


def test_two_users_cannot_have_one_address(admin: Client, own_account: Account) -> None:
    with pytest.raises(AuthApiError) as refused:
        admin.auth.admin.create_user({"email": own_account.email.upper(), "password": PASSWORD})
    assert (refused.value.status, refused.value.code) == (422, "email_exists")


@pytest.mark.parametrize("email", ["", "nobody", "a b@noc.local", "x" * 250 + "@noc.local"])
def test_a_malformed_address_is_refused(admin: Client, email: str) -> None:
    with pytest.raises(AuthApiError) as refused:
        admin.auth.admin.create_user({"email": email, "password": PASSWORD})
    assert (refused.value.status, refused.value.code) == (400, "validation_failed")


def test_a_new_address_is_the_one_that_signs_in(
    project: Project, admin: Client, own_account: Account
) -> None:
    email = new_address()
    admin.auth.admin.update_user_by_id(own_account.user_id, {"email": email, "email_confirm": True})
    moved = Account(own_account.user_id, email, own_account.password)
    assert project.sign_in(moved)["user"]["id"] == own_account.user_id


def test_a_password_set_by_an_administrator_ends_every_session(
    project: Project, admin: Client, own_account: Account
) -> None:
    token = project.sign_in(own_account)["access_token"]
    admin.auth.admin.update_user_by_id(own_account.user_id, {"password": PASSWORD + "-set"})
    assert project.request("GET", "/user", token=token).status_code == 403


def test_a_deleted_users_tokens_are_dead(
    project: Project, admin: Client, own_account: Account
) -> None:
    tokens = project.sign_in(own_account)
    admin.auth.admin.delete_user(own_account.user_id)
    assert project.request("GET", "/user", token=tokens["access_token"]).status_code == 403
    assert project.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.parametrize(("method", "path", "body"), VERBS)
def test_a_signed_in_user_is_no_administrator(
    project: Project, own_account: Account, method: str, path: str, body: object
) -> None:
    token = project.sign_in(own_account)["access_token"]
    where = path.format(id=own_account.user_id)
    answer = project.request(method, where, token=token, body=body)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "not_admin")


@pytest.mark.parametrize(("method", "path", "body"), VERBS)
def test_the_publishable_key_is_no_administrator(
    project: Project, own_account: Account, method: str, path: str, body: object
) -> None:
    where = path.format(id=own_account.user_id)
    assert project.request(method, where, body=body).status_code in {401, 403}
    signed_in = project.sign_in(own_account)
    assert claims_of(signed_in["access_token"])["role"] == "authenticated"


@pytest.mark.parametrize("query", ["page=0", "page=x", "per_page=-1"])
def test_a_page_that_cannot_be_is_never_a_server_error(project: Project, query: str) -> None:
    headers = {"apikey": project.secret_key}
    answer = project.request("GET", f"/admin/users?{query}", headers=headers)
    assert answer.status_code in {200, 400}


def test_an_id_that_is_none_is_not_found(project: Project) -> None:
    headers = {"apikey": project.secret_key}
    assert project.request("GET", "/admin/users/1", headers=headers).status_code == 404
