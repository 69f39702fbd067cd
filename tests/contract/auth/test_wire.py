"""Shapes on the wire: both error forms, settings, health, and OPTIONS."""

from tests.contract.auth.support import Project

PATH = "/token?grant_type=password"
NOBODY = {"email": "nobody@noc.local", "password": "wrong-password"}


def test_an_error_has_gotrues_first_shape(project: Project) -> None:
    answer = project.request("POST", PATH, body=NOBODY)
    assert answer.headers["x-sb-error-code"] == "invalid_credentials"
    assert answer.json() == {
        "code": 400,
        "error_code": "invalid_credentials",
        "msg": "Invalid login credentials",
    }


def test_an_error_has_the_named_shape_for_a_client_of_2024(project: Project) -> None:
    headers = {"x-supabase-api-version": "2024-01-01"}
    answer = project.request("POST", PATH, body=NOBODY, headers=headers)
    assert answer.headers["x-supabase-api-version"] == "2024-01-01"
    assert answer.json() == {
        "code": "invalid_credentials",
        "message": "Invalid login credentials",
    }


def test_an_unreadable_api_version_is_the_first(project: Project) -> None:
    headers = {"x-supabase-api-version": "soon"}
    answer = project.request("POST", PATH, body=NOBODY, headers=headers)
    assert answer.json()["error_code"] == "invalid_credentials"


def test_the_settings_say_that_sign_ups_are_off(project: Project) -> None:
    settings = project.request("GET", "/settings").json()
    assert settings["disable_signup"] is True
    assert settings["external"]["email"] is True


def test_the_server_says_that_it_is_there(project: Project) -> None:
    answer = project.request("GET", "/health")
    assert (answer.status_code, answer.json()["name"]) == (200, "GoTrue")


def test_a_browsers_preflight_is_answered(project: Project) -> None:
    headers = {
        "origin": "http://localhost:3000",
        "access-control-request-method": "POST",
        "access-control-request-headers": "apikey,authorization,content-type",
    }
    assert project.request("OPTIONS", PATH, headers=headers).status_code in {200, 204}


def test_a_body_above_a_mebibyte_is_refused(project: Project) -> None:
    body = {"email": "x" * (1 << 20), "password": "x"}
    assert project.request("POST", PATH, body=body).status_code == 413
