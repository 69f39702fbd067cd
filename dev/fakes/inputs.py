"""What is sent to the `/_fake/` endpoints: read field by field, refused with the field's name."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Object = Mapping[str, Any]
ALL: Final = 10**9


class BadInput(Exception):
    """Told to the caller as 422."""


async def read_object(request: Request) -> Object:
    """The JSON object of the body; empty when there is no body."""
    raw = await request.body()
    try:
        content = json.loads(raw or b"{}")
    except ValueError as error:
        raise BadInput(f"the body is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadInput("the body has to be a JSON object")
    return content


def refuse_unknown(found: Object, known: Collection[str]) -> None:
    """A misspelt knob must not do nothing in silence."""
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise BadInput(f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")


def text_of(found: Object, name: str, default: str | None = None) -> str | None:
    """A text, or the default where it is absent or null."""
    value = found.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise BadInput(f"{name}: a text is expected")
    return value


def number_of(found: Object, name: str, default: float = 0.0) -> float:
    """A number from 0 up, or the default where it is absent or null."""
    value = found.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise BadInput(f"{name}: a number from 0 up is expected")
    return float(value)


def count_of(found: Object, name: str, default: int) -> int:
    """A whole number from 1 up, or the default."""
    value = found.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadInput(f"{name}: a whole number from 1 up is expected")
    return value


def choice_of(found: Object, name: str, known: Collection[str]) -> str | None:
    """One of the known words, or null where it is absent."""
    value = text_of(found, name)
    if value is not None and value not in known:
        raise BadInput(f"{name}: one of {', '.join(known)} is expected")
    return value


def object_of(found: Object, name: str) -> Object | None:
    """An object, or null where it is absent."""
    value = found.get(name)
    if value is not None and not isinstance(value, dict):
        raise BadInput(f"{name}: an object is expected")
    return value


def objects_of(found: Object, name: str) -> list[Object]:
    """A list of objects; empty where it is absent."""
    value = found.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise BadInput(f"{name}: a list of objects is expected")
    return value


def limit_of(request: Request) -> int:
    """How many of the last ones are asked for: `?limit=`, or all."""
    asked = request.query_params.get("limit", str(ALL))
    if not asked.isascii() or not asked.isdigit() or not 1 <= int(asked) <= ALL:
        raise BadInput("limit: a whole number from 1 up is expected")
    return int(asked)


async def refused(_: Request, error: Exception) -> Response:
    """The answer to a `BadInput`."""
    return JSONResponse({"error": str(error)}, status_code=422)
