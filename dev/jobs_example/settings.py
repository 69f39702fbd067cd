"""Where the example runs, whom it serves and which secret it shares with the worker `act`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

SECRET_REF: Final = "EXEMPLO"
# No credential of anything: it opens the example on loopback and nothing else.
SECRET: Final = "secret-of-the-example-of-a-handler"
JOB_TYPE: Final = "sincronizar_omie"  # one of the simulator's
PORT: Final = 54362


@dataclass(frozen=True, slots=True)
class Settings:
    """`file` remembers the jobs that were started; `work_s`: how long a job takes, in seconds."""

    port: int
    secret: str = field(repr=False)
    supabase_url: str
    database_url: str = field(repr=False)
    file: Path
    work_s: float = 1.0

    @property
    def url(self) -> str:
        """Where jobs are started."""
        return f"http://127.0.0.1:{self.port}/jobs"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Raises `KeyError` naming what is missing."""
        return cls(
            port=int(env.get("JOBS_EXAMPLE_PORT") or PORT),
            secret=env.get(f"NOC_JOB_SECRET_{SECRET_REF}") or SECRET,
            supabase_url=env["SUPABASE_URL"].rstrip("/"),
            database_url=env["DATABASE_URL"],
            file=Path(env["JOBS_EXAMPLE_FILE"]),
        )
