"""From a company's event, and from the gateway's log, to the eyes of those whom it concerns."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from realtime import RealtimeSubscribeStates
from supabase import AsyncClient, AsyncClientOptions, acreate_client

from dev.stack.services import DEMO_PASSWORD
from tests.live.conftest import People
from tests.live.instance import Live
from tests.live.person import Person
from tests.live.sender import calls, key_of, send
from tests.live.waiting import took, wait_until

A_COMPANY = "11222333000181"
A_NEIGHBOUR = "12ABC34501DE35"
B_COMPANY = "00000000000191"
TICK_S = 10.0
SLACK_S = 5.0
ASKED, ASKED_ROUTE = 9, "POST /rpc/noc_list_members"
OWN_ROUTES = ("noc_ingest", "noc_heartbeat", "noc_claim_checks", "noc_settle_check", "noc_ping")


@pytest.fixture(scope="module", autouse=True)
def asked(live: Live, people: People) -> int:
    """Calls as users make them, before all else; gives what the worker had sent until then."""
    sent = _platform_batches(live)
    for _ in range(ASKED):
        people.franqueado.rpc("noc_list_members")
    return sent


async def test_an_event_is_on_its_companys_page_within_a_tick_and_hinted_to_it_alone(
    live: Live, people: People
) -> None:
    key = key_of(live, A_COMPANY)
    before = _latency(people.cliente)["count"]
    topics = {"cliente": f"noc:company:{A_COMPANY}", "cliente.b": f"noc:company:{B_COMPANY}"}
    async with _listening(live, topics) as heard:
        began = time.monotonic()
        assert send(live, key, calls("omie", 7, 640)).json()["accepted"] == 7
        while "metrics_agg" not in heard["cliente"] and time.monotonic() - began < 60:
            await asyncio.sleep(0.1)
        took("from the event to the hint", time.monotonic() - began)
        shown = _latency(people.cliente)
        seconds = time.monotonic() - began
    assert shown["count"] == before + 7
    assert seconds <= TICK_S + SLACK_S
    assert "metrics_agg" in heard["cliente"]
    assert "metrics_agg" not in heard["cliente.b"]


def test_the_other_group_sees_nothing_of_that_event(live: Live, people: People) -> None:
    wait_until("the event is counted", lambda: _latency(people.cliente)["count"])
    seen = people.cliente_b.overview()
    assert seen["kpis"]["latency"]["count"] == 0
    assert seen["traffic"]["last_event_at"] is None
    omie = [one for one in seen["services"] if one["service_name"] == "omie"]
    assert [one["count"] for one in omie] in ([], [0], [None])


def test_gateway_calls_of_users_are_counted_for_admin_once_each(people: People) -> None:
    def counts() -> dict[str, int]:
        return {row["endpoint"]: row["count"] for row in _endpoints(people, "supabase:rest")}

    wait_until("the calls are counted", lambda: counts().get(ASKED_ROUTE, 0) >= ASKED, 60)
    assert counts()[ASKED_ROUTE] == ASKED
    signed_in = {row["endpoint"]: row["count"] for row in _endpoints(people, "supabase:auth")}
    assert signed_in.get("POST /token", 0) >= 1


def test_admin_alone_sees_the_platforms_traffic(people: People) -> None:
    for person in (people.franqueado, people.cliente, people.cliente_b):
        assert person.rpc("noc_heatmap", service="supabase:rest")["data"]["rows"] == []


@pytest.fixture(scope="module")
def quick_rule(live: Live) -> None:
    """The latency rule for omie, waiting seconds where the general one waits three minutes."""
    live.rows(
        """
        insert into public.noc_rules (
            code, metric, scope_kind, comparator, service, degraded_threshold, down_threshold,
            degraded_clear, down_clear, for_degraded_s, for_down_s, keep_firing_s
        )
        values (
            'p95_latency', 'p95_ms', 'company_service', 'above', 'omie', 1200, 2000, 1000, 1700,
            5, 5, 5
        )
        """
    )


@pytest.mark.usefixtures("quick_rule")
def test_slow_calls_raise_an_alert_for_exactly_their_company_and_it_closes_by_itself(
    live: Live, people: People
) -> None:
    key, other = key_of(live, A_COMPANY), key_of(live, A_NEIGHBOUR)
    began = time.monotonic()
    send(live, key, calls("omie", 60, 1500)).raise_for_status()
    send(live, other, calls("omie", 60, 700)).raise_for_status()
    (alert,) = wait_until("the alert opens", lambda: _slow(people.cliente), 90)
    took("from the first slow call to the alert", time.monotonic() - began)
    assert (alert["company_cnpj"], alert["service"]) == (A_COMPANY, "omie")
    assert (alert["severity"], alert["threshold"]) == ("warning", 1200)
    assert alert["value"] == pytest.approx(1500, rel=0.01)
    for person in (people.admin, people.franqueado):
        assert [one["alert_id"] for one in _slow(person)] == [alert["alert_id"]]
    assert _slow(people.cliente_b) == []
    assert people.cliente.status_of("omie") == "DEGRADED"

    recovered = time.monotonic()
    for _ in range(2):
        send(live, key, calls("omie", 900, 300)).raise_for_status()
    wait_until("the alert closes", lambda: not _slow(people.cliente), 90)
    took("from the recovery to the end of the alert", time.monotonic() - recovered)
    state, reason = live.rows(
        "select state::text, close_reason from public.noc_alerts where alert_id = %s",
        alert["alert_id"],
    )[0]
    assert (state, reason) == ("closed", "recovered")
    assert people.cliente.status_of("omie") == "UP"


def test_the_nocs_own_calls_never_feed_its_metrics(live: Live, people: People, asked: int) -> None:
    def counted() -> int:
        return sum(row["count"] for row in _endpoints(people, "supabase:functions"))

    assert _platform_batches(live) >= asked + 2, "the worker has sent nothing that could count"
    # Providers' webhooks come meanwhile: once they pause, the log and the count are the same.
    wait_until(
        "each call of the others is counted, and nothing else",
        lambda: counted() == live.function_calls(),
    )
    routes = [row["endpoint"] for row in _endpoints(people, "supabase:rest")]
    assert routes
    assert not [route for route in routes if route.endswith(OWN_ROUTES)]


def _slow(person: Person) -> list[dict[str, Any]]:
    return person.alerts("p95_latency", "omie")


def _latency(person: Person) -> dict[str, Any]:
    card: dict[str, Any] = person.overview()["kpis"]["latency"]
    return card


def _platform_batches(live: Live) -> int:
    """Batches taken from the platform's own collector."""
    found: int = live.value(
        """
        select count(*) from noc.batches as b
        inner join noc.ingest_keys as k on k.key_id = b.key_id
        where k.company_cnpj is null
        """
    )
    return found


def _endpoints(people: People, service: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = people.admin.rpc("noc_heatmap", service=service)["data"]["rows"]
    return rows


@asynccontextmanager
async def _listening(live: Live, topics: dict[str, str]) -> AsyncIterator[dict[str, set[str]]]:
    """Joins each topic with the real client as its person; gathers the tables that hints name."""
    heard: dict[str, set[str]] = {name: set() for name in topics}
    async with httpx.AsyncClient() as http, AsyncExitStack() as held:
        options = AsyncClientOptions(httpx_client=http, auto_refresh_token=False)
        for name, topic in topics.items():
            client = await acreate_client(live.instance.api_url, live.keys.publishable, options)
            held.push_async_callback(client.realtime.close)
            held.push_async_callback(client.remove_all_channels)
            await _join(client, name, topic, heard[name])
        yield heard


async def _join(client: AsyncClient, name: str, topic: str, heard: set[str]) -> None:
    signed_in = await client.auth.sign_in_with_password(
        {"email": f"{name}@noc.local", "password": DEMO_PASSWORD}
    )
    assert signed_in.session is not None
    await client.realtime.set_auth(signed_in.session.access_token)
    joined = asyncio.Event()

    def on_hint(message: Any) -> None:
        heard.update(message["payload"]["tables"])

    def on_state(state: RealtimeSubscribeStates, _: Exception | None) -> None:
        if state is RealtimeSubscribeStates.SUBSCRIBED:
            joined.set()

    channel = client.channel(
        topic,
        {
            "config": {
                "private": True,
                "broadcast": {"ack": False, "self": False},
                "presence": {"key": "", "enabled": False},
            }
        },
    )
    await channel.on_broadcast("changed", on_hint).subscribe(on_state)
    await asyncio.wait_for(joined.wait(), 30)
