"""Probes: one function per kind of target, from a check to what was seen.

A probe raises only for its own bugs; whatever its target does is an observation.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from workers.model import Check, Observation

Probe = Callable[[Check], Awaitable[Observation]]
Probes = Mapping[str, Probe]


async def run_probe(probe: Probe, check: Check) -> Observation:
    """The probe's observation, or a bad `timeout` once the check's own limit is over."""
    try:
        async with asyncio.timeout(check.timeout_s):
            return await probe(check)
    except TimeoutError:
        return Observation("bad", round(check.timeout_s * 1000), "timeout")
