"""The account's templates: which exist, and which may be used."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dev.fakes.meta.errors import MetaError

STATES: Final = ("APPROVED", "PAUSED", "DISABLED")
REFUSALS: Final[Mapping[str, int]] = {"PAUSED": 132015, "DISABLED": 132016}


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
        name="noc_resumo",
        header="NOC",
        body="*{{1}}*: {{2}}\n\nAbra o NOC para ver todos.",
        footer="Aviso automático do NOC",
        button="Abrir no NOC",
        button_url="http://localhost:3000/{{1}}",
    ),
    Template(
        name="noc_comunicado",
        header="NOC",
        body="*{{1}}*\nEmpresa: {{2}}\n\nAbra o NOC para acompanhar.",
        footer="Aviso automático do NOC",
        button="Abrir no NOC",
        button_url="http://localhost:3000/{{1}}",
    ),
    Template(
        name="noc_teste",
        body="Teste do NOC: olá, {{1}}. Se você lê isto, os avisos chegam até você.",
        footer="Aviso automático do NOC",
    ),
    Template(
        name="noc_alerta",
        language="en",
        header="NOC",
        body=(
            "*{{1}}*: {{2}}\nCompany: {{3}}\nSince: {{4}}\nMeasured: {{5}}\n\n"
            "Open the NOC to see who is affected and what to do."
        ),
        footer="Automatic notice of the NOC",
        button="Open in the NOC",
        button_url="http://localhost:3000/{{1}}",
    ),
    Template(
        name="noc_alerta_fechado",
        language="en",
        body="*Resolved*: {{1}}\nCompany: {{2}}\nLasted: {{3}}\n\nNothing has to be done.",
        footer="Automatic notice of the NOC",
    ),
    Template(
        name="noc_resumo",
        language="en",
        header="NOC",
        body="*{{1}}*: {{2}}\n\nOpen the NOC to see all of them.",
        footer="Automatic notice of the NOC",
        button="Open in the NOC",
        button_url="http://localhost:3000/{{1}}",
    ),
    Template(
        name="noc_comunicado",
        language="en",
        header="NOC",
        body="*{{1}}*\nCompany: {{2}}\n\nOpen the NOC to follow it.",
        footer="Automatic notice of the NOC",
        button="Open in the NOC",
        button_url="http://localhost:3000/{{1}}",
    ),
    Template(
        name="noc_teste",
        language="en",
        body="Test of the NOC: hello, {{1}}. If you read this, notices reach you.",
        footer="Automatic notice of the NOC",
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
