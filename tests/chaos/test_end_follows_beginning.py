"""Whoever may have been told of an alert's beginning is told of its end, in every interleaving."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg

from dev.testing.cluster import Cluster
from tests.scale import scaled

ALERTS: Final = scaled(2000, least=80)
SENDERS: Final = 3
NO_LIMITS: Final = """
    create or replace function noc.notification_limits()
    returns table (per_contact integer, per_company integer, storm integer)
    language sql immutable set search_path = '' as 'select 1000000, 1000000, 1000000'
"""
OPEN: Final = """
    with opened as (
        insert into public.noc_alerts (rule_id, code, fingerprint, target, service, severity,
            severity_max, started_at, opened_at, flipped_at, last_seen_at, value, last_value,
            threshold, unit)
        select r.rule_id, r.code, gen_random_uuid()::text, 'service:omie', 'omie', 'critical',
            'critical', now(), now(), now(), now(), 2, 2, 1, 'status'
        from public.noc_rules as r where r.code = 'service_down'
        returning alert_id, severity
    )
    insert into noc.alert_events (alert_id, at, kind, severity)
    select o.alert_id, now(), 'opened', o.severity from opened as o
    returning alert_id
"""
CLOSE: Final = """
    with closed as (
        update public.noc_alerts set state = 'closed', closed_at = now(),
            close_reason = 'recovered' where alert_id = %s returning alert_id, severity
    )
    insert into noc.alert_events (alert_id, at, kind, severity)
    select c.alert_id, now(), 'closed', c.severity from closed as c
"""
PLAN: Final = "select noc.plan_notifications(clock_timestamp())"
CLAIM: Final = "select noc.claim_notifications(%s, 3, '{email,whatsapp}')"
SETTLE: Final = "select noc.settle_notification(%s, %s, %s, 'chaos', null, null)"
OTHERS: Final = "update noc.notifications set reason = 'held' where notification_id <> %s"
WAITING: Final = """
    select (select count(*) from noc.unplanned_events) + (
        select count(*) from noc.notifications where state in ('leased', 'sending')
            or state = 'queued' and event in ('closed', 'group') and attempts = 0
    )
"""
# Per alert, contact and channel: was its beginning begun, perhaps told, alone or with others; was
# its end told, and planned rather than taken over from the contact's other channel.
TOLD: Final = """
    select bool_or(n.event <> 'closed' and greatest(n.attempts, b.attempts) > 0),
        bool_or(n.event <> 'closed' and (
            noc.has_told(n.state, n.may_have_arrived)
            or n.state = 'bundled' and noc.has_told(b.state, b.may_have_arrived)
        )),
        bool_or(n.event = 'closed' and n.state <> 'cancelled'),
        bool_or(n.event = 'closed' and n.state <> 'cancelled' and n.instead_of is null)
    from noc.notifications as n
    left join noc.notifications as b on b.notification_id = n.bundle_id
    where n.event in ('opened', 'closed')
    group by n.alert_id, n.contact_id, n.channel
"""


class Storm:
    """Alerts come and go, the planner plans and workers send, each on a connection of its own."""

    def __init__(self, cluster: Cluster, seed: str) -> None:
        self.dsn = cluster.dsn()
        self.seed = seed
        self.over = threading.Event()
        self.failures: list[BaseException] = []

    def run(self) -> None:
        workers = [self.send(f"{self.seed}-{number}") for number in range(SENDERS)]
        threads = [threading.Thread(target=self._guarded, args=(w,)) for w in (self.plan, *workers)]
        for thread in threads:
            thread.start()
        try:
            self.come_and_go()
            self.settle()
        finally:
            self.over.set()
            for thread in threads:
                thread.join()
            if self.failures:
                raise self.failures[0]

    def come_and_go(self) -> None:
        """Each alert ends within moments, while it is planned, leased, begun or sent."""
        chance = random.Random(self.seed)
        with self._connected() as db:
            for _ in range(ALERTS):
                if self.over.is_set():
                    return
                alert_id = _first(db, OPEN)
                time.sleep(chance.choice((0.0, 0.01, 0.03, 0.1, 0.3)))
                db.execute(CLOSE, (alert_id,))

    def settle(self) -> None:
        """Until every message has ended; one has to within each 90 s."""
        with self._connected() as db:
            fewest, since = _first(db, WAITING), time.monotonic()
            while (left := _first(db, WAITING)) > 0 and not self.over.is_set():
                if left < fewest:
                    fewest, since = left, time.monotonic()
                assert time.monotonic() < since + 90, f"{left} messages do not end"
                time.sleep(0.1)

    def plan(self) -> None:
        with self._connected() as db:
            while not self.over.is_set():
                answer = _first(db, PLAN)
                assert "error" not in answer, answer
                time.sleep(0.005)

    def send(self, name: str) -> Callable[[], None]:
        def sending() -> None:
            chance = random.Random(name)
            with self._connected() as db:
                while not self.over.is_set():
                    leases = _first(db, CLAIM, name)
                    for lease in leases:
                        self._send(db, lease, chance)
                    time.sleep(0.0 if leases else 0.005)

        return sending

    def _send(
        self, db: psycopg.Connection[Any], lease: dict[str, Any], chance: random.Random
    ) -> None:
        ids = (lease["notification_id"], lease["fence"])
        begun = _first(db, "select noc.begin_notification(%s, %s)", *ids)
        time.sleep(chance.choice((0.0, 0.0, 0.01)))
        if begun["send"]:
            outcome = chance.choice(("sent", "sent", "sent", "refused", "ambiguous"))
            _first(db, SETTLE, *ids, outcome)

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.dsn, autocommit=True)

    def _guarded(self, run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException as error:
            self.failures.append(error)
            self.over.set()


def _first(db: psycopg.Connection[Any], query: str, *arguments: object) -> Any:
    row = db.execute(query.encode(), arguments or None).fetchone()
    return None if row is None else row[0]


def test_whoever_may_know_of_the_beginning_is_told_of_the_end(own_cluster: Cluster) -> None:
    seed = secrets.token_hex(4)
    print(f"\nend follows beginning: seed {seed}", flush=True)
    with psycopg.connect(own_cluster.dsn()) as db:
        db.execute(NO_LIMITS)
    storm = Storm(own_cluster, seed)
    storm.run()
    with psycopg.connect(own_cluster.dsn()) as db:
        pairs = db.execute(TOLD).fetchall()
    knew = sum(known for _, known, _, _ in pairs)
    print(f"end follows beginning: {ALERTS} alerts, {len(pairs)} told, {knew} knew")
    assert all(end for _, known, end, _ in pairs if known)
    assert not any(planned for begun, _, _, planned in pairs if not begun)
    assert 0 < knew < len(pairs), "the storm met only one side"


def test_a_refusal_does_not_wait_for_the_message_of_the_other_channel(own_cluster: Cluster) -> None:
    with (
        psycopg.connect(own_cluster.dsn(), autocommit=True) as db,
        psycopg.connect(own_cluster.dsn()) as other,
    ):
        db.execute(NO_LIMITS)
        _first(db, OPEN)
        assert "error" not in _first(db, PLAN)
        lease = _first(db, CLAIM, "one")[0]
        ids = lease["notification_id"], lease["fence"]
        assert _first(db, "select noc.begin_notification(%s, %s)", *ids)["send"]
        with other.transaction():
            other.execute(OTHERS, (ids[0],))
            db.execute("set lock_timeout = '5s'")
            settled = _first(db, SETTLE, *ids, "refused")
    assert settled == {"accepted": True, "state": "dead"}
