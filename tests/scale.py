"""How large a suite runs: a few percent in `make test`, all of it in `make proof`."""

from __future__ import annotations

import os

SMALL = 0.04


def scale() -> float:
    """NOC_SCALE as a fraction of the full counts, 0.04 when unset."""
    return float(os.environ.get("NOC_SCALE", SMALL))


def scaled(full: int, least: int = 1) -> int:
    """`full` times the scale, and at least `least`."""
    return max(least, round(full * scale()))
