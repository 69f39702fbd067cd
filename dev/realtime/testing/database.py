"""Scratch databases with the platform's realtime schema and the policies of the test topics."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from dev.realtime.testing.process import REPOSITORY

SCRIPTS = (
    REPOSITORY / "dev" / "platform" / "30_realtime.sql",
    Path(__file__).with_name("policies.sql"),
)


@contextmanager
def scratch_databases(cluster_url: str) -> Iterator[Callable[[], str]]:
    """Gives a function that makes one and returns its URL; all are dropped on exit."""
    created: list[str] = []

    def create() -> str:
        name = f"realtime_contract_{os.getpid()}_{len(created)}"
        _run(cluster_url, sql.SQL("create database {}").format(sql.Identifier(name)))
        created.append(name)
        url = conninfo.make_conninfo(cluster_url, dbname=name)
        with psycopg.connect(url, autocommit=True) as database:
            for script in SCRIPTS:
                database.execute(script.read_bytes())
        return url

    try:
        yield create
    finally:
        for name in created:
            _run(
                cluster_url,
                sql.SQL("drop database {} with (force)").format(sql.Identifier(name)),
            )


def _run(cluster_url: str, statement: sql.Composed) -> None:
    with psycopg.connect(cluster_url, autocommit=True) as cluster:
        cluster.execute(statement)
