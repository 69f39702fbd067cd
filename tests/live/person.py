"""Somebody who signed in, and what the NOC answers to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from dev.stack.services import DEMO_PASSWORD

TIMEOUT_S: Final = 15.0
Row = dict[str, Any]


@dataclass(slots=True)
class Person:
    """A user's session; it outlives Auth, since the API checks tokens by their signature."""

    email: str
    api: str
    publishable: str
    _token: str = field(repr=False)

    @classmethod
    def signed_in(cls, api: str, publishable: str, name: str) -> Person:
        """Signs in `<name>@noc.local` as the page does."""
        email = f"{name}@noc.local"
        answer = httpx.post(
            f"{api}/auth/v1/token?grant_type=password",
            headers={"apikey": publishable},
            json={"email": email, "password": DEMO_PASSWORD},
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        return cls(email, api, publishable, answer.json()["access_token"])

    def rpc(self, name: str, **arguments: object) -> Row:
        """The answer of one RPC; raises `httpx.HTTPError` when there is none."""
        answer = httpx.post(
            f"{self.api}/rest/v1/rpc/{name}",
            headers={"apikey": self.publishable, "authorization": f"Bearer {self._token}"},
            json=arguments,
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        body: Row = answer.json()
        return body

    def badge(self) -> str:
        """The badge's word."""
        return str(self.rpc("noc_badge")["data"]["status"])

    def overview(self, **arguments: object) -> Row:
        """The page's first read."""
        data: Row = self.rpc("noc_overview", **arguments)["data"]
        return data

    def status_of(self, service: str) -> str | None:
        """A service's shown status; null when this person is not shown it."""
        found = [one for one in self.overview()["services"] if one["service_name"] == service]
        return str(found[0]["status"]) if found else None

    def alerts(self, code: str | None = None, service: str | None = None) -> list[Row]:
        """The live alerts that this person sees."""
        return [
            one
            for one in self.overview()["alerts"]
            if code in (None, one["title"]) and service in (None, one["service"])
        ]
