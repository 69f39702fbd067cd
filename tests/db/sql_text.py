"""What a function's text says, read without a parser: enough for the rules of test_conventions."""

from __future__ import annotations

import re
from collections.abc import Iterator


def unbounded_writes(text: str) -> Iterator[str]:
    """UPDATE and DELETE statements of a function's text that name no row."""
    bare = re.sub(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", " ", text, flags=re.DOTALL).lower()
    for found in re.finditer(r"(?<!do )(?<!for )\b(?:update|delete\s+from)\s+[a-z_.\"]+", bare):
        if not re.search(r"\bwhere\b", _own_level(bare[found.start() :])):
            yield found.group()


def _own_level(text: str) -> str:
    """The statement that begins here, without what stands in parentheses."""
    depth, kept = 0, []
    for character in text:
        if character == ";" or depth < 0:
            break
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            kept.append(character)
    return "".join(kept)
