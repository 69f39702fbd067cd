"""The ASGI application: routes, errors and the life of the pool."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import psycopg
from psycopg_pool import PoolTimeout
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dev.auth import admin, grants, routes
from dev.auth.database import lost_connection, make_pool
from dev.auth.errors import ApiError, error_response, unexpected
from dev.auth.hook import parse_hook
from dev.auth.limits import make_limits
from dev.auth.services import Services
from dev.auth.settings import Settings
from dev.auth.tokens import read_key_ring

Handler = Callable[[Request], Awaitable[Response]]
log = logging.getLogger("dev.auth")


def retried(handler: Handler) -> Handler:
    """Ask once more when the database restarted under a request: it left nothing behind.

    Only a connection lost while committing can have, and then a refresh is a repeat and a new
    user is already there.
    """

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except psycopg.Error as error:
            if not lost_connection(error):
                raise
            log.warning("%s %s: asked again after: %s", request.method, request.url.path, error)
            return await handler(request)

    return answer


ROUTES = [
    Route("/health", routes.health),
    Route("/settings", routes.settings),
    Route("/.well-known/jwks.json", routes.jwks),
    Route("/verify", routes.verify, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
    Route("/signup", retried(grants.sign_up), methods=["POST"]),
    Route("/token", retried(grants.token), methods=["POST"]),
    Route("/user", retried(routes.get_user), methods=["GET"]),
    Route("/user", retried(routes.update_user), methods=["PUT"]),
    Route("/logout", retried(routes.log_out), methods=["POST"]),
    Route("/admin/users", retried(admin.list_users), methods=["GET"]),
    Route("/admin/users", retried(admin.create_user), methods=["POST"]),
    Route("/admin/users/{user_id}", retried(admin.get_user), methods=["GET"]),
    Route("/admin/users/{user_id}", retried(admin.update_user), methods=["PUT"]),
    Route("/admin/users/{user_id}", retried(admin.delete_user), methods=["DELETE"]),
]


class AnswerOptions:
    """Answers every OPTIONS with 204 and no CORS header: those are the gateway's to add."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything but OPTIONS on."""
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            await Response(status_code=HTTPStatus.NO_CONTENT)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    return error_response(request, error)


async def _database_failed(request: Request, error: Exception) -> Response:
    log.error("%s %s: %s", request.method, request.url.path, error)
    return error_response(request, unexpected("Database error querying schema"))


async def _failed(request: Request, _: Exception) -> Response:
    """Answer a bug in GoTrue's shape; Starlette then raises it again, so that it is logged."""
    words = "Unexpected failure, please check server logs for more information"
    return error_response(request, unexpected(words))


def make_app(settings: Settings) -> ASGIApp:
    """Build the server. Raises `SettingsError` for unreadable keys or hook name."""
    services = Services(
        settings=settings,
        keys=read_key_ring(settings.signing_key, settings.jwks),
        limits=make_limits(settings.sign_in_limit, settings.refresh_limit),
        pool=make_pool(settings.database_url),
        hook=parse_hook(settings.access_token_hook) if settings.access_token_hook else None,
    )

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        async with services.pool:
            yield

    app = Starlette(
        routes=ROUTES,
        lifespan=life,
        exception_handlers={
            ApiError: _refused,
            psycopg.Error: _database_failed,
            PoolTimeout: _database_failed,
            Exception: _failed,
        },
    )
    app.state.services = services
    return AnswerOptions(app)
