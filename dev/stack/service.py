"""What the supervisor needs to know of a service, and when one counts as ready."""

import hashlib
import http.client
import json
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from dev.stack.paths import ROOT

PROBE_TIMEOUT_S: Final = 1.0
IGNORED: Final = {"__pycache__", "node_modules"}


@dataclass(frozen=True, slots=True)
class Service:
    """One process.

    `ready` is asked until it says yes; without one, a service counts as ready once its output
    holds `ready_text`; without that, once it has run for `settle_s`. `env` is added to the
    caller's environment. `sources` are files and folders whose change makes a running service
    stale. `user` is the system user to run as; null is the caller.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    ports: tuple[int, ...] = ()
    ready: Callable[[], bool] | None = None
    ready_text: str | None = None
    needs: tuple[str, ...] = ()
    sources: tuple[Path, ...] = ()
    cwd: Path = ROOT
    user: str | None = None
    gentle: signal.Signals = signal.SIGTERM
    settle_s: float = 0.5
    ready_within_s: float = 30.0

    def fingerprint(self) -> str:
        """Changes when the service would start differently: command, environment or sources."""
        parts = [json.dumps([self.command, dict(self.env)], sort_keys=True)]
        parts += [f"{path}:{info}" for path, info in _states(self.sources)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def answers(url: str) -> Callable[[], bool]:
    """A readiness check: the URL answers 2xx."""
    parts = urlsplit(url)

    def ready() -> bool:
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=PROBE_TIMEOUT_S
        )
        try:
            connection.request("GET", parts.path or "/")
            return 200 <= connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ready


def accepts(port: int) -> Callable[[], bool]:
    """A readiness check: something accepts connections on the port."""

    def ready() -> bool:
        with socket.socket() as probe:
            probe.settimeout(PROBE_TIMEOUT_S)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return ready


def _states(paths: tuple[Path, ...]) -> list[tuple[str, str]]:
    """Every file below the paths, with its size and time of change."""
    found = []
    for path in paths:
        files = [path] if path.is_file() else path.rglob("*")
        for one in files:
            if one.is_file() and not IGNORED.intersection(one.parts):
                info = one.stat()
                found.append((str(one), f"{info.st_size}:{info.st_mtime_ns}"))
    return sorted(found)
