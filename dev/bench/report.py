"""The table that people read, docs/benchmarks.md and the JSON beside it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from dev.bench.result import Result
from dev.stack.paths import ROOT

PAGE: Final = ROOT / "docs/benchmarks.md"
RECORD: Final = ROOT / "docs/evidence/bench.json"


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


def write(results: list[Result], size: str) -> None:
    """Records the run: where, when, which commit."""
    circumstances = {
        "size": size,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores, {_memory_gib()} GiB, {_cpu()}, {platform.system()}",
    }
    PAGE.write_text(
        "# Benchmarks\n\n"
        "Ratios of one run of `make bench` on one machine: each against a physical limit or a "
        "peer measured beside it, medians of interleaved rounds.\n\n"
        + "\n".join(f"- {name}: {value}" for name, value in circumstances.items())
        + f"\n\n{table(results)}\n"
    )
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    record = {**circumstances, "results": [asdict(one) for one in results]}
    RECORD.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")


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
