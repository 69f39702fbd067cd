"""Answers that were ordered in advance: for the next calls, or for calls with certain facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Step = TypeVar("Step")


@dataclass(slots=True)
class _Order(Generic[Step]):
    step: Step
    facts: Mapping[str, str]
    left: int | None


class Script(Generic[Step]):
    """Orders are kept in sequence; those of a limited number go before those that stay."""

    def __init__(self) -> None:
        self._orders: list[_Order[Step]] = []

    def order(self, step: Step, facts: Mapping[str, str], times: int | None) -> None:
        """Plays `step` for the next `times` calls with these facts; null: for all of them."""
        self._orders.append(_Order(step, facts, times))
        self._orders.sort(key=lambda order: order.left is None)

    def take(self, facts: Mapping[str, str]) -> Step | None:
        """The step for a call, which uses it up; null when nothing was ordered for it."""
        for order in self._orders:
            if all(facts.get(name) == value for name, value in order.facts.items()):
                self._use(order)
                return order.step
        return None

    def clear(self) -> None:
        """Forgets every order."""
        self._orders.clear()

    def __len__(self) -> int:
        return len(self._orders)

    def _use(self, order: _Order[Step]) -> None:
        if order.left is None:
            return
        order.left -= 1
        if order.left == 0:
            self._orders.remove(order)
