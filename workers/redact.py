"""Takes secrets and personal data out of whatever is about to be logged."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote, urlsplit

HIDDEN: Final = "[redacted]"
TEXT_MAX: Final = 8000
DEPTH_MAX: Final = 6
# What stands on both sides of a cut is looked at, so that no half of a secret is left over.
_LOOK_AHEAD: Final = 400

_SECRET_NAME = re.compile(
    r"(pass(word|wd)?|secret|token|authorization|api_?key|cookie|credential)s?$|^key$",
    re.IGNORECASE,
)
_PERSONAL_NAME = re.compile(r"^(phone|telefone|celular|e_?mail|recipient|cpf)$", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_URL = re.compile(r"\b(?:[a-z][a-z0-9+.-]{1,20})://[^\s\"'<>]+", re.IGNORECASE)
# Part of a path that no person chose: long, with letters and digits.
_OPAQUE = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[\w.~%:-]{24,}")

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]+\.?[\w-]*"), HIDDEN),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\bnoc_ik_[\w-]+"), f"noc_ik_{HIDDEN}"),
    (re.compile(r"\bsb_(secret|publishable)_[\w-]+"), rf"sb_\1_{HIDDEN}"),
    (re.compile(r"\bEAA[A-Za-z0-9]{20,}"), HIDDEN),  # Meta's
    (
        re.compile(
            r"""((?:pass(?:word|wd)?|secret|token|api_?key)["']?\s*[=:]\s*["']?)[^\s"'&,}]+""",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(r"(?<![\w.+%-])[\w.+%-]{1,128}@(?:[\w-]{1,63}(?:\.[\w-]{1,63})+|localhost\b)"),
        "[email]",
    ),
    # With a plus or with Brazil's 55, then grouped as people write it. A CNPJ (14 digits), an
    # epoch in ms (13, begins with 1) and a uuid stay readable.
    (re.compile(r"(?<![\w.-])\+[1-9](?:[ ().-]{0,2}\d){7,14}(?!\d)"), "[phone]"),
    (re.compile(r"(?<![\w.-])55[1-9]\d9?\d{8}(?![\w-])"), "[phone]"),
    (re.compile(r"(?<!\w)\(?[1-9]\d\)?[ -]9?\d{4}[ -]\d{4}(?![\w-])"), "[phone]"),
    (re.compile(r"(?<!\w)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\w)"), "[cpf]"),
    # Eleven digits alone: a mobile number without its country, or a CPF.
    (re.compile(r"(?<![\w.:-])\d{11}(?![\w-])(?!\.\d)"), "[personal]"),
)


@dataclass(frozen=True, slots=True)
class Redactor:
    """Hides the patterns of this module and the process's own secrets, whatever they look like."""

    secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, secrets: Iterable[str | None]) -> "Redactor":
        """A redactor that knows `secrets`; shorter ones than 6 characters would eat words."""
        known = {
            form
            for secret in secrets
            if secret
            for part in _parts(secret)
            for form in _forms(part)
            if len(part) >= 6
        }
        return cls(tuple(sorted(known, key=len, reverse=True)))

    def text(self, text: str) -> str:
        """The text without secrets, tokens, e-mail addresses and phone numbers."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        cut = len(text) > TEXT_MAX
        if cut:
            text = re.sub(r"\S+\Z", "", text[: TEXT_MAX + _LOOK_AHEAD])
        text = _without_patterns(_URL.sub(_bare_url, text))
        return text[:TEXT_MAX] + "[cut]" if cut else text

    def value(self, value: Any, name: str = "", depth: int = 0) -> Any:
        """The same for any JSON value; a field whose name promises a secret is hidden whole."""
        if value is not None and (_SECRET_NAME.search(name) or _PERSONAL_NAME.search(name)):
            return HIDDEN
        if depth > DEPTH_MAX:
            return "[deep]"
        if isinstance(value, Mapping):
            return {
                self.text(text_of(key)): self.value(item, text_of(key), depth + 1)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item, depth=depth + 1) for item in value]
        if value is None or isinstance(value, bool):
            return value
        text = text_of(value)
        hidden = self.text(text)
        # A number stays one, unless it is somebody's telephone.
        plain = isinstance(value, int) or (isinstance(value, float) and isfinite(value))
        return value if plain and hidden == text else hidden


def text_of(value: object) -> str:
    """`str(value)`, whatever its class does."""
    try:
        return value if type(value) is str else str(value)
    except Exception:
        return f"[{type(value).__name__} without a text]"


def _parts(secret: str) -> set[str]:
    """The secret, and of an address what it is made of: others log it in pieces."""
    parts = {secret}
    if "://" in secret:
        with suppress(ValueError):
            address = urlsplit(secret)
            if address.password and address.password != address.username:
                parts |= {address.password, unquote(address.password)}
            # A word of a path is none.
            parts |= {part for part in address.path.split("/") if re.search(r"\d|.{16}", part)}
    return parts


def _forms(secret: str) -> set[str]:
    """As it is, and as URLs, JSON, Python's repr and HTTP's Basic write it."""
    raw = secret.encode()
    return {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        repr(raw)[2:-1],
        b64encode(raw).decode(),
    }


def _without_patterns(text: str) -> str:
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _bare_url(match: re.Match[str]) -> str:
    """An address without its user, the values of its query and the opaque parts of its path."""
    scheme, _, rest = match[0].partition("://")
    rest, fragment, _ = rest.partition("#")
    place, question, query = rest.partition("?")
    server, *path = place.split("/")
    server = HIDDEN + "@" + server.rpartition("@")[2] if "@" in server else server
    shown = "/".join([server, *(_bare_part(part) for part in path)])
    query = re.sub(r"=[^&#]*", f"={HIDDEN}", query) if "=" in query else query and HIDDEN
    return f"{scheme}://{shown}{question}{query}{fragment and '#' + HIDDEN}"


def _bare_part(part: str) -> str:
    if "@" in part:  # perhaps the end of a password with a slash in it
        return HIDDEN + "@" + part.rpartition("@")[2]
    plain = unquote(part)
    if (_OPAQUE.fullmatch(part) and not _UUID.fullmatch(part)) or plain != _without_patterns(plain):
        return HIDDEN
    return part
