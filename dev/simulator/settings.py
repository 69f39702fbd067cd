"""Where the simulator finds its instance of the stack, and where it keeps its files."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

ROOT: Final = Path(__file__).resolve().parents[2]
DEFAULTS: Final = {
    "SUPABASE_URL": "http://127.0.0.1:54321",
    "DATABASE_URL": "postgresql://postgres:postgres@127.0.0.1:54322/postgres",
    "NOC_INSTANCE": "dev",
}


class SimulatorError(Exception):
    """The simulator cannot do what was asked; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`home` is the instance's folder; what is written there is gone with `make reset`."""

    supabase_url: str
    database_url: str
    home: Path

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Reads the environment; what is missing means the development instance."""
        value = {name: env.get(name) or default for name, default in DEFAULTS.items()}
        return cls(
            supabase_url=value["SUPABASE_URL"].rstrip("/"),
            database_url=value["DATABASE_URL"],
            home=ROOT / ".local" / value["NOC_INSTANCE"],
        )

    @property
    def scenario_file(self) -> Path:
        """What is played now; written by `scenario`, read by the flow and the fake providers."""
        return self.home / "scenario.json"

    @property
    def keys_file(self) -> Path:
        """The companies' ingest keys."""
        return self.home / "simulator-keys.json"

    @property
    def queue_file(self) -> Path:
        """Messages that were reported as queued and not yet as sent."""
        return self.home / "simulator-queue.json"

    @property
    def lock_file(self) -> Path:
        """Held by the flow that runs."""
        return self.home / "simulator.lock"
