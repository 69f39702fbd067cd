"""The table that people read, docs/benchmarks.md and the JSON beside it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from dev.bench.result import Result
from dev.stack.paths import ROOT

PAGE: Final = ROOT / "docs/benchmarks.md"
RECORD: Final = ROOT / "docs/evidence/bench.json"
PREFACE: Final = """# Benchmarks

What `make bench ARGS="--write"` measured: ratios against a physical limit or a peer beside it
in the same run, medians of interleaved rounds. The gates in milliseconds are not safe from the
machine, whose speed may change by half within seconds.
"""


def table(results: list[Result]) -> str:
    """Markdown: figure, gate, aim, verdict."""
    lines = ["| figure | value | gate | aim | | how |", "|---|---:|---:|---:|---|---|"]
    for one in results:
        sign = "≥" if one.better == "higher" else "≤"
        gate = "" if one.gate is None else f"{sign} {one.gate:g} {_unit(one)}"
        aim = "" if one.aim is None else f"{sign} {one.aim:g}"
        verdict = "" if one.gate is None else ("pass" if one.passes else "**FAIL**")
        lines.append(
            f"| {one.name} | {one.value:.3g} {_unit(one)} | {gate} | {aim} | {verdict} "
            f"| {one.note} |"
        )
    return "\n".join(lines)


def write(measured: dict[str, list[Result]], size: str) -> None:
    """Records each part of the run under its size and name: where, when, which commit."""
    record: dict[str, dict[str, Any]] = {}
    if RECORD.exists():
        record = json.loads(RECORD.read_text())
    circumstances = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores, {_memory_gib()} GiB, {_cpu()}, {platform.system()}",
    }
    for part, results in measured.items():
        results_json = [asdict(one) for one in results]
        record.setdefault(size, {})[part] = {**circumstances, "results": results_json}
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    RECORD.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    PAGE.write_text(_page(record))


def _page(record: dict[str, dict[str, Any]]) -> str:
    """docs/benchmarks.md: what the record says, with the preface that a reader needs."""
    page = PREFACE
    for size, parts in record.items():
        page += f"\n## `--size {size}`\n"
        for part, run in parts.items():
            results = [Result(**one) for one in run["results"]]
            page += f"\n### {part}\n\n{run['at']}, commit {run['commit']}, {run['machine']}\n"
            page += f"\n{table(results)}\n"
    return page


def _unit(one: Result) -> str:
    return "" if one.unit == "ratio" else one.unit


def _commit() -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or "unknown"


def _memory_gib() -> int:
    kib = Path("/proc/meminfo").read_text().split()[1]
    return round(int(kib) / 2**20)


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown processor"
