"""The gateway's question before an edge function that checks tokens: is this one ours?"""

import pytest

from tests.contract.auth.support import Account, Project, claims_of, segment


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_valid_token_passes_whatever_the_functions_method(
    project: Project, account: Account, method: str
) -> None:
    token = project.sign_in(account)["access_token"]
    assert project.request(method, "/verify", token=token).status_code == 204


def test_a_machines_key_passes_by_its_token(project: Project) -> None:
    assert project.request("GET", "/verify").status_code == 204


def test_a_token_changed_by_one_claim_is_answered_401(project: Project, account: Account) -> None:
    token = str(project.sign_in(account)["access_token"])
    header, _, signature = token.split(".")
    claims = claims_of(token) | {"role": "service_role"}
    forged = f"{header}.{segment(claims)}.{signature}"
    for bad in (forged, "x", f"{header}..{signature}"):
        answer = project.request("GET", "/verify", token=bad)
        assert (answer.status_code, answer.json()["error_code"]) == (401, "bad_jwt")


def test_no_bearer_token_is_answered_401(project: Project) -> None:
    headers = {"authorization": "Basic eDp5"}
    assert project.request("GET", "/verify", headers=headers).status_code == 401
