"""`/caixa` and `/whatsapp`: what arrived at the fakes, to be looked at by people."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

FOLDER: Final = Path(__file__).parent
FILES: Final = {
    "base.css": "text/css",
    "inbox.css": "text/css",
    "chat.css": "text/css",
    "shared.js": "text/javascript",
    "inbox.js": "text/javascript",
    "chat.js": "text/javascript",
}
# Nothing from another host, nothing inline: what arrives is written by strangers.
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "frame-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def page_routes() -> list[Route]:
    """The two pages and their files."""
    return [
        Route("/caixa", _inbox),
        Route("/whatsapp", _chat),
        Route("/_pages/{name}", _file),
    ]


async def _inbox(_: Request) -> Response:
    return _page("inbox.html")


async def _chat(_: Request) -> Response:
    return _page("chat.html")


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        return Response("not found", status_code=404, media_type="text/plain")
    return FileResponse(FOLDER / name, media_type=FILES[name], headers=HEADERS)


def _page(name: str) -> Response:
    return FileResponse(FOLDER / name, media_type="text/html", headers=HEADERS)
