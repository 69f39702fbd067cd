"""Approved templates, and how a message fills one in."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dev.fakes.meta.errors import MetaError

PLACEHOLDER: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
UNWANTED: Final = re.compile(r"[\n\r\t]| {5,}")
BODY_MAX: Final = 1024
HEADER_MAX: Final = 60
STATES: Final = ("APPROVED", "PAUSED", "DISABLED")
REFUSALS: Final[Mapping[str, int]] = {"PAUSED": 132015, "DISABLED": 132016}
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """One template in one language. `header`, `footer`, `button`: null when it has none.

    `button_url` ends in {{1}} when the message says where the button leads.
    """

    name: str
    body: str
    language: str = "pt_BR"
    category: str = "UTILITY"
    state: str = "APPROVED"
    header: str | None = None
    footer: str | None = None
    button: str | None = None
    button_url: str | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """What the recipient reads."""

    body: str
    header: str | None = None
    footer: str | None = None
    button: str | None = None
    button_url: str | None = None


DEFAULTS: Final = (
    Template(
        name="noc_alerta",
        header="NOC",
        body=(
            "*{{1}}*: {{2}}\nEmpresa: {{3}}\nDesde: {{4}}\nMedido: {{5}}\n\n"
            "Abra o NOC para ver quem foi afetado e o que fazer."
        ),
        footer="Aviso automático do NOC",
        button="Abrir no NOC",
        button_url="http://localhost:3000/{{1}}",
    ),
    Template(
        name="noc_alerta_fechado",
        body="*Normalizado*: {{1}}\nEmpresa: {{2}}\nDurou: {{3}}\n\nNenhuma ação é necessária.",
        footer="Aviso automático do NOC",
    ),
    Template(
        name="noc_alerta_critico",
        body="Alerta crítico: *{{1}}* está {{2}}.\n\nAbra o NOC para agir.",
        footer="Aviso automático do NOC",
    ),
    Template(
        name="cobranca_vencimento",
        body="Olá, {{1}}. O título {{2}} vence em {{3}}, no valor de {{4}}. Obrigado.",
    ),
    Template(name="hello_world", language="en_US", body="Welcome and congratulations!"),
    Template(name="noc_pausado", body="Olá, {{1}}.", state="PAUSED"),
    Template(name="noc_desativado", body="Olá, {{1}}.", state="DISABLED"),
)


def read_templates(path: Path | None) -> list[Template]:
    """Those of a JSON file, a list of objects with a template's fields; null: the defaults."""
    if path is None:
        return list(DEFAULTS)
    return [Template(**one) for one in json.loads(path.read_text())]


def find(templates: Sequence[Template], name: str, language: str) -> Template:
    """The template if a message may use it; raises 132001, 132015 or 132016."""
    for one in templates:
        if (one.name, one.language) == (name, language):
            if one.state in REFUSALS:
                raise MetaError(REFUSALS[one.state])
            return one
    raise MetaError(132001, f"template name ({name}) does not exist in {language}")


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
