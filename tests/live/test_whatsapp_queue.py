"""From a host's request to the telephone and back: the queue, its sender and Meta's webhooks."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from typing import Any, Final

import httpx
import pytest

from dev.fakes.meta.webhooks import encode, signature
from dev.fakes.settings import MetaSettings
from tests.live.instance import Live
from tests.live.sending import at_rest
from tests.live.telling import Post
from tests.live.waiting import wait_until
from tests.scale import scale

COMPANY: Final = "11222333000181"
MESSAGES: Final = 30
STATES: Final = """
    select state::text, count(*) from public.queue_whatsapp where run_at is not null group by state
"""
KEY: Final = """
    select noc.issue_ingest_key(%s, 'queue', 'api', null, '{messages}', null, false) ->> 'key'
"""


@pytest.fixture(scope="module")
def queue(senders: Live) -> Live:
    """An instance whose only worker sends the queue."""
    at_rest(senders, ("whatsapp",), rules=("whatsapp_queue_held",))
    return senders


def message(number: int, **more: object) -> dict[str, Any]:
    """One of the NOC's own templates, which the fake account has."""
    return {
        "external_id": f"pedido-{number}",
        "to": f"55119700{number:05}",
        "template": "noc_teste",
        "parameters": [f"Pessoa {number}"],
    } | more


def enqueue(live: Live, *messages: dict[str, Any]) -> dict[str, Any]:
    """As a host's service does, through the ingest function."""
    answer = httpx.post(
        f"{live.instance.api_url}/functions/v1/ingest",
        headers={"authorization": f"Bearer {live.value(KEY, COMPANY)}"},
        json={"kind": "messages", "events": list(messages)},
        timeout=15,
    )
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def states(live: Live) -> dict[str, int]:
    return dict(live.rows(STATES))


def test_messages_reach_their_people_once_and_are_known_to_be_read(queue: Live) -> None:
    post = Post(queue)
    wanted = [message(number) for number in range(MESSAGES)]
    for _ in range(2):  # a host that repeats itself
        assert enqueue(queue, *wanted)["accepted"] == MESSAGES
    wait_until("all were sent", lambda: len(post.messages()) >= MESSAGES)
    wait_until("Meta told of all", lambda: set(states(queue)) <= {"delivered", "read"}, within_s=60)
    rang = Counter(one["to"] for one in post.messages())
    assert rang == {one["to"]: 1 for one in wanted}
    assert {one["body"] for one in post.messages()} == {
        f"Teste do NOC: olá, Pessoa {n}. Se você lê isto, os avisos chegam até você."
        for n in range(MESSAGES)
    }


def test_a_sender_that_is_told_to_stop_leaves_nothing_open(queue: Live) -> None:
    post = Post(queue)
    before = len(post.messages())
    post.order("meta/script", {"always": {"hang_s": 0.4}})
    enqueue(queue, *(message(number) for number in range(500, 560)))
    wait_until("some are on their way", lambda: states(queue).get("sending", 0) > 0)
    queue.stop("whatsapp")
    assert set(states(queue)) <= {"queued", "retry", "sent", "delivered", "read"}
    queue.repair("whatsapp")
    httpx.delete(f"{queue.instance.fakes_url}/_fake/meta/script", trust_env=False)
    wait_until("all were sent", lambda: len(post.messages()) == before + 60)


def test_nobody_is_named_in_the_senders_log(queue: Live) -> None:
    text = (queue.instance.log / "whatsapp.log").read_text()
    assert "sent from the queue" in text
    assert "55119700" not in text
    assert "Pessoa" not in text


def test_what_meta_refuses_dies_with_its_reason(queue: Live) -> None:
    enqueue(queue, message(900, template="nao_existe"))
    wait_until("it died", lambda: states(queue).get("dead") == 1)
    assert queue.rows(
        "select error_class, error_code from public.queue_whatsapp where state = 'dead'"
    ) == [("template", 132001)]


def test_a_token_that_is_refused_holds_the_queue_and_says_so(queue: Live) -> None:
    post = Post(queue)
    before = len(post.messages())
    post.order("meta/script", {"always": {"code": 190}})
    enqueue(queue, *(message(number) for number in range(1000, 1010)))
    wait_until("the number is held", lambda: queue.value(
        "select count(*) from noc.queue_pauses where phone_number_id is not null"
    ) == 1)  # fmt: skip
    wait_until("the tick raises it", lambda: queue.value(
        "select severity::text from public.noc_alerts where code = 'whatsapp_queue_held'"
    ) == "critical")  # fmt: skip
    httpx.delete(f"{queue.instance.fakes_url}/_fake/meta/script", trust_env=False)
    queue.rows("select noc.resume_queue(null, null, 0, null, clock_timestamp())")
    wait_until("all were sent", lambda: len(post.messages()) == before + 10)


def test_meta_may_set_the_webhook_up_and_is_answered_fast(queue: Live) -> None:
    verified = httpx.post(
        f"{queue.instance.fakes_url}/_fake/meta/verify", json={}, trust_env=False
    ).json()
    assert verified["ok"], verified
    url = f"{queue.instance.api_url}/functions/v1/whatsapp-webhook"
    assert httpx.post(url, json={}).status_code == 401
    posted = httpx.get(f"{queue.instance.fakes_url}/_fake/meta/webhooks", trust_env=False).json()[
        "webhooks"
    ]
    assert {one["status"] for one in posted} == {200}


def test_a_webhook_is_answered_in_less_than_300_ms(queue: Live) -> None:

    url = f"{queue.instance.api_url}/functions/v1/whatsapp-webhook"
    ids = [str(one) for (one,) in queue.rows("select message_id from public.queue_whatsapp")]
    times = []
    with httpx.Client(trust_env=False) as meta:
        for number in range(60):
            status = {"id": f"wamid.{number}", "status": "delivered", "timestamp": "1"}
            status["biz_opaque_callback_data"] = ids[number % len(ids)]
            value = {"messaging_product": "whatsapp", "statuses": [status]}
            change = {"field": "messages", "value": value}
            entry = {"id": "1", "changes": [change]}
            raw = encode({"object": "whatsapp_business_account", "entry": [entry]})
            signed = {"X-Hub-Signature-256": signature(raw, MetaSettings().app_secret)}
            began = time.perf_counter()
            assert meta.post(url, content=raw, headers=signed).status_code == 200
            times.append(time.perf_counter() - began)
    slowest = statistics.quantiles(times, n=20)[-1]
    median = statistics.median(times)
    print(f"\nwebhook: {len(times)}, median {median * 1000:.0f} ms, p95 {slowest * 1000:.0f} ms")
    assert (slowest if scale() >= 1 else median) < 0.3
