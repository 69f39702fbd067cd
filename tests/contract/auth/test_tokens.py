"""What an access token says, and that anyone can check it with the published keys."""

import time

import jwt

from tests.contract.auth.support import Account, Project, claims_of

MAX_LIFE_S = 600


def test_a_token_says_who_in_which_session_and_for_at_most_ten_minutes(
    project: Project, account: Account
) -> None:
    signed_in = project.sign_in(account)
    claims = claims_of(signed_in["access_token"])
    assert claims["sub"] == account.user_id
    assert claims["email"] == account.email
    assert (claims["role"], claims["aud"]) == ("authenticated", "authenticated")
    assert claims["aal"] == "aal1"
    assert [entry["method"] for entry in claims["amr"]] == ["password"]
    assert claims["is_anonymous"] is False
    assert len(claims["session_id"]) == 36
    assert claims["iss"].endswith("/auth/v1")
    assert 0 < claims["exp"] - claims["iat"] <= MAX_LIFE_S
    assert abs(claims["iat"] - time.time()) < 30
    assert signed_in["expires_in"] <= MAX_LIFE_S
    assert signed_in["expires_at"] == claims["exp"]


def test_two_sign_ins_are_two_sessions(project: Project, account: Account) -> None:
    tokens = [project.sign_in(account)["access_token"] for _ in range(2)]
    assert len({claims_of(token)["session_id"] for token in tokens}) == 2


def test_a_token_is_signed_with_es256_by_a_published_key(
    project: Project, account: Account
) -> None:
    token = project.sign_in(account)["access_token"]
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "ES256"
    published = project.request("GET", "/.well-known/jwks.json").json()
    keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(published).keys}
    verified = jwt.decode(token, keys[header["kid"]], ["ES256"], audience="authenticated")
    assert verified["sub"] == account.user_id


def test_the_published_keys_hold_no_secret(project: Project) -> None:
    for key in project.request("GET", "/.well-known/jwks.json").json()["keys"]:
        assert key["kty"] in {"EC", "RSA", "OKP"}
        assert not {"d", "p", "q", "k"} & key.keys()


def test_the_clients_claims_are_the_tokens(project: Project, account: Account) -> None:
    client = project.client()
    client.auth.sign_in_with_password({"email": account.email, "password": account.password})
    answer = client.auth.get_claims()
    assert answer is not None
    assert answer["claims"]["sub"] == account.user_id
