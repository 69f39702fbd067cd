"""What `health_status` and `quality_rating` say of a phone number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

ENTITIES: Final = ("PHONE_NUMBER", "WABA", "BUSINESS", "APP")
CAN_SEND: Final = ("AVAILABLE", "LIMITED", "BLOCKED")
QUALITIES: Final = ("GREEN", "YELLOW", "RED", "UNKNOWN")


@dataclass(frozen=True, slots=True)
class Health:
    """`entity` is the one that limits or blocks; `errors` are told as they are, under it."""

    can_send_message: str = "AVAILABLE"
    quality_rating: str = "GREEN"
    entity: str = "PHONE_NUMBER"
    errors: Sequence[Mapping[str, Any]] = ()

    def answer(self, phone_number_id: str, waba_id: str, fields: Sequence[str]) -> dict[str, Any]:
        """The fields that were asked for, and the id."""
        every = {
            "health_status": self._status(phone_number_id, waba_id),
            "quality_rating": self.quality_rating,
        }
        return {name: every[name] for name in fields if name in every} | {"id": phone_number_id}

    def _status(self, phone_number_id: str, waba_id: str) -> dict[str, Any]:
        ids = {"PHONE_NUMBER": phone_number_id, "WABA": waba_id}
        entities = []
        for kind in ENTITIES:
            entity: dict[str, Any] = {"entity_type": kind, "id": ids.get(kind, f"9{waba_id}")}
            if kind == self.entity:
                entity["can_send_message"] = self.can_send_message
                entity |= {"errors": list(self.errors)} if self.errors else {}
            else:
                entity["can_send_message"] = "AVAILABLE"
            entities.append(entity)
        return {"can_send_message": self.can_send_message, "entities": entities}
