"""The example of a jobs' handler as a service, and the secret that `act` shares with it."""

from collections.abc import Mapping
from typing import Final

from dev.jobs_example.settings import SECRET, SECRET_REF
from dev.stack.instance import Instance
from dev.stack.paths import PYTHON, ROOT
from dev.stack.service import Service, answers

SECRET_ENV: Final[Mapping[str, str]] = {f"NOC_JOB_SECRET_{SECRET_REF}": SECRET}


def service(instance: Instance, client: Mapping[str, str], needs: tuple[str, ...]) -> Service:
    """Starts the demo's jobs again; `client`: the environment of a client of the instance."""
    port = instance.ports.jobs
    names = ("SUPABASE_URL", "DATABASE_URL")
    return Service(
        name="jobs",
        command=(str(PYTHON), "-m", "dev.jobs_example"),
        env={
            **{name: client[name] for name in names},
            **SECRET_ENV,
            "JOBS_EXAMPLE_PORT": str(port),
            "JOBS_EXAMPLE_FILE": str(instance.home / "jobs-example.sqlite"),
        },
        ports=(port,),
        ready=answers(f"http://127.0.0.1:{port}/health"),
        needs=needs,
        sources=(ROOT / "dev/jobs_example",),
    )
