"""Takes secrets and personal data out of whatever is about to be logged."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

HIDDEN = "[redacted]"

_SECRET_NAME = re.compile(
    r"(pass(word|wd)?|secret|token|authorization|api_?key|cookie|credential)s?$|^key$",
    re.IGNORECASE,
)
_PERSONAL_NAME = re.compile(r"^(phone|telefone|celular|e_?mail|recipient)$", re.IGNORECASE)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]+\.?[\w-]*"), HIDDEN),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (re.compile(r"\bnoc_ik_[\w-]+"), f"noc_ik_{HIDDEN}"),
    (re.compile(r"\bsb_(secret|publishable)_[\w-]+"), rf"sb_\1_{HIDDEN}"),
    (re.compile(r"(://[^/\s:@]*:)[^@\s/]+@"), rf"\1{HIDDEN}@"),
    (
        re.compile(
            r"""((?:pass(?:word|wd)?|secret|token|api_?key)["']?\s*[=:]\s*["']?)[^\s"'&,}]+""",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+|[\w.+%-]+@localhost\b"), "[email]"),
    # With a plus or with Brazil's 55, then grouped as people write it. A CNPJ (14 digits), an
    # epoch in ms (13, begins with 1) and a uuid stay readable.
    (re.compile(r"(?<![\w.-])\+[1-9](?:[ ().-]{0,2}\d){7,14}(?!\d)"), "[phone]"),
    (re.compile(r"(?<![\w.-])55[1-9]\d9?\d{8}(?![\w-])"), "[phone]"),
    (re.compile(r"(?<!\w)\(?[1-9]\d\)?[ -]9?\d{4}[ -]\d{4}(?![\w-])"), "[phone]"),
)


@dataclass(frozen=True, slots=True)
class Redactor:
    """Hides the patterns of this module and the process's own secrets, whatever they look like."""

    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(cls, secrets: Iterable[str | None]) -> "Redactor":
        """A redactor that knows `secrets`; shorter ones than 6 characters would eat words."""
        return cls(frozenset(secret for secret in secrets if secret and len(secret) >= 6))

    def text(self, text: str) -> str:
        """The text without secrets, tokens, e-mail addresses and phone numbers."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def value(self, value: Any, name: str = "") -> Any:
        """The same for any JSON value; a field whose name promises a secret is hidden whole."""
        if value is not None and (_SECRET_NAME.search(name) or _PERSONAL_NAME.search(name)):
            return HIDDEN
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(item, str(key)) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item) for item in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.text(str(value))
