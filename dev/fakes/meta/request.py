"""The body of `POST /{phone_number_id}/messages`, checked as Meta checks it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dev.fakes.meta.errors import MetaError, missing
from dev.fakes.meta.filling import Filled, fill
from dev.fakes.meta.message import Draft
from dev.fakes.meta.templates import Template, find

PHONE: Final = re.compile(r"\d{7,15}")
PHONE_DECORATION: Final = re.compile(r"[\s()+.-]")
CALLBACK_MAX: Final = 512
TEXT_MAX: Final = 4096
Json = Mapping[str, Any]


def read_body(raw: bytes) -> Json:
    """The JSON object; raises code 100 for anything else."""
    try:
        content = json.loads(raw)
    except ValueError as error:
        raise MetaError(100, message="(#100) Invalid JSON") from error
    if not isinstance(content, dict):
        raise MetaError(100, message="(#100) A JSON object is expected")
    return content


def phone_of(content: Json) -> str:
    """The recipient as digits, or an empty text when there is none to be read."""
    to = content.get("to")
    return PHONE_DECORATION.sub("", to) if isinstance(to, str) else ""


def template_name_of(content: Json) -> str:
    """The template's name, or an empty text."""
    name = _object(content, "template").get("name")
    return name if isinstance(name, str) else ""


def read_draft(content: Json, templates: Sequence[Template]) -> Draft:
    """A message that can be accepted; raises `MetaError` with Meta's code for what is wrong."""
    if "messaging_product" not in content:
        raise missing("messaging_product")
    if content["messaging_product"] != "whatsapp":
        raise MetaError(100, message="(#100) Param messaging_product must be one of {WHATSAPP}")
    if content.get("recipient_type", "individual") != "individual":
        raise MetaError(100, message="(#100) Param recipient_type must be one of {INDIVIDUAL}")
    to = _recipient(content)
    callback = _callback(content)
    match content.get("type", "text"):
        case "template":
            return _template(content, to, callback, templates)
        case "text":
            return Draft(to, Filled(_free_text(content)), None, None, None, callback)
        case other:
            raise MetaError(131051, f"Message type {other} is not simulated")


def _recipient(content: Json) -> str:
    if not content.get("to"):
        raise missing("to")
    to = phone_of(content)
    if not PHONE.fullmatch(to):
        raise MetaError(131009, "to: a phone number with country code is expected")
    return to


def _callback(content: Json) -> str | None:
    callback = content.get("biz_opaque_callback_data")
    if callback is None:
        return None
    if not isinstance(callback, str) or len(callback) > CALLBACK_MAX:
        raise MetaError(
            100,
            message="(#100) Param biz_opaque_callback_data must be at most 512 characters long.",
        )
    return callback


def _template(content: Json, to: str, callback: str | None, templates: Sequence[Template]) -> Draft:
    asked = content.get("template")
    if not isinstance(asked, dict):
        raise missing("template")
    name, language = template_name_of(content), _object(asked, "language").get("code")
    if not name:
        raise missing("template['name']")
    if not isinstance(language, str) or not language:
        raise missing("template['language']['code']")
    template = find(templates, name, language)
    components = asked.get("components") or []
    if not isinstance(components, list) or not all(isinstance(one, dict) for one in components):
        raise MetaError(131009, "components: a list of objects is expected")
    filled = fill(template, components)
    return Draft(to, filled, name, language, template.category, callback)


def _free_text(content: Json) -> str:
    body = _object(content, "text").get("body")
    if not isinstance(body, str) or not body:
        raise missing("text['body']")
    if len(body) > TEXT_MAX:
        raise MetaError(100, message="(#100) Param text['body'] must be at most 4096 characters.")
    return body


def _object(content: Json, name: str) -> Json:
    value = content.get(name)
    return value if isinstance(value, dict) else {}
