"""Who is present on each channel, and the differences to tell the others."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

Meta = dict[str, Any]
State = dict[str, dict[str, list[Meta]]]


class ChannelKey(NamedTuple):
    """A private and a public channel of one name are two channels."""

    name: str
    private: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Payload of `presence_diff`."""

    joins: State
    leaves: State

    def as_payload(self) -> dict[str, State]:
        """The two halves by name."""
        return {"joins": self.joins, "leaves": self.leaves}


class PresenceBoard:
    """Tracked metas by channel and presence key; one meta per tracking owner."""

    def __init__(self) -> None:
        self._metas: defaultdict[ChannelKey, dict[object, tuple[str, Meta]]] = defaultdict(dict)

    def state(self, key: ChannelKey) -> State:
        """Payload of `presence_state`."""
        state: State = {}
        for presence_key, meta in self._metas[key].values():
            state.setdefault(presence_key, {"metas": []})["metas"].append(meta)
        return state

    def track(
        self, key: ChannelKey, owner: object, presence_key: str, payload: Meta
    ) -> Difference | None:
        """Set the owner's meta; null when the payload is the one already tracked."""
        before = self._metas[key].get(owner)
        meta: Meta = {"phx_ref": uuid.uuid4().hex[:16], **payload}
        leaves: State = {}
        if before is not None:
            if _payload(before[1]) == payload:
                return None
            meta["phx_ref_prev"] = before[1]["phx_ref"]
            leaves = {presence_key: {"metas": [before[1]]}}
        self._metas[key][owner] = (presence_key, meta)
        return Difference({presence_key: {"metas": [meta]}}, leaves)

    def untrack(self, key: ChannelKey, owner: object) -> Difference | None:
        """Remove the owner's meta; null when it had none."""
        before = self._metas[key].pop(owner, None)
        if not self._metas[key]:
            del self._metas[key]
        if before is None:
            return None
        return Difference({}, {before[0]: {"metas": [before[1]]}})


def _payload(meta: Meta) -> Meta:
    return {name: value for name, value in meta.items() if name not in ("phx_ref", "phx_ref_prev")}
