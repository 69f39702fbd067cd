"""A stand-in as a child process on a free port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx

REPOSITORY = Path(__file__).resolve().parents[3]
START_TIMEOUT_S = 20
STOP_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class StandIn:
    """A running server; `log` is what it wrote."""

    port: int
    process: subprocess.Popen[bytes]
    log_path: Path

    @property
    def http_url(self) -> str:
        """Base of the HTTP routes."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        """What the clients append `/websocket` to."""
        return f"ws://127.0.0.1:{self.port}/socket"

    @property
    def log(self) -> str:
        """Everything logged so far."""
        return self.log_path.read_text()

    def health(self) -> dict[str, Any]:
        """Answer of the health route."""
        answer: dict[str, Any] = httpx.get(f"{self.http_url}/api/health").json()
        return answer

    def wait_until_streaming(self) -> None:
        """Wait until database broadcasts are delivered. Raises `RuntimeError` with its log."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.health()["replication"]:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the stream did not start:\n{self.log}")
            time.sleep(0.02)

    def terminate(self) -> None:
        """Ask it to stop, as an operator would; safe to repeat."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)


StartServer = Callable[..., StandIn]
"""Starts one on the database given, or the session's; keyword arguments are options."""


@contextmanager
def stand_in(
    db_url: str, jwks: Path, log_path: Path, options: Mapping[str, object] | None = None
) -> Iterator[StandIn]:
    """Start one with `REALTIME_<option>` set, and stop it on exit.

    Raises `RuntimeError` with its log when it does not start.
    """
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("REALTIME_")},
        "REALTIME_DB_URL": db_url,
        "JWT_JWKS": str(jwks),
        "REALTIME_PORT": str(port),
        **{f"REALTIME_{name}": str(value) for name, value in (options or {}).items()},
    }
    with log_path.open("wb") as log:
        process = _spawn(environment, log)
    server = StandIn(port, process, log_path)
    try:
        _wait_until_serving(server)
        yield server
    finally:
        server.terminate()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _spawn(environment: Mapping[str, str], log: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dev.realtime"]
    return subprocess.Popen(
        command, cwd=REPOSITORY, env=dict(environment), stdout=log, stderr=subprocess.STDOUT
    )


def _wait_until_serving(server: StandIn) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            httpx.get(f"{server.http_url}/healthz", timeout=1)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the stand-in did not start:\n{server.log}")
