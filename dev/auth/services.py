"""What every request handler is given."""

from dataclasses import dataclass

from psycopg import sql
from starlette.requests import Request

from dev.auth.database import Pool
from dev.auth.limits import Limits
from dev.auth.settings import Settings
from dev.auth.tokens import KeyRing


@dataclass(frozen=True, slots=True)
class Services:
    """The server's parts, built once at start."""

    settings: Settings
    keys: KeyRing
    limits: Limits
    pool: Pool
    hook: sql.Identifier | None


def services_of(request: Request) -> Services:
    """Give the parts of the server that answers this request."""
    services = request.app.state.services
    if not isinstance(services, Services):
        raise TypeError("the application was built without its services")
    return services
