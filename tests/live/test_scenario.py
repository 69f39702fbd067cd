"""The simulator's latency story under the rules as delivered: minutes, so at full scale only."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.simulator.scenarios import SLOW_COMPANY
from dev.stack.paths import PYTHON, ROOT
from tests.live.instance import Live, running
from tests.live.person import Person
from tests.live.waiting import took, wait_until

CODE = "p95_latency"
FOR_S = 180.0
# The rule's window of five minutes fills or empties first; the worst case of `scenario --help`.
OPENS_WITHIN_S = 420.0
CLOSES_WITHIN_S = 600.0


@pytest.fixture(scope="module")
def busy(template: Path) -> Iterator[Live]:
    """An instance with the demo's traffic and every rule switched on."""
    with running(template, "traffic", lambda services: services) as started:
        started.rows("update public.noc_rules set enabled = true")
        arrived = "select count(*) > 1000 from public.api_usage"
        wait_until("traffic flows", lambda: started.value(arrived))
        yield started


def test_the_latency_story_is_an_alert_of_its_company_alone_until_it_is_played_no_more(
    busy: Live,
) -> None:
    cliente, cliente_b, admin = (busy.person(name) for name in ("cliente", "cliente.b", "admin"))
    began = time.monotonic()
    _play(busy, "latency")
    (alert,) = wait_until("the alert opens", lambda: _slow(cliente), OPENS_WITHIN_S)
    took("from the story to the alert", time.monotonic() - began)
    assert time.monotonic() - began >= FOR_S
    assert (alert["company_cnpj"], alert["severity"]) == (SLOW_COMPANY, "warning")
    assert [one["alert_id"] for one in _slow(admin)] == [alert["alert_id"]]
    assert _slow(cliente_b) == []

    cliente = busy.person("cliente")  # a token lives for ten minutes
    began = time.monotonic()
    _play(busy, "recover")
    wait_until("the alert closes", lambda: not _slow(cliente), CLOSES_WITHIN_S)
    took("from the recovery to the alert's end", time.monotonic() - began)
    reason = busy.value(
        "select close_reason from public.noc_alerts where alert_id = %s", alert["alert_id"]
    )
    assert reason == "recovered"


def _slow(person: Person) -> list[dict[str, object]]:
    return person.alerts(CODE, "omie")


def _play(live: Live, name: str) -> None:
    """Switches the running flow as `make scenario` does."""
    subprocess.run(
        [str(PYTHON), "-m", "dev.simulator", "scenario", name],
        cwd=ROOT,
        env={**os.environ, "NOC_INSTANCE": live.instance.name},
        check=True,
        timeout=60,
    )
