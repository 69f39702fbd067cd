"""Signing out: this session, the others, or all; an ended session is dead at once."""

import pytest

from tests.contract.auth.support import Account, Project

ALIVE, DEAD = 200, 403


def _statuses(project: Project, tokens: list[str]) -> list[int]:
    return [project.request("GET", "/user", token=token).status_code for token in tokens]


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        ("local", [DEAD, ALIVE, ALIVE]),
        ("others", [ALIVE, DEAD, DEAD]),
        ("global", [DEAD, DEAD, DEAD]),
    ],
)
def test_each_scope_ends_exactly_its_sessions(
    project: Project, own_account: Account, scope: str, left: list[int]
) -> None:
    tokens = [project.sign_in(own_account)["access_token"] for _ in range(3)]
    assert _statuses(project, tokens) == [ALIVE] * 3
    answer = project.request("POST", f"/logout?scope={scope}", token=tokens[0])
    assert answer.status_code == 204
    assert _statuses(project, tokens) == left


def test_without_a_scope_every_session_ends(project: Project, own_account: Account) -> None:
    tokens = [project.sign_in(own_account)["access_token"] for _ in range(2)]
    assert project.request("POST", "/logout", token=tokens[0]).status_code == 204
    assert _statuses(project, tokens) == [DEAD] * 2


def test_one_user_never_ends_the_session_of_another(
    project: Project, own_account: Account, account: Account
) -> None:
    other = project.sign_in(account)["access_token"]
    mine = project.sign_in(own_account)["access_token"]
    assert project.request("POST", "/logout?scope=global", token=mine).status_code == 204
    assert _statuses(project, [other]) == [ALIVE]


def test_a_refresh_token_dies_with_its_session(project: Project, own_account: Account) -> None:
    client = project.client()
    session = client.auth.sign_in_with_password(
        {"email": own_account.email, "password": own_account.password}
    ).session
    assert session is not None
    client.auth.sign_out()
    assert project.refresh(session.refresh_token).status_code == 400


def test_an_unknown_scope_is_refused_and_ends_nothing(
    project: Project, own_account: Account
) -> None:
    token = project.sign_in(own_account)["access_token"]
    assert project.request("POST", "/logout?scope=mine", token=token).status_code == 400
    assert _statuses(project, [token]) == [ALIVE]
