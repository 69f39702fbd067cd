"""What Meta checks of every call before it looks at the body: version, token, number."""

import re
from typing import Final

from starlette.requests import Request

from dev.fakes.meta.errors import MetaError
from dev.fakes.settings import MetaSettings

VERSION: Final = re.compile(r"(\d{1,3})\.0")
UNKNOWN_NUMBER_SUBCODE: Final = 33


def check_version(request: Request, settings: MetaSettings) -> None:
    """Raises 2500 for a version that does not exist."""
    found = VERSION.fullmatch(request.path_params["version"])
    first, last = settings.versions
    if found is None or not first <= int(found.group(1)) <= last:
        raise MetaError(2500, message=f"Unknown path components: {request.url.path}")


def check_token(request: Request, settings: MetaSettings) -> None:
    """Raises 190 unless the call carries one of the account's tokens."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise MetaError(190, message="An access token is required to request this resource.")
    if token not in settings.tokens:
        raise MetaError(190, message="Invalid OAuth access token - Cannot parse access token")


def number_of(request: Request, settings: MetaSettings) -> str:
    """The phone number's id; raises 100 for one that is not the account's."""
    number: str = request.path_params["number"]
    if number not in settings.phone_number_ids:
        raise MetaError(
            100,
            message=(
                f"Unsupported {request.method.lower()} request. Object with ID '{number}' does "
                "not exist, cannot be loaded due to missing permissions, or does not support "
                "this operation."
            ),
            subcode=UNKNOWN_NUMBER_SUBCODE,
        )
    return number
