"""From a request path to a service and a route template, without personal data or ids."""

import re
from collections import defaultdict

from workers.cnpj import is_valid

_SERVICES = (
    ("/rest/v1", "supabase:rest"),
    ("/auth/v1", "supabase:auth"),
    ("/realtime/v1", "supabase:realtime"),
    ("/functions/v1", "supabase:functions"),
)
_UUID = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
_HEX = re.compile(r"(?=.*[0-9])[0-9a-f]{12,}", re.IGNORECASE)
# A word of a route: anything else in a path is somebody's data.
_WORD = re.compile(r"[A-Za-z_.][\w.-]{0,63}", re.ASCII)

MAX_SEGMENTS = 8
MAX_ROUTES = 500
MAX_LENGTH = 200  # of an endpoint in api_usage
OTHER = "/{other}"


def split_service(path: str) -> tuple[str, str] | None:
    """The service of a gateway path and the path within it; null when it is no API's."""
    for prefix, service in _SERVICES:
        if path == prefix or path.startswith(f"{prefix}/"):
            return service, path[len(prefix) :] or "/"
    return None


def template(path: str) -> str:
    """The path with `{id}` for each uuid, number, hex id, CNPJ, and whatever is not a word."""
    segments = [segment for segment in path.split("/") if segment]
    kept = [segment if _is_word(segment) else "{id}" for segment in segments[:MAX_SEGMENTS]]
    if len(segments) > MAX_SEGMENTS:
        kept.append("{more}")
    return "/" + "/".join(kept)


def _is_word(segment: str) -> bool:
    is_id = _UUID.fullmatch(segment) or _HEX.fullmatch(segment) or is_valid(segment.upper())
    return _WORD.fullmatch(segment) is not None and not is_id


class Routes:
    """Bounds how many routes a service can have, so that a scanner cannot fill the summary."""

    def __init__(self, limit: int = MAX_ROUTES) -> None:
        self._limit = limit
        self._known: defaultdict[str, set[str]] = defaultdict(set)

    def of(self, service: str, path: str) -> str:
        """The route of a path, `/{other}` for an overlong one or when the service has its fill."""
        route = template(path)
        known = self._known[service]
        if len(route) > MAX_LENGTH or (route not in known and len(known) >= self._limit):
            return OTHER
        known.add(route)
        return route
