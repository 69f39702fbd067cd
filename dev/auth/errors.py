"""The one expected failure, and its two shapes on the wire."""

from datetime import date
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse

API_VERSION_HEADER = "x-supabase-api-version"
NAMED_CODES_SINCE = date(2024, 1, 1)


class ApiError(Exception):
    """A refusal told to the caller: HTTP status, GoTrue's stable code, and words."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        message: str,
        *,
        weak_password_reasons: tuple[str, ...] = (),
    ) -> None:
        """Hold the status, the code and the words."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.weak_password_reasons = weak_password_reasons


def bad_request(code: str, message: str) -> ApiError:
    """400: the request cannot be right."""
    return ApiError(HTTPStatus.BAD_REQUEST, code, message)


def forbidden(code: str, message: str) -> ApiError:
    """403: GoTrue's answer to a bad token, unlike the 401 of PostgREST."""
    return ApiError(HTTPStatus.FORBIDDEN, code, message)


def unprocessable(code: str, message: str) -> ApiError:
    """422: well formed and not allowed."""
    return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, code, message)


def unexpected(message: str) -> ApiError:
    """500: the server's own fault, the database's included."""
    return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected_failure", message)


def _speaks_named_codes(request: Request) -> bool:
    """Whether the caller asked for the API of 2024-01-01; an unreadable date means no."""
    try:
        asked = date.fromisoformat(request.headers.get(API_VERSION_HEADER, ""))
    except ValueError:
        return False
    return asked >= NAMED_CODES_SINCE


def error_response(request: Request, error: ApiError) -> JSONResponse:
    """Give the error in the shape of the API version that the caller named."""
    headers = {"x-sb-error-code": error.code}
    body: dict[str, object]
    if _speaks_named_codes(request):
        headers[API_VERSION_HEADER] = NAMED_CODES_SINCE.isoformat()
        body = {"code": error.code, "message": error.message}
    else:
        body = {"code": error.status.value, "error_code": error.code, "msg": error.message}
    if error.weak_password_reasons:
        body["weak_password"] = {"reasons": error.weak_password_reasons}
    return JSONResponse(body, error.status, headers)
