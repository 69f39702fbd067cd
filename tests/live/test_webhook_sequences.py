"""Meta's statuses permuted, repeated, replayed and forged: the end is that of the true ones."""

from __future__ import annotations

import json
import random
import secrets
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest

from dev.fakes.meta.webhooks import encode, signature
from dev.fakes.settings import MetaSettings
from tests.live.instance import Live
from tests.live.sending import at_rest
from tests.scale import scaled

SEQUENCES: Final = scaled(5000, least=200)
AT_ONCE: Final = 8
STATUSES: Final = ("sent", "delivered", "read", "failed")
BEFORE: Final = ("sending", "sent", "unknown")
# A third of the messages in each of the states that a begun send may have.
FILL: Final = """
    with made as (
        insert into public.queue_whatsapp (company_cnpj, external_id, status, state, attempts,
            fence, run_at, expires_at, lease_until, created_at, updated_at, provider_ref)
        select '11222333000181', n::text, noc.queue_status_of(b.state), b.state, 1, 1, now(),
            now() + interval '7 days', case when b.state = 'sending' then now() + interval '1 day'
            end, now(), now(), case when b.state = 'sent' then 'wamid.' || n end
        from generate_series(0, %s - 1) as n
        cross join lateral (
            select (array['sending', 'sent', 'unknown'])[n %% 3 + 1]::public.queue_state as state
        ) as b
        returning message_id, external_id, provider_ref
    ),
    logged as (
        insert into noc.message_attempts (message_id, fence, worker, phone_number_id, begun_at,
            provider_ref)
        select m.message_id, 1, 'w', '1', now(), m.provider_ref from made as m
    )
    select m.message_id::text from made as m order by m.external_id::integer
"""
ENDS: Final = """
    select message_id::text, state::text, status::text, error_code from public.queue_whatsapp
    where run_at is not null
"""


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook; `forged`: Meta did not sign these bytes."""

    raw: bytes
    signed: str
    forged: bool


@dataclass(frozen=True, slots=True)
class Story:
    """What Meta says of one message, and what others say in its name, in this order."""

    message_id: str
    before: str
    true: frozenset[str]
    posts: tuple[Post, ...]
    beside: bool  # its posts overtake each other


@pytest.fixture(scope="module")
def webhook(senders: Live) -> Live:
    """An instance whose queue nobody but Meta moves."""
    at_rest(senders, ())
    return senders


def end_of(before: str, true: frozenset[str]) -> tuple[str, str, int | None]:
    """The oracle: what is known once each status was heard once, whatever came first."""
    if "read" in true:
        return "read", "sent", None
    if "delivered" in true:
        return "delivered", "sent", None
    if "failed" in true:
        return "dead", "failed", 131026
    if "sent" in true:
        return "sent", "sent", None
    return before, {"sending": "queued", "sent": "sent", "unknown": "failed"}[before], None


def invented(dice: random.Random, number: int, message_id: str) -> Story:
    before = BEFORE[number % 3]
    true = frozenset(dice.sample(STATUSES, dice.randint(0, 4)))
    told = [one for one in true for _ in range(dice.randint(1, 3))]
    dice.shuffle(told)
    posts: list[Post] = []
    while told:
        size = dice.randint(1, 3)
        posts.append(honest(dice, number, message_id, before, told[:size]))
        told = told[size:]
    posts += [dice.choice(posts) for _ in range(dice.randint(0, 3)) if posts]
    for _ in range(dice.randint(0, 3)):
        posts.insert(dice.randint(0, len(posts)), forged(dice, number, message_id, posts))
    return Story(message_id, before, true, tuple(posts), dice.random() < 0.3)


def honest(
    dice: random.Random, number: int, message_id: str, before: str, names: Sequence[str]
) -> Post:
    """As Meta sends it; where its own id is known, sometimes without ours."""
    anonymous = before == "sent" and dice.random() < 0.3
    raw = body(number, None if anonymous else message_id, names)
    return Post(raw, signature(raw, MetaSettings().app_secret), forged=False)


def forged(dice: random.Random, number: int, message_id: str, posts: Sequence[Post]) -> Post:
    """Another's signature, a signature of other bytes, or none of these bytes."""
    raw = body(number, message_id, [dice.choice(STATUSES)])
    kind = dice.randrange(3)
    if kind == 0 or not posts:
        return Post(raw, signature(raw, "another secret"), forged=True)
    true = dice.choice(posts)
    if kind == 1:
        return Post(true.raw + b" ", true.signed, forged=True)
    return Post(raw, signature(raw[:-1], MetaSettings().app_secret), forged=True)


def body(number: int, message_id: str | None, names: Sequence[str]) -> bytes:
    def status(name: str) -> dict[str, Any]:
        told: dict[str, Any] = {"id": f"wamid.{number}", "status": name, "timestamp": "1750000000"}
        if message_id is not None:
            told["biz_opaque_callback_data"] = message_id
        if name == "failed":
            told["errors"] = [{"code": 131026, "title": "Message undeliverable"}]
        return told

    value = {"messaging_product": "whatsapp", "statuses": [status(name) for name in names]}
    change = {"field": "messages", "value": value}
    return encode(
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    )


def deliver(client: httpx.Client, url: str, post: Post) -> int:
    answer = client.post(url, content=post.raw, headers={"X-Hub-Signature-256": post.signed})
    assert answer.status_code == (401 if post.forged else 200), (answer.status_code, answer.text)
    return answer.status_code


def test_every_sequence_ends_as_its_true_statuses_sorted_and_heard_once(webhook: Live) -> None:
    seed = secrets.token_hex(4)
    print(f"\nwebhook sequences: seed {seed}", flush=True)
    dice = random.Random(seed)
    ids = [row[0] for row in webhook.rows(FILL, SEQUENCES)]
    sequences = [invented(dice, number, one) for number, one in enumerate(ids)]
    url = f"{webhook.instance.api_url}/functions/v1/whatsapp-webhook"
    counts: Counter[int] = Counter()
    limits = httpx.Limits(max_connections=3 * AT_ONCE)
    with (
        httpx.Client(trust_env=False, timeout=30, limits=limits) as client,
        ThreadPoolExecutor(AT_ONCE) as pool,
        ThreadPoolExecutor(2 * AT_ONCE) as beside,
    ):

        def play(sequence: Story) -> list[int]:
            if sequence.beside:
                return list(beside.map(lambda post: deliver(client, url, post), sequence.posts))
            return [deliver(client, url, post) for post in sequence.posts]

        for answers in pool.map(play, sequences):
            counts.update(answers)
    found = {row[0]: row[1:] for row in webhook.rows(ENDS)}
    wrong = [
        json.dumps([one.before, sorted(one.true), found[one.message_id]])
        for one in sequences
        if found[one.message_id] != end_of(one.before, one.true)
    ]
    print(
        f"webhooks: {len(sequences)} sequences, {counts[200]} taken, {counts[401]} forgeries,"
        f" {len(wrong)} wrong"
    )
    assert wrong == []
    assert counts[401] > SEQUENCES / 2
