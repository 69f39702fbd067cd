"""The way of a message through PostgREST, as the worker goes it, beside the same in SQL."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import httpx
import psycopg
from psycopg.types.json import Jsonb

from dev.bench.result import Result, timed
from dev.stack import lifecycle, postgres
from dev.stack.instance import Instance, new_instance
from dev.stack.keys import Keys
from dev.stack.services import Wanted
from dev.testing.stage import discard

CLIENTS: Final = 8
MESSAGES: Final = 240
AT_ONCE: Final = 16
NUMBER: Final = "1"
PARTS: Final = Wanted(web=False, workers=False, traffic=False, limits=False)
FREE: Final = "update noc.phone_numbers set free_at = '-infinity', per_second = 1000"
STORE: Final = "select noc.store_messages(%s, %s, clock_timestamp())"
Call = Callable[[str, dict[str, Any]], Any]


def measure(rounds: int) -> list[Result]:
    """Seconds of so many messages by RPC over those in SQL, with as many clients."""
    instance = new_instance(f"bench-queue-{os.getpid()}")
    try:
        keys = lifecycle.up(instance, PARTS, lambda _: None)
        with psycopg.connect(postgres.dsn(instance, "postgres"), autocommit=True) as db:
            by_rpc, by_sql = [], []
            for number in range(rounds):
                _fill(db, f"rpc{number}")
                by_rpc.append(timed(lambda: _run(db, lambda: _over_http(instance, keys))))
                _fill(db, f"sql{number}")
                by_sql.append(timed(lambda: _run(db, lambda: _over_sql(instance))))
    finally:
        discard(instance)
    rpc, sql = statistics.median(by_rpc), statistics.median(by_sql)
    note = f"{MESSAGES / rpc:.0f} messages a second against {MESSAGES / sql:.0f}, {CLIENTS} clients"
    return [
        Result("claim, begin, settle by RPC / in SQL", rpc / sql, "x", 5, 3, "lower", note),
    ]


def _fill(db: psycopg.Connection[Any], prefix: str) -> None:
    (company,) = db.execute("select min(company_cnpj) from public.companies").fetchone() or ("",)
    events = [
        {"external_id": f"{prefix}-{n}", "to": f"55{hash((prefix, n)) % 10**11:011}".ljust(13, "1"),
         "template": "a"}
        for n in range(MESSAGES)
    ]  # fmt: skip
    assert db.execute(STORE, (company, Jsonb(events))).fetchone() == (MESSAGES,)


def _run(db: psycopg.Connection[Any], open_call: Callable[[], Call]) -> None:
    """Clients send what waits; who is told to wait for its turn tries again at once."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        calls = [open_call() for _ in range(CLIENTS)]
        sent = 0
        while sent < MESSAGES:
            db.execute(FREE)
            leases = calls[0]("noc_claim_messages", {"worker": "bench", "max": AT_ONCE,
                                                     "number": NUMBER})  # fmt: skip
            work = [(calls[i % CLIENTS], leases[i::CLIENTS]) for i in range(CLIENTS)]
            sent += sum(pool.map(lambda one: _send(*one), work))


def _send(call: Call, leases: list[dict[str, Any]]) -> int:
    sent = 0
    for lease in leases:
        if call("noc_begin_message", lease | {"number": NUMBER})["send"]:
            call("noc_settle_message", lease | {"outcome": "sent", "provider_ref": "ref"})
            sent += 1
    return sent


def _over_http(instance: Instance, keys: Keys) -> Call:
    client = httpx.Client(
        base_url=f"{instance.api_url}/rest/v1/rpc",
        headers={
            "apikey": keys.publishable,
            "authorization": f"Bearer {keys.machine_tokens['noc_worker']}",
        },
        trust_env=False,
        timeout=30,
    )

    def call(name: str, arguments: dict[str, Any]) -> Any:
        answer = client.post(f"/{name}", json=arguments)
        answer.raise_for_status()
        return answer.json()

    return call


def _over_sql(instance: Instance) -> Call:
    db = psycopg.connect(postgres.dsn(instance, "postgres"), autocommit=True)

    def call(name: str, arguments: dict[str, Any]) -> Any:
        named = ", ".join(f"{one} => %({one})s" for one in arguments)
        row = db.execute(f"select public.{name}({named})".encode(), arguments).fetchone()
        assert row is not None
        return row[0]

    return call
