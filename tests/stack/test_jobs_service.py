"""The example of a jobs' handler as a part of the stack."""

import pytest

from dev.jobs_example.settings import SECRET, SECRET_REF, Settings
from dev.stack import jobs_example
from dev.stack.instance import DEV_PORTS, Instance
from workers.settings import load

CLIENT = {
    "SUPABASE_URL": "http://127.0.0.1:54321",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_x",
    "NOC_WORKER_TOKEN": "token",
    "DATABASE_URL": "postgresql://x@127.0.0.1/postgres",
}


def test_the_service_has_a_port_and_a_file_of_its_instance(instance: Instance) -> None:
    found = jobs_example.service(instance, CLIENT, ("gateway",))
    settings = Settings.from_env(found.env)
    assert found.ports == (instance.ports.jobs,)
    assert settings.url == f"http://127.0.0.1:{instance.ports.jobs}/jobs"
    assert settings.file.parent == instance.home
    assert DEV_PORTS.jobs == 54362


def test_it_shares_its_secret_with_the_worker_and_knows_no_machine_token(
    instance: Instance,
) -> None:
    env = jobs_example.service(instance, CLIENT, ()).env
    assert "NOC_WORKER_TOKEN" not in env
    assert Settings.from_env(env).secret == SECRET
    assert load(["act"], {**CLIENT, **jobs_example.SECRET_ENV}).job_secrets == {SECRET_REF: SECRET}


def test_what_is_missing_is_named(instance: Instance) -> None:
    env = dict(jobs_example.service(instance, CLIENT, ()).env)
    del env["JOBS_EXAMPLE_FILE"]
    with pytest.raises(KeyError, match="JOBS_EXAMPLE_FILE"):
        Settings.from_env(env)
