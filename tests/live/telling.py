"""Trouble that people are told of, and what has reached them at the fakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import httpx

from tests.live.instance import Live

Json = dict[str, Any]
BREAK: Final = """
    insert into noc.check_targets (service_name, company_cnpj, probe, interval_s, status, since,
        last_checked_at)
    select 'api', c, 'test', 3600, %s, clock_timestamp(), clock_timestamp()
    from unnest(%s::text[]) as c
    on conflict (service_name, company_cnpj) do update
    set status = excluded.status, since = excluded.since, last_checked_at = excluded.last_checked_at
"""
OPEN: Final = (
    "select count(*) from noc.notifications where state in ('queued', 'leased', 'sending')"
)


def probed(live: Live, status: str, companies: Sequence[str]) -> None:
    """The companies' own service is probed so, and judged at once."""
    live.rows(BREAK, status, list(companies))
    live.rows("select noc.tick(clock_timestamp())")


class Post:
    """The fakes' mailbox and telephone."""

    def __init__(self, live: Live) -> None:
        self._url = live.instance.fakes_url

    def mails(self) -> list[Json]:
        """Every mail, once per Message-ID."""
        found: list[Json] = self._get("mail/messages")["mails"]
        return found

    def mail(self, mail_id: str) -> Json:
        """One mail with its text."""
        return self._get(f"mail/messages/{mail_id}")

    def messages(self) -> list[Json]:
        """Every WhatsApp message that was accepted."""
        found: list[Json] = self._get("meta/messages")["messages"]
        return found

    def order(self, what: str, body: Json) -> None:
        """Tells the fakes how to behave."""
        httpx.post(f"{self._url}/_fake/{what}", json=body, trust_env=False).raise_for_status()

    def _get(self, path: str) -> Json:
        answer = httpx.get(f"{self._url}/_fake/{path}", trust_env=False)
        answer.raise_for_status()
        found: Json = answer.json()
        return found
