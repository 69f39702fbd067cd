"""`python -m dev.verify_audit`: recomputes the audit trail outside the database.

Reads the project that DATABASE_URL names, or an export of it; compares what it finds with the
heads and anchors read beside the entries, and with anchors kept elsewhere. Only those show that a
whole chain was rewritten, or an old copy of it restored. Changes nothing.
"""

import argparse
import sys
from pathlib import Path

from dev.project import ProjectError, connected, database_url, place_of
from dev.verify_audit import sources
from dev.verify_audit.chain import WORDS, Mark, Report, verify
from dev.verify_audit.sources import Trail

SHOWN = 5  # faults of one chain


def main(arguments: list[str] | None = None) -> int:
    """Prints a line per chain; 1 when anything is wrong, or nothing could be read."""
    options = _parser().parse_args(arguments)
    try:
        trail = _read(options.rows)
        if options.export:
            with options.export.open("w", encoding="utf-8") as out:
                sources.write(trail, out)
        kept: list[Mark] = [
            mark for path in options.anchors for mark in sources.anchors_from_file(path)
        ]
    except (ProjectError, OSError) as error:
        print(f"verify-audit: {error}", file=sys.stderr)
        return 1
    reports = verify(trail.entries, trail.heads, [*trail.anchors, *kept])
    for report in reports:
        print("\n".join(_told(report)))
    bad = sum(bool(report.faults) for report in reports)
    anchors = f"{len(kept)} anchors kept outside" if options.anchors else "no anchor kept outside"
    print(f"{len(reports)} chains, {len(trail.entries)} entries, {anchors}: {bad} chains are wrong")
    return int(bad > 0)


def _read(rows: Path | None) -> Trail:
    if rows:
        return sources.from_file(rows)
    url = database_url()
    print(place_of(url), file=sys.stderr)
    with connected(url) as db:
        return sources.from_database(db)


def _told(report: Report) -> list[str]:
    size = f"{report.entries} entries, {report.redacted} redacted, head {report.head.hex()}"
    lines = [f"  {'✗' if report.faults else '✓'} {report.chain:<14} {size}"]
    for fault in report.faults[:SHOWN]:
        lines.append(f"      seq {fault.seq}: {fault.why}: {WORDS[fault.why]}")
    if len(report.faults) > SHOWN:
        lines.append(f"      and {len(report.faults) - SHOWN} more")
    return lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dev.verify_audit", description=__doc__)
    parser.add_argument(
        "--rows", type=Path, metavar="FILE", help="an export, in place of the database"
    )
    parser.add_argument(
        "--anchors",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="anchors kept outside: what noc.anchor_audit gave, one JSON object a line",
    )
    parser.add_argument(
        "--export", type=Path, metavar="FILE", help="write what was read as JSON lines"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
