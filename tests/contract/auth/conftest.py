"""A project from the environment, an administrator and accounts that are deleted afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
from supabase import AuthApiError, Client

from tests.contract.auth.support import PASSWORD, TIMEOUT_S, Account, Project, new_address, required


@pytest.fixture(scope="session")
def project() -> Iterator[Project]:
    with httpx.Client(timeout=TIMEOUT_S) as http:
        yield Project(
            required("SUPABASE_URL").rstrip("/"),
            required("SUPABASE_PUBLISHABLE_KEY"),
            required("SUPABASE_SECRET_KEY"),
            http,
        )


@pytest.fixture(scope="session")
def admin(project: Project) -> Client:
    return project.client(project.secret_key)


@contextmanager
def _new_account(admin: Client) -> Iterator[Account]:
    email = new_address()
    user_id = admin.auth.admin.create_user(
        {"email": email, "password": PASSWORD, "email_confirm": True}
    ).user.id
    yield Account(user_id, email, PASSWORD)
    with suppress(AuthApiError):  # the test may have deleted it
        admin.auth.admin.delete_user(user_id)


@pytest.fixture(scope="session")
def account(project: Project, admin: Client) -> Iterator[Account]:
    """Give an account that no test changes: the one the environment names, or a new one."""
    email, password = os.environ.get("NOC_TEST_EMAIL"), os.environ.get("NOC_TEST_PASSWORD")
    if email and password:
        signed_in = project.sign_in(Account("", email, password))
        yield Account(signed_in["user"]["id"], email, password)
    else:
        with _new_account(admin) as made:
            yield made


@pytest.fixture
def own_account(admin: Client) -> Iterator[Account]:
    """Give an account that the test may change; it is deleted afterwards."""
    with _new_account(admin) as made:
        yield made
