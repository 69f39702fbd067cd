"""Whoever listens for the watchdog's calls, on loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Listener:
    """`calls` are instants of `time.monotonic`, oldest first."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.calls: list[float] = []

    def silent_s(self) -> float:
        """Seconds since the last call; endless before the first."""
        return time.monotonic() - self.calls[-1] if self.calls else float("inf")


@contextmanager
def listening() -> Iterator[Listener]:
    """Listens on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listener.calls.append(time.monotonic())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """The test's own log says enough."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(f"http://127.0.0.1:{server.server_port}/alive")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
