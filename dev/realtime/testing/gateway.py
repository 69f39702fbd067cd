"""The least of a gateway: opaque API keys become role tokens, /realtime/v1 becomes the server.

Rewrites the head of the first request of a connection and copies the rest, websocket or not.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

CHUNK_BYTES = 65_536
PREFIX = "/realtime/v1"


@asynccontextmanager
async def gateway_to(server_port: int, keys: Mapping[str, str]) -> AsyncIterator[str]:
    """Serve in front of a stand-in; `keys` maps opaque keys to tokens. Gives the project's URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            upstream_reader, upstream_writer = await asyncio.open_connection(
                "127.0.0.1", server_port
            )
            upstream_writer.write(_rewrite(head, keys).encode("latin-1"))
            await asyncio.gather(_copy(reader, upstream_writer), _copy(upstream_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def _rewrite(head: str, keys: Mapping[str, str]) -> str:
    request, *headers = head.rstrip("\r\n").split("\r\n")
    for opaque, token in keys.items():
        request = request.replace(f"apikey={opaque}", f"apikey={token}")
        headers = [re.sub(rf"(?<= ){re.escape(opaque)}$", token, header) for header in headers]
    request = request.replace(f"{PREFIX}/websocket", "/socket/websocket", 1)
    request = request.replace(f"{PREFIX}/api/", "/api/", 1)
    if not any(header.lower().startswith("upgrade:") for header in headers):
        # One request per connection: only its head is rewritten.
        headers = [h for h in headers if not h.lower().startswith("connection:")]
        headers.append("Connection: close")
    return "\r\n".join([request, *headers, "", ""])


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()
    with suppress(ConnectionError, OSError):
        writer.close()
