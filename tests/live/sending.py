"""The instance that the tests of what leaves the NOC take turns at, one file after another."""

from __future__ import annotations

from typing import Final

from tests.live.instance import SENDING, Live
from tests.live.telling import Post
from tests.scale import scale

EMPTY: Final = """
    delete from noc.notifications;
    delete from public.queue_whatsapp;
    delete from noc.phone_numbers;
    delete from noc.breakers;
    delete from noc.queue_pauses
"""
RULES: Final = "update public.noc_rules set enabled = code = any(%s), no_data = 'keep_last'"
# The leases that nobody alive holds: what was done at their end is done now.
OVER: Final = """
    update noc.notifications set lease_until = clock_timestamp()
    where state in ('leased', 'sending') and lease_owner like %s
"""
QUEUE_OVER: Final = """
    update public.queue_whatsapp set lease_until = clock_timestamp()
    where state in ('leased', 'sending') and lease_owner like %s
"""


def at_rest(live: Live, workers: tuple[str, ...], rules: tuple[str, ...] = ()) -> None:
    """Nothing waits, the fakes have forgotten, and of the senders these alone run."""
    for name in SENDING:
        if name not in workers:
            live.stop(name)
    live.rows(RULES, list(rules))
    live.rows(EMPTY)
    Post(live).order("reset", {})
    if workers:
        live.repair(*workers)


def leases_run_out(live: Live, owner: str = "%") -> None:
    """At full scale they really do; else at once, of workers that are dead."""
    if scale() < 1:
        live.rows(OVER, owner)
        live.rows(QUEUE_OVER, owner)
