"""How a message fills a template in, and what Meta refuses about it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dev.fakes.meta.errors import MetaError
from dev.fakes.meta.templates import Template

PLACEHOLDER: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
UNWANTED: Final = re.compile(r"[\n\r\t]| {5,}")
BODY_MAX: Final = 1024
HEADER_MAX: Final = 60
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filled:
    """What the recipient reads."""

    body: str
    header: str | None = None
    footer: str | None = None
    button: str | None = None
    button_url: str | None = None


def fill(template: Template, components: Sequence[Json]) -> Filled:
    """The template with the message's parameters; raises what Meta would answer."""
    by_part = {_part(one): one for one in components}
    body = _filled("body", template.body, by_part.pop("body", {}))
    if len(body) > BODY_MAX:
        raise MetaError(132005, f"body: {len(body)} characters, {BODY_MAX} are allowed")
    header = _optional("header", template.header, by_part.pop("header", {}))
    if header is not None and len(header) > HEADER_MAX:
        raise MetaError(132005, f"header: {len(header)} characters, {HEADER_MAX} are allowed")
    url = _optional("button", template.button_url, by_part.pop("button", {}))
    if by_part:
        raise MetaError(132012, f"unexpected component: {', '.join(sorted(by_part))}")
    return Filled(body, header, template.footer, template.button, url)


def _part(component: Json) -> str:
    """Components are told apart by type; Meta takes both cases."""
    kind = component.get("type")
    if not isinstance(kind, str):
        raise MetaError(131008, "component: type is missing")
    if kind.lower() == "button" and component.get("sub_type") != "url":
        raise MetaError(132012, "button: sub_type has to be url")
    return kind.lower()


def _optional(part: str, text: str | None, component: Json) -> str | None:
    if text is not None:
        return _filled(part, text, component)
    if component.get("parameters"):
        raise MetaError(132000, f"{part}: the template has none")
    return None


def _filled(part: str, text: str, component: Json) -> str:
    wanted = list(dict.fromkeys(PLACEHOLDER.findall(text)))
    given = component.get("parameters") or []
    if not isinstance(given, list):
        raise MetaError(131009, f"{part}: parameters has to be a list")
    if len(given) != len(wanted):
        raise MetaError(
            132000,
            f"{part}: number of localizable_params ({len(given)}) does not match the expected "
            f"number of params ({len(wanted)})",
        )
    values = _values(part, wanted, given)
    return PLACEHOLDER.sub(lambda found: values[found.group(1)], text)


def _values(part: str, wanted: Sequence[str], given: Sequence[Any]) -> Mapping[str, str]:
    """Texts by placeholder: in sequence for {{1}}, by `parameter_name` for {{name}}."""
    texts = [_text(part, one) for one in given]
    if all(name.isdigit() for name in wanted):
        return dict(zip(wanted, texts, strict=True))
    names = [one.get("parameter_name") for one in given]
    if sorted(map(str, names)) != sorted(wanted):
        raise MetaError(132012, f"{part}: parameter_name has to be one of {', '.join(wanted)}")
    return {str(name): text for name, text in zip(names, texts, strict=True)}


def _text(part: str, parameter: Any) -> str:
    if not isinstance(parameter, dict) or parameter.get("type") != "text":
        raise MetaError(132012, f"{part}: only parameters of type text are expected")
    text = parameter.get("text")
    if not isinstance(text, str) or not text:
        raise MetaError(131008, "Parameter of type text is missing text value")
    if UNWANTED.search(text):
        raise MetaError(132018)
    return text
