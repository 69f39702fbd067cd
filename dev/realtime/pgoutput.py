"""Decoder of pgoutput (protocol 1, text values): only what an INSERT into a watched table needs.

Format: https://www.postgresql.org/docs/15/protocol-logicalrep-message-formats.html
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

Row = dict[str, bytes | None]


@dataclass(frozen=True, slots=True)
class Relation:
    """A table as the stream announces it."""

    schema: str
    table: str
    columns: tuple[str, ...]


class Decoder:
    """Keeps the relations that a stream has announced."""

    def __init__(self) -> None:
        self._relations: dict[int, Relation] = {}

    def decode(self, message: bytes) -> tuple[Relation, Row] | None:
        """The inserted row with its table, or null for any other message."""
        kind = message[:1]
        if kind == b"R":
            self._learn(message)
        elif kind == b"I":
            return self._insert(message)
        return None

    def _learn(self, message: bytes) -> None:
        (oid,) = struct.unpack_from(">I", message, 1)
        schema, position = _text(message, 5)
        table, position = _text(message, position)
        (count,) = struct.unpack_from(">H", message, position + 1)  # after the replica identity
        position += 3
        columns = []
        for _ in range(count):
            name, position = _text(message, position + 1)  # after the key flag
            position += 8  # type and type modifier
            columns.append(name)
        self._relations[oid] = Relation(schema, table, tuple(columns))

    def _insert(self, message: bytes) -> tuple[Relation, Row]:
        (oid,) = struct.unpack_from(">I", message, 1)
        relation = self._relations[oid]
        (count,) = struct.unpack_from(">H", message, 6)  # after the mark 'N'
        position = 8
        row: Row = {}
        for column in relation.columns[:count]:
            mark = message[position : position + 1]
            position += 1
            if mark != b"t":
                row[column] = None
                continue
            (length,) = struct.unpack_from(">I", message, position)
            position += 4
            row[column] = message[position : position + length]
            position += length
        return relation, row


def _text(message: bytes, start: int) -> tuple[str, int]:
    end = message.index(0, start)
    return message[start:end].decode(), end + 1
