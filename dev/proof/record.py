"""docs/evidence/proof.json: one entry per suite, each with its own commit and time."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from dev.stack.paths import LOCAL, ROOT

EVIDENCE: Final = ROOT / "docs/evidence/proof.json"
# A smaller run proves less than what it would overwrite.
TRIAL: Final = LOCAL / "proof.json"

_SEED: Final = re.compile(r"\b(?:NOC_\w*SEED|seed)[ =:]+([0-9a-f]+)\b")
# `isolation: 3600 checks, 0 differences`, and a dataclass such as `Tally(commits=12, kills=3)`.
_SAID: Final = re.compile(r"^(\w[\w -]*): (\d+ [a-z]+(?:, \d+ [a-z]+)*)\b", re.MULTILINE)
_DATACLASS: Final = re.compile(r"\b([A-Z]\w+)\((\w+=\d+(?:, \w+=[^()=]+)*)")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one suite did.

    `settings` is the environment that set its size; `counts` are the numbers that it printed by
    name, summed over it.
    """

    at: str
    commit: str
    machine: str
    scale: float
    settings: dict[str, str]
    seeds: list[str]
    counts: dict[str, int]
    passed: int
    failed: int
    seconds: float


def seeds_in(output: str) -> list[str]:
    """Every seed that the suite printed, in order, each once."""
    return list(dict.fromkeys(_SEED.findall(output)))


def counts_in(output: str) -> dict[str, int]:
    """The numbers that the suite printed by name: `isolation checks`, `Tally kills`."""
    found: dict[str, int] = {}
    for owner, text in _SAID.findall(output):
        for number, word in re.findall(r"(\d+) ([a-z]+)", text):
            found[f"{owner} {word}"] = found.get(f"{owner} {word}", 0) + int(number)
    for owner, text in _DATACLASS.findall(output):
        for word, number in re.findall(r"(\w+)=(\d+)\b", text):
            found[f"{owner} {word}"] = found.get(f"{owner} {word}", 0) + int(number)
    return found


def write(path: Path, entries: Mapping[str, Entry]) -> None:
    """Replaces these suites' entries and keeps the others', which another run made."""
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    kept |= {name: asdict(entry) for name, entry in entries.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(sorted(kept.items())), indent=2, ensure_ascii=False) + "\n")


def place(scale: float) -> Path:
    """Where a run of this scale is recorded: full counts are evidence, less is a trial."""
    return EVIDENCE if scale >= 1 else TRIAL


def commit() -> str:
    """The commit, with `-dirty` when the folder differs from it."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude", "*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def machine() -> str:
    """Cores and memory."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{os.cpu_count()} cores, {round(memory / 2**30)} GiB"


def instant(at: datetime) -> str:
    """ISO 8601, to the second."""
    return at.isoformat(timespec="seconds")
