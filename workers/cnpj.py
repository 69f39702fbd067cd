"""The Brazilian company number, numeric and alphanumeric (IN RFB 2.229/2024).

Canonical form: 14 characters, upper case, no mask. The first 12 are `0-9A-Z`, the last two are
check digits. A character's value is its ASCII code minus 48, so one routine serves both kinds.
"""

import re

_SHAPE = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_BASE = re.compile(r"[0-9A-Z]{12}")
_MASK = re.compile(r"([0-9A-Z]{2})\.([0-9A-Z]{3})\.([0-9A-Z]{3})/([0-9A-Z]{4})-([0-9]{2})")
_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def check_digits(base: str) -> str:
    """The two digits of a 12-character base in canonical form. Raise `ValueError` on another."""
    if not _BASE.fullmatch(base):
        raise ValueError("a cnpj base must be 12 characters of 0-9 and A-Z")
    first = _digit(base, _WEIGHTS[1:])
    return first + _digit(base + first, _WEIGHTS)


def is_valid(cnpj: str) -> bool:
    """Whether a canonical CNPJ has the right digits; one repeated character never counts."""
    return (
        _SHAPE.fullmatch(cnpj) is not None
        and len(set(cnpj)) > 1
        and check_digits(cnpj[:12]) == cnpj[12:]
    )


def normalize(text: str) -> str | None:
    """The canonical form of a CNPJ typed with or without mask, in any case; null when invalid."""
    # Only ASCII letters have a CNPJ meaning; upper() would also turn others into ASCII ones.
    if not text.isascii():
        return None
    bare = text.strip().upper()
    masked = _MASK.fullmatch(bare)
    cnpj = "".join(masked.groups()) if masked else bare
    return cnpj if is_valid(cnpj) else None


def _digit(characters: str, weights: tuple[int, ...]) -> str:
    pairs = zip(characters, weights, strict=True)
    remainder = sum((ord(character) - 48) * weight for character, weight in pairs) % 11
    return "0" if remainder < 2 else str(11 - remainder)
