"""A reader of Prometheus' text format that shares no code with who writes it."""

from __future__ import annotations

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
COMMENT = re.compile(rf"# (?:HELP {NAME} .*|TYPE ({NAME}) (?:counter|gauge|histogram))")
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*),?\}})? (\S+)")
SUFFIX = re.compile(r"_(?:bucket|sum|count|total|created)$")


def read(text: str) -> dict[tuple[str, ...], float]:
    """Value by name and sorted label values; fails on a line that the format does not know."""
    assert text.endswith("\n")
    typed: set[str] = set()
    found: dict[tuple[str, ...], float] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            comment = COMMENT.fullmatch(line)
            assert comment, line
            typed |= {comment[1]} if comment[1] else set()
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, line
        name = sample[1]
        assert name in typed or SUFFIX.sub("", name) in typed, f"{name} has no type"
        labels = [one.split("=", 1)[1][1:-1] for one in re.findall(LABEL, sample[2] or "")]
        key = (name, *sorted(labels))
        assert key not in found, f"{key} is there twice"
        found[key] = float(sample[3])
    return found
