"""The companies' ingest keys: made in the demo database, remembered in the instance's folder."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg
from psycopg import errors

from dev.simulator.files import read_json, write_json
from dev.simulator.settings import SimulatorError

LABEL: Final = "simulador"
CONNECT_TIMEOUT_S: Final = 5

LAST_EVENT: Final = """
    select max(u."timestamp")
    from public.api_usage as u
    inner join noc.batches as b on b.ledger_id = u.batch_id
    inner join noc.ingest_keys as k on k.key_id = b.key_id
    where u.company_cnpj = %s and u."timestamp" > now() - interval '2 hours' and k.simulated
"""


def load_keys(path: Path) -> dict[str, str]:
    """The remembered keys by company; empty when there are none."""
    content = read_json(path)
    if not isinstance(content, dict):
        return {}
    return {str(cnpj): str(key) for cnpj, key in content.items()}


def save_keys(path: Path, keys: Mapping[str, str]) -> None:
    """Remembers the keys; readable by the owner only."""
    write_json(path, dict(keys), mode=0o600)


def create_key(database_url: str, cnpj: str, label: str = LABEL) -> str:
    """A new key of the company, marked as simulated; its predecessor of the same label ends.

    Raises `SimulatorError` when the database is away or is not the demo.
    """
    statement = "select noc.create_demo_ingest_key(%s, %s)"
    return str(_value(database_url, statement, (cnpj, label)))


def last_event_at(database_url: str, cnpj: str) -> datetime | None:
    """The newest simulated call of the company within 2 hours; null when there is none.

    Raises `SimulatorError` when the database is away.
    """
    found = _value(database_url, LAST_EVENT, (cnpj,))
    return found if isinstance(found, datetime) else None


def _value(database_url: str, statement: str, parameters: tuple[str, ...]) -> object:
    try:
        with psycopg.connect(database_url, connect_timeout=CONNECT_TIMEOUT_S) as connection:
            row = connection.execute(statement.encode(), parameters).fetchone()
    except errors.UndefinedFunction as error:
        raise SimulatorError("the database has no demo data; the simulator is for it") from error
    except psycopg.Error as error:
        raise SimulatorError(f"the database refused: {str(error).splitlines()[0]}") from error
    return None if row is None else row[0]
