"""Environment of the stand-in as one frozen value; every problem is named at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REQUIRED = ("REALTIME_DB_URL", "JWT_JWKS")

# Name -> (default, least accepted value). For a limit, 0 switches it off.
NUMBERS: dict[str, tuple[float, float]] = {
    "REALTIME_PORT": (54340, 1),
    "REALTIME_REFUSAL_DELAY_MS": (5000, 0),
    "REALTIME_CONNECT_REFUSAL_DELAY_MS": (2000, 0),
    "REALTIME_MAX_USERS": (200, 0),
    "REALTIME_MAX_EVENTS_PER_SECOND": (100, 0),
    "REALTIME_MAX_JOINS_PER_SECOND": (100, 0),
    "REALTIME_MAX_CHANNELS": (100, 0),
    "REALTIME_MAX_PAYLOAD_KB": (3000, 1),
    "REALTIME_RATE_BUCKET_S": (5, 0.01),
    "REALTIME_PRESENCE_CALLS": (5, 0),
    "REALTIME_PRESENCE_WINDOW_S": (30, 0.01),
    "REALTIME_RECOVERY_GAP_S": (15, 0),
    "REALTIME_DB_POOL": (1, 1),
    "REALTIME_DB_QUEUE_TIMEOUT_S": (5, 0.01),
    "REALTIME_DB_DOWN_TIMEOUT_S": (12, 0.01),
    "REALTIME_DB_GATE_S": (30, 0),
    "REALTIME_COLD_START": (1, 0),
    "REALTIME_IDLE_CLOSE_S": (660, 0),
    "REALTIME_TOKEN_CHECK_S": (300, 0.01),
    "REALTIME_READY_TIMEOUT_S": (60, 0.01),
    "REALTIME_SEND_QUEUE": (2000, 1),
}


class SettingsError(Exception):
    """The environment is incomplete or wrong; the message lists every problem."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the stand-in may vary. Durations in seconds, sizes in bytes; a limit of 0 is off.

    `cold_start` true opens the database and the stream with the first user and closes both
    `idle_close_s` after the last one left; false keeps them open all the time.
    """

    db_url: str
    jwks_path: Path
    port: int
    refusal_delay_s: float
    connect_refusal_delay_s: float
    max_users: int
    max_events_per_second: float
    max_joins_per_second: float
    max_channels: int
    max_payload_bytes: int
    rate_bucket_s: float
    presence_calls: int
    presence_window_s: float
    recovery_gap_s: float
    db_pool: int
    db_queue_timeout_s: float
    db_down_timeout_s: float
    db_gate_s: float
    cold_start: bool
    idle_close_s: float
    token_check_s: float
    ready_timeout_s: float
    send_queue: int


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings.

    Raises `SettingsError` naming every missing and every malformed variable.
    """
    problems = [f"{name} is missing" for name in REQUIRED if not environment.get(name)]
    values: dict[str, float] = {}
    for name, (default, least) in NUMBERS.items():
        text = environment.get(name) or str(default)
        try:
            values[name] = float(text)
        except ValueError:
            problems.append(f"{name} must be a number, not {text!r}")
            continue
        if values[name] < least:
            problems.append(f"{name} must be at least {least:g}, not {text}")
    if problems:
        raise SettingsError("; ".join(problems))
    return _build(environment, values)


def _build(environment: Mapping[str, str], values: Mapping[str, float]) -> Settings:
    def number(name: str) -> float:
        return values[f"REALTIME_{name}"]

    return Settings(
        db_url=environment["REALTIME_DB_URL"],
        jwks_path=Path(environment["JWT_JWKS"]),
        port=int(number("PORT")),
        refusal_delay_s=number("REFUSAL_DELAY_MS") / 1000,
        connect_refusal_delay_s=number("CONNECT_REFUSAL_DELAY_MS") / 1000,
        max_users=int(number("MAX_USERS")),
        max_events_per_second=number("MAX_EVENTS_PER_SECOND"),
        max_joins_per_second=number("MAX_JOINS_PER_SECOND"),
        max_channels=int(number("MAX_CHANNELS")),
        # The real server adds 500 bytes to the limit for the envelope.
        max_payload_bytes=int(number("MAX_PAYLOAD_KB") * 1000) + 500,
        rate_bucket_s=number("RATE_BUCKET_S"),
        presence_calls=int(number("PRESENCE_CALLS")),
        presence_window_s=number("PRESENCE_WINDOW_S"),
        recovery_gap_s=number("RECOVERY_GAP_S"),
        db_pool=int(number("DB_POOL")),
        db_queue_timeout_s=number("DB_QUEUE_TIMEOUT_S"),
        db_down_timeout_s=number("DB_DOWN_TIMEOUT_S"),
        db_gate_s=number("DB_GATE_S"),
        cold_start=bool(number("COLD_START")),
        idle_close_s=number("IDLE_CLOSE_S"),
        token_check_s=number("TOKEN_CHECK_S"),
        ready_timeout_s=number("READY_TIMEOUT_S"),
        send_queue=int(number("SEND_QUEUE")),
    )
