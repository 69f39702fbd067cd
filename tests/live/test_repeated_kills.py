"""kill -9 of every process in turn, while events keep coming."""

from __future__ import annotations

import time

from tests.live.conftest import People
from tests.live.instance import Live
from tests.live.sender import Sender, key_of
from tests.live.waiting import took, wait_until
from tests.scale import scaled

COMPANY = "A1B2C3D4000193"
BATCH = 20
ROUNDS = scaled(10)
DOWN_FOR_S = 0.4
RUN_FOR_S = 0.6
STORED = "select count(*) from public.api_usage where company_cnpj = %s"
COUNTED = """
    select coalesce(sum(m.count), 0)::bigint from public.metrics_agg as m
    where m."window" = '1m' and m.level = 'company' and m.company_cnpj = %s
"""


def test_every_acknowledged_event_is_counted_once_though_each_process_is_killed(
    live: Live, people: People
) -> None:
    killed = [name for _ in range(ROUNDS) for name in live.names if name != "fakes"]
    with Sender(live, key_of(live, COMPANY), BATCH) as sender:
        for name in killed:
            began = time.monotonic()
            live.kill(name)
            time.sleep(DOWN_FOR_S)
            live.repair()
            took(f"kill -9 and repair of {name}", time.monotonic() - began)
            time.sleep(RUN_FOR_S)
    print(
        f"  {len(killed)} kills: {sender.acknowledged} events acknowledged,"
        f" {sender.failures} of {sender.attempts} attempts failed"
    )
    assert sender.failures > 0, "no kill met a batch on its way"
    assert live.value(STORED, COMPANY) == sender.acknowledged
    # That pg_cron begins again by itself is shown by the crashed PostgreSQL of test_outages.
    live.tick_at_once()
    wait_until(
        "all of them are counted", lambda: live.value(COUNTED, COMPANY) >= sender.acknowledged
    )
    assert live.value(COUNTED, COMPANY) == sender.acknowledged
    assert (
        people.admin.rpc("noc_overview", company_cnpj=COMPANY)["data"]["kpis"]["latency"]["count"]
        == sender.acknowledged
    )


def test_every_line_of_the_gateways_log_is_counted_once_though_the_collector_was_killed(
    live: Live,
) -> None:
    def counted() -> int:
        found: int = live.value(
            """
            select coalesce(sum(m.count), 0)::bigint from public.metrics_agg as m
            where m."window" = '1m' and m.level = 'cell' and m.company_cnpj is null
                and m.service = 'supabase:functions' and m.endpoint = 'POST /ingest'
            """
        )
        return found

    written = live.function_calls("/functions/v1/ingest")
    assert written > 0
    wait_until("every line is counted", lambda: counted() >= written)
    assert counted() == written
