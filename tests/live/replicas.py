"""An instance with several copies of some workers, as many as people are told by."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dev.stack.service import Service
from tests.live.instance import Live, each_worker_alone
from tests.live.telling import Post

COPIES: Final = {"notify": 3, "health": 2}
NOTIFIERS: Final = tuple(f"notify-{number}" for number in range(1, COPIES["notify"] + 1))
SLOW_S: Final = 0.3  # of the providers, so that kills meet sends
QUIET: Final = """
    update public.noc_rules set enabled = false where enabled;
    update noc.contacts set deleted_at = now(), name = null, email = null, phone = null,
        user_id = null where deleted_at is null
"""


def alone(live: Live, *notifiers: str) -> None:
    """Nothing was told yet, providers are slow, and of the notifiers these alone run."""
    for name in NOTIFIERS:
        if name not in notifiers:
            live.stop(name)
    live.rows("delete from noc.notifications")
    post = Post(live)
    post.order("reset", {})
    post.order("mail/script", {"always": {"stage": "data", "hang_s": SLOW_S}})
    post.order("meta/script", {"always": {"hang_s": SLOW_S}})
    live.repair(*notifiers)


def copies(services: list[Service]) -> list[Service]:
    """The workers of COPIES so many times, each with a folder of its own."""
    alone = each_worker_alone(services)
    kept = [one for one in alone if one.name not in (*COPIES, "collect", "watch")]
    for one in alone:
        for number in range(1, COPIES.get(one.name, 0) + 1):
            spool = f"{one.env['NOC_SPOOL_DIR']}-{number}"
            kept.append(
                replace(one, name=f"{one.name}-{number}", env={**one.env, "NOC_SPOOL_DIR": spool})
            )
    return kept
