"""What was started, on disk: a job is not started twice, not even by the next process."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

_TABLE: Final = """
    create table if not exists jobs (
        job_id text primary key, company_cnpj text not null, job_type text not null,
        started_at text not null, ended integer not null default 0
    )
"""


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt, as the NOC named it."""

    job_id: str
    company_cnpj: str
    job_type: str
    started_at: datetime


class Store:
    """One file; every change is on disk before the call returns."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute(_TABLE)

    def begin(self, job: Job) -> bool:
        """False when it was begun before."""
        row = (job.job_id, job.company_cnpj, job.job_type, job.started_at.isoformat())
        statement = "insert or ignore into jobs values (?, ?, ?, ?, 0)"
        return self._db.execute(statement, row).rowcount == 1

    def end(self, job: Job) -> None:
        """The NOC knows how it ended."""
        self._db.execute("update jobs set ended = 1 where job_id = ?", (job.job_id,))

    def unended(self) -> list[Job]:
        """What was begun and not ended."""
        found = self._db.execute(
            "select job_id, company_cnpj, job_type, started_at from jobs where not ended"
        )
        return [Job(row[0], row[1], row[2], datetime.fromisoformat(row[3])) for row in found]

    def close(self) -> None:
        """Closes the file."""
        self._db.close()
