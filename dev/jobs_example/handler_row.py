"""Makes the example known to the demo database as the handler of its type of job."""

from typing import Final
from urllib.parse import urlsplit

import psycopg

from dev.jobs_example.settings import JOB_TYPE, SECRET_REF

MAX_RUNTIME_S: Final = 600
_HOST: Final = "insert into noc.job_hosts (host) values (%s) on conflict do nothing"
_HANDLER: Final = """
    insert into noc.job_handlers (job_type, url, secret_ref, max_runtime_s, effect)
    values (%s, %s, %s, %s, 'read_sync')
    on conflict (job_type) do update
    set url = excluded.url, secret_ref = excluded.secret_ref
"""


def write(database_url: str, url: str) -> None:
    """Raises `psycopg.Error` when the database is away."""
    with psycopg.connect(database_url, connect_timeout=5) as db:
        db.execute(_HOST, (urlsplit(url).netloc,))
        db.execute(_HANDLER, (JOB_TYPE, url, SECRET_REF, MAX_RUNTIME_S))
