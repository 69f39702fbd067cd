"""The ASGI application: websocket, HTTP broadcasts, health."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from dev.realtime import http_api
from dev.realtime.client_socket import ClientSocket
from dev.realtime.errors import TokenRefused
from dev.realtime.services import Services


def build_app(services: Services) -> Starlette:
    """The application around wired services."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        starting = asyncio.create_task(services.link.start())
        yield
        starting.cancel()
        with suppress(asyncio.CancelledError):
            await starting
        await services.link.close()

    app = Starlette(
        lifespan=lifespan,
        routes=[
            WebSocketRoute("/socket/websocket", _serve_socket),
            Route("/api/broadcast", http_api.broadcast_batch, methods=["POST"]),
            Route(
                "/api/broadcast/{topic}/events/{event}", http_api.broadcast_event, methods=["POST"]
            ),
            Route("/api/health", _health),
            Route("/healthz", _health),
        ],
    )
    app.state.services = services
    return app


async def _serve_socket(websocket: WebSocket) -> None:
    services: Services = websocket.app.state.services
    token = websocket.headers.get("x-api-key") or websocket.query_params.get("apikey")
    refusal = _refusal(services, token)
    if refusal is not None or token is None:
        await asyncio.sleep(services.settings.connect_refusal_delay_s)
        await websocket.send_denial_response(refusal or Response(status_code=401))
        return
    await websocket.accept()
    headers = {name: value for name, value in websocket.headers.items() if name.startswith("x-")}
    array_format = websocket.query_params.get("vsn", "1.0.0").startswith("2")
    await ClientSocket(websocket, services, token, headers, array_format=array_format).run()


def _refusal(services: Services, token: str | None) -> Response | None:
    """Why a connection is not taken, or null. Opaque `sb_` keys are the gateway's business."""
    if not token:
        return JSONResponse({"error": "API key is missing"}, 401)
    try:
        services.keys.verify(token, time.time())
    except TokenRefused as refusal:
        return JSONResponse({"error": refusal.connect_message}, 401)
    if services.is_full():
        return JSONResponse({"error": "Too many connected users"}, 429)
    if services.joins.triggered:
        return JSONResponse({"error": "Too many joins per second"}, 429)
    return None


async def _health(request: Request) -> Response:
    """200 while the process serves. `replication` is false until a first user opened the stream."""
    services: Services = request.app.state.services
    return JSONResponse(
        {
            "replication": services.stream.running,
            "database": services.database.connected,
            "users": len(services.users),
            "channels": services.hub.channels,
            "delivered": services.hub.delivered,
            "events_per_second": round(services.hub.events.average, 1),
        }
    )
