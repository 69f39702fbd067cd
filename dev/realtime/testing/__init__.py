"""Tools of the contract tests: start a stand-in, speak its wire format, cut its database off."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec

P = ParamSpec("P")


def scenario(story: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Make an asynchronous test an ordinary one, in an event loop of its own."""

    @functools.wraps(story)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def body() -> None:
            await story(*args, **kwargs)

        asyncio.run(body())

    return run
