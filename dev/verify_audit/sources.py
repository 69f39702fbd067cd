"""Where a trail is read from: the database, or a file of JSON lines made from it earlier."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TextIO, TypeVar

import psycopg
from psycopg.rows import class_row

from dev.project import ProjectError
from dev.verify_audit.chain import Entry, Mark

# Plain columns: nothing is compared here. What must not be null may be it in a tampered table.
ENTRIES: Final = """
select coalesce(seq, 0) as seq, coalesce(audit_id, 0) as audit_id,
    (at at time zone 'UTC')::text as at, actor::text as actor, actor_role, action, target,
    company_cnpj, payload::text as payload, salt, coalesce(payload_hash, '') as payload_hash,
    coalesce(prev_hash, '') as prev_hash, coalesce(hash, '') as hash
from public.noc_audit
order by coalesce(company_cnpj, '*') collate "C", 1, 2
"""
Item = TypeVar("Item", Entry, Mark)
BINARY: Final = {"salt", "payload_hash", "prev_hash", "hash"}


@dataclass(frozen=True, slots=True)
class Trail:
    """Entries by chain and seq, where each chain ends, and the anchors kept beside them."""

    entries: list[Entry]
    heads: list[Mark]
    anchors: list[Mark]


def from_database(db: psycopg.Connection[Any]) -> Trail:
    """One snapshot."""
    db.execute("set transaction isolation level repeatable read, read only")
    db.execute("set local datestyle = 'ISO'")
    return read(db)


def read(db: psycopg.Connection[Any]) -> Trail:
    """What the open transaction sees."""

    def marks(table: str) -> list[Mark]:
        with db.cursor(row_factory=class_row(Mark)) as cursor:
            return cursor.execute(f"select chain, seq, hash from noc.{table}".encode()).fetchall()

    with db.cursor(row_factory=class_row(Entry)) as cursor:
        entries = cursor.execute(ENTRIES).fetchall()
    return Trail(entries, marks("audit_heads"), marks("audit_anchors"))


def from_file(path: Path) -> Trail:
    """What `write` wrote. Raises `ProjectError` naming the line that it cannot read."""
    found: dict[str, list[Any]] = {"entry": [], "head": [], "anchor": []}
    for number, item in _lines(path):
        try:
            ((kind, values),) = item.items()
            read_as = _decoded(Entry, values) if kind == "entry" else _decoded(Mark, values)
            found[kind].append(read_as)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ProjectError(f"{path}:{number}: is no line of an exported trail.") from error
    entries = sorted(found["entry"], key=lambda one: (one.chain, one.seq, one.audit_id))
    return Trail(entries, found["head"], found["anchor"])


def write(trail: Trail, out: TextIO) -> None:
    """One JSON object a line: {"entry": …}, {"head": …} or {"anchor": …}; bytes as hex."""
    kinds: tuple[tuple[str, Iterable[Entry | Mark]], ...] = (
        ("entry", trail.entries),
        ("head", trail.heads),
        ("anchor", trail.anchors),
    )
    for kind, items in kinds:
        for item in items:
            print(json.dumps({kind: _encoded(item)}, ensure_ascii=False), file=out)


def anchors_from_file(path: Path) -> list[Mark]:
    """What noc.anchor_audit gave, one object a line. Raises `ProjectError` naming the line."""
    marks: list[Mark] = []
    for number, item in _lines(path):
        try:
            marks += [_decoded(Mark, head) for head in item["heads"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ProjectError(f"{path}:{number}: is no anchor.") from error
    return marks


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        with path.open(encoding="utf-8") as text:
            for number, line in enumerate(text, start=1):
                if line.strip():
                    yield number, json.loads(line)
    except OSError as error:
        raise ProjectError(f"{path}: {error.strerror}.") from error
    except ValueError as error:
        raise ProjectError(f"{path}: is not JSON, one object a line: {error}.") from error


def _encoded(item: Entry | Mark) -> dict[str, Any]:
    values = {one.name: getattr(item, one.name) for one in fields(item)}
    return {name: v.hex() if isinstance(v, bytes) else v for name, v in values.items()}


def _decoded(kind: type[Item], values: dict[str, Any]) -> Item:
    decoded: dict[str, Any] = {
        name: bytes.fromhex(value) if name in BINARY and value is not None else value
        for name, value in values.items()
    }
    if any(not isinstance(decoded.get(name, 0), int) for name in ("seq", "audit_id")):
        raise TypeError("seq and audit_id are numbers")
    return kind(**decoded)
