"""Whatever dies, no message of the queue is lost and none is sent twice by itself.

Meta cannot tell repeats apart: what was cut off is unknown, one message at most for each sender
that was killed, until Meta's webhook or a person says more. A provider that can is asked again.
"""

from __future__ import annotations

import secrets
import statistics
from collections import Counter
from typing import Final

import httpx

from dev.fakes.meta.webhooks import encode, signature
from dev.fakes.settings import MetaSettings
from tests.live.instance import Live
from tests.live.queue_storm import Storm
from tests.live.sending import at_rest
from tests.live.telling import Post
from tests.scale import scale

# A storm lasts for seconds a kill.
KILLS: Final = 600 if scale() >= 1 else 12
NAIVE_KILLS: Final = 20 if scale() >= 1 else 12
RECOVERY_S: Final = 35.0
NUMBER: Final = MetaSettings().phone_number_ids[0]
STATES: Final = """
    select message_id::text, state::text from public.queue_whatsapp where run_at is not null
"""
KNOWS_REPEATS: Final = """
    insert into noc.phone_numbers (phone_number_id, idempotent) values (%s, true)
    on conflict (phone_number_id) do update set idempotent = true
"""
# From the beginning of a send that its worker did not end to when its message was free again.
RECOVERIES: Final = """
    select extract(epoch from ended_at - begun_at)::float from noc.message_attempts
    where outcome = 'lost'
"""
OUTCOMES: Final = "select outcome, count(*) from noc.message_attempts group by outcome"


def weather(live: Live, label: str) -> Storm:
    """One storm over an empty queue; no webhook of Meta's comes by itself."""
    at_rest(live, ())
    Post(live).order("meta/webhook", {"url": None})
    seed = secrets.token_hex(4)
    print(f"\nqueue storm {label}: seed {seed}", flush=True)
    return Storm(live, label, seed)


def rang(live: Live) -> Counter[str]:
    """How often each message was accepted by the provider."""
    return Counter(one["biz_opaque_callback_data"] for one in Post(live).messages())


def told(storm: Storm, live: Live) -> None:
    recoveries = sorted(row[0] for row in live.rows(RECOVERIES))
    outcomes = dict(live.rows(OUTCOMES))
    states = Counter(state for _, state in live.rows(STATES))
    p99 = statistics.quantiles(recoveries, n=100)[-1] if len(recoveries) > 1 else 0.0
    print(
        f"queue {storm.label}: {storm.kills.total()} kills, {storm.crashes} crashes,"
        f" {storm.faults} faults, {storm.messages} messages, {len(recoveries)} recoveries"
    )
    print(
        f"killed {dict(storm.kills)}, ended {dict(states)}, attempts {outcomes},"
        f" recovery p99 {p99:.1f} s"
    )
    assert recoveries, "no kill met a message on its way"
    assert p99 <= RECOVERY_S


def test_with_meta_nothing_is_lost_or_doubled_and_what_is_unknown_is_counted(
    senders: Live,
) -> None:
    live, storm = senders, weather(senders, "meta")
    storm.run(KILLS)
    told(storm, live)
    states, calls = dict(live.rows(STATES)), rang(live)
    assert len(states) == storm.messages, "none is lost"
    assert set(states.values()) <= {"sent", "unknown"}
    assert set(calls.values()) <= {1}, "none is sent twice"
    assert {one for one, state in states.items() if state == "sent"} <= set(calls)
    assert set(calls) <= set(states), "none came from elsewhere"
    outcomes = dict(live.rows(OUTCOMES))
    unknown = Counter(states.values())["unknown"]
    assert unknown == outcomes.get("lost", 0) + outcomes.get("ambiguous", 0)
    assert outcomes.get("lost", 0) <= storm.kills.total()
    assert outcomes.get("ambiguous", 0) <= storm.ambiguous

    webhooks_of(live)
    after = dict(live.rows(STATES))
    assert {one for one, state in after.items() if state == "delivered"} == set(calls)
    still = {one for one, state in after.items() if state == "unknown"}
    assert still == set(states) - set(calls), "unknown is what never left"
    print(f"queue meta: {unknown} unknown, {len(still)} left")


def webhooks_of(live: Live) -> None:
    """Meta tells that all that it took was delivered."""
    url = f"{live.instance.api_url}/functions/v1/whatsapp-webhook"
    messages = Post(live).messages()
    for start in range(0, len(messages), 100):
        statuses = [
            {
                "id": one["wamid"],
                "status": "delivered",
                "biz_opaque_callback_data": one["biz_opaque_callback_data"],
            }
            for one in messages[start : start + 100]
        ]
        change = {"field": "messages", "value": {"statuses": statuses}}
        raw = encode({"object": "whatsapp_business_account", "entry": [{"changes": [change]}]})
        signed = {"X-Hub-Signature-256": signature(raw, MetaSettings().app_secret)}
        httpx.post(url, content=raw, headers=signed, timeout=30).raise_for_status()


def test_with_a_provider_that_knows_repeats_every_message_arrives_once(senders: Live) -> None:
    live, storm = senders, weather(senders, "repeats")
    live.rows(KNOWS_REPEATS, NUMBER)
    Post(live).order("meta/repeats", {"known": True})
    storm.run(KILLS)
    told(storm, live)
    states, calls = dict(live.rows(STATES)), rang(live)
    assert set(states.values()) == {"sent"}
    assert len(states) == storm.messages
    assert calls == dict.fromkeys(states, 1)


def test_whoever_simply_tries_again_with_meta_sends_twice(senders: Live) -> None:
    """The control: the same storm shows it where repeats are sent to who cannot know them."""
    live, storm = senders, weather(senders, "naive")
    live.rows(KNOWS_REPEATS, NUMBER)
    storm.run(NAIVE_KILLS)
    doubled = sum(count > 1 for count in rang(live).values())
    print(f"queue {storm.label}: {storm.kills.total()} kills, {doubled} doubled")
    assert doubled > 0
