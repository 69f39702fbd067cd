"""Waiting with a deadline, and saying how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

import httpx
import psycopg
import pytest

T = TypeVar("T")

POLL_S: Final = 0.25
# The machine that runs the tests may be busy; what is promised in seconds is asserted apart.
PATIENCE_S: Final = 90.0
AWAY = (httpx.HTTPError, psycopg.OperationalError)


def wait_until(what: str, look: Callable[[], T], within_s: float = PATIENCE_S) -> T:
    """The first truthy answer of `look`; an unreachable service counts as "not yet"."""
    began = time.monotonic()
    last: object = None
    while time.monotonic() - began < within_s:
        try:
            found = look()
        except AWAY as error:
            last = f"{type(error).__name__}: {error}"
        else:
            last = found
            if found:
                took(what, time.monotonic() - began)
                return found
        time.sleep(POLL_S)
    pytest.fail(f"{what}: not within {within_s:.0f} s; last seen: {last!r}")


def took(what: str, seconds: float) -> None:
    """A line of the test's log."""
    print(f"  {seconds:6.1f} s  {what}", flush=True)
