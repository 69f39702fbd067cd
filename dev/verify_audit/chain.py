"""What an entry of the trail is, how it is hashed, and what does not hold in a chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Final

VERSION: Final = "noc_audit 1"
SALT_BYTES: Final = 32
EPOCH: Final = datetime(1970, 1, 1)
MICROSECOND: Final = timedelta(microseconds=1)

# In the order in which a row's faults are told.
WORDS: Final = {
    "gap": "a sequence number is missing, or there twice",
    "prev_hash": "is not linked to the entry before it",
    "hash": "a field is not what was hashed",
    "payload": "the payload is not what was hashed",
    "redaction": "the payload is gone and no later entry says why",
    "head": "the chain does not end where its last writer left it",
    "anchor": "another entry stands where an anchor was taken, or none",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of noc_audit. `at` is ISO 8601 in UTC without a zone, `payload` its jsonb as text."""

    seq: int
    audit_id: int
    at: str
    actor: str | None
    actor_role: str
    action: str
    target: str
    company_cnpj: str | None
    payload: str | None
    salt: bytes | None
    payload_hash: bytes
    prev_hash: bytes
    hash: bytes

    @property
    def chain(self) -> str:
        """The company's, or `*`."""
        return "*" if self.company_cnpj is None else self.company_cnpj


@dataclass(frozen=True, slots=True)
class Mark:
    """The hash that stood, or stands, at a place of a chain: a head or an anchor."""

    chain: str
    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """`why` is one of WORDS."""

    seq: int
    why: str


@dataclass(slots=True)
class Report:
    """One chain as it is."""

    chain: str
    head: bytes
    entries: int = 0
    redacted: int = 0
    faults: list[Fault] = field(default_factory=list)


def genesis(chain: str) -> bytes:
    """What stands before the first entry of a chain."""
    return sha256(f"{VERSION} {chain}".encode()).digest()


def hash_of(entry: Entry) -> bytes:
    """The entry's hash, from its fields alone."""
    texts = (
        VERSION,
        entry.chain,
        str(entry.seq),
        str(entry.audit_id),
        _microseconds(entry.at),
        entry.actor,
        entry.actor_role,
        entry.action,
        entry.target,
        entry.company_cnpj,
        entry.payload_hash.hex(),
    )
    return sha256(entry.prev_hash + b"".join(map(_framed, texts))).digest()


def payload_hash_of(salt: bytes, payload: str) -> bytes:
    """The hash that outlives a redaction."""
    return sha256(salt + payload.encode()).digest()


def verify(
    entries: Iterable[Entry], heads: Iterable[Mark], anchors: Iterable[Mark]
) -> list[Report]:
    """One report per chain that anything speaks of. `entries` come by chain, then seq."""
    ends: dict[str, list[Mark]] = defaultdict(list)
    for mark in heads:
        ends[mark.chain].append(mark)
    told: dict[str, dict[int, set[bytes]]] = defaultdict(lambda: defaultdict(set))
    for mark in anchors:
        if mark.seq > 0:
            told[mark.chain][mark.seq].add(mark.hash)

    reports = {
        chain: _verify_chain(chain, rows, ends.get(chain, []), told.pop(chain, {}))
        for chain, rows in groupby(entries, key=lambda entry: entry.chain)
    }
    for chain in (set(ends) | set(told)) - set(reports):
        reports[chain] = _verify_chain(chain, (), ends.get(chain, []), told.get(chain, {}))
    return [reports[chain] for chain in sorted(reports)]


def _verify_chain(
    chain: str, entries: Iterable[Entry], heads: list[Mark], anchors: Mapping[int, set[bytes]]
) -> Report:
    report = Report(chain, genesis(chain))
    unmet = dict(anchors)
    unexplained: dict[str, int] = {}  # target of a redaction -> seq of what was redacted
    last = 0
    for entry in entries:
        report.entries += 1
        report.faults += _faults_of(entry, report)
        if entry.action == "redact_audit":
            unexplained.pop(entry.target, None)
        if entry.payload is None and entry.salt is None:
            report.redacted += 1
            unexplained[f"audit:{entry.audit_id}"] = entry.seq
        if unmet.get(entry.seq) == {entry.hash}:
            del unmet[entry.seq]
        last, report.head = entry.seq, entry.hash

    report.faults += [Fault(seq, "redaction") for seq in unexplained.values()]
    if not heads and report.entries:
        report.faults.append(Fault(last, "head"))
    report.faults += [
        Fault(mark.seq, "head") for mark in heads if (mark.seq, mark.hash) != (last, report.head)
    ]
    report.faults += [Fault(seq, "anchor") for seq in unmet]
    report.faults.sort(key=lambda fault: (fault.seq, list(WORDS).index(fault.why)))
    return report


def _faults_of(entry: Entry, before: Report) -> Iterator[Fault]:
    """Against the entry itself and the chain before it, which `before` already counts it in."""
    if entry.seq != before.entries:
        yield Fault(min(entry.seq, before.entries), "gap")
    if entry.prev_hash != before.head:
        yield Fault(entry.seq, "prev_hash")
    if entry.hash != hash_of(entry):
        yield Fault(entry.seq, "hash")
    if not _payload_holds(entry):
        yield Fault(entry.seq, "payload")


def _payload_holds(entry: Entry) -> bool:
    """A redacted one does: nothing is left of it to compare."""
    if entry.payload is None or entry.salt is None:
        return entry.payload is None and entry.salt is None
    expected = payload_hash_of(entry.salt, entry.payload)
    return len(entry.salt) == SALT_BYTES and entry.payload_hash == expected


def _framed(text: str | None) -> bytes:
    if text is None:
        return b"\0"
    data = text.encode()
    return b"\1" + len(data).to_bytes(4, "big") + data


def _microseconds(at: str) -> str:
    """Since 1970. What is no date, such as `infinity`, stands for itself and fits no hash."""
    try:
        return str((datetime.fromisoformat(at) - EPOCH) // MICROSECOND)
    except (ValueError, TypeError):
        return at
