"""Engine and model through the same random day, compared after every tick."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg

from tests.db.machine.chance import Weather, pause, random_rule
from tests.db.machine.engine import Engine, Row, fingerprint_of
from tests.db.machine.model import Target

RULES = 40
TARGETS_PER_RULE = 10
TARGETS = RULES * TARGETS_PER_RULE
STATE = ("phase", "severity", "warning_since", "critical_since", "recovering_since",
         "seen_at", "latched_until")  # fmt: skip
ALERT = ("severity", "severity_max", "state", "started_at", "opened_at", "closed_at",
         "close_reason", "reopen_count", "worst_value", "mean_value")  # fmt: skip


class Disagreement(AssertionError):
    """Where engine and model differ."""


class Duel:
    """One seed's rules and targets; nothing is left when the caller rolls back."""

    def __init__(self, connection: psycopg.Connection[Row], seed: str) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.engine = Engine(connection)
        self.rules = [random_rule(self.random) for _ in range(RULES)]
        for number, rule in enumerate(self.rules):
            self.engine.add_rule(number, rule)
        self.targets = [Target() for _ in range(TARGETS)]
        self.weather = [Weather(Random(f"{seed}/{n}")) for n in range(TARGETS)]
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def tick(self) -> None:
        """Raises Disagreement."""
        self._people()
        self.at += pause(self.random)
        found = []
        for target, model in enumerate(self.targets):
            number = target // TARGETS_PER_RULE
            rule = self.rules[number]
            measured = self.weather[target].measure(rule, self.at)
            if measured is not None:
                over = self.random.choice((None, rule.over // timedelta(seconds=1)))
                found.append((number, target, over, measured))
            model.tick(rule, measured, self.at)
        self.engine.measure(found)
        self.engine.evaluate(self.at)
        if self.random.random() < 0.1:  # twice at one instant changes nothing
            self.engine.evaluate(self.at)
        self._compare()

    def _people(self) -> None:
        """Some acknowledge, some close by hand, some switch a rule."""
        for target, model in enumerate(self.targets):
            if model.current is None or self.random.random() > 0.05:
                continue
            fingerprint = fingerprint_of(target // TARGETS_PER_RULE, target)
            if self.random.random() < 0.6:
                model.acknowledge()
                self.engine.acknowledge(fingerprint, self.at + timedelta(days=9))
            else:
                quiet = timedelta(minutes=self.random.choice((1, 10, 60)))
                model.close_by_hand(self.at, quiet)
                self.engine.close_by_hand(fingerprint, self.at, quiet)
        for number, rule in enumerate(self.rules):
            if self.random.random() < (0.01 if rule.enabled else 0.5):
                rule.enabled = not rule.enabled
                self.engine.switch(number, rule.enabled)

    def _compare(self) -> None:
        states, alerts = self.engine.states(), self.engine.alerts(self.at)
        events = self.engine.events(self.at)
        for target, model in enumerate(self.targets):
            number = target // TARGETS_PER_RULE
            fingerprint = fingerprint_of(number, target)
            expected = _said(model, self.at)
            actual = {
                "state": _parts(states.get(fingerprint), STATE),
                "alert": _parts(alerts.get(fingerprint), ALERT),
                "news": events.get(fingerprint, []),
            }
            if actual != expected:
                raise Disagreement(
                    f"seed {self.seed}, {self.at}, target {target}\n  {self.rules[number]}\n"
                    f"  {self.weather[target].mood}\n  model  {expected}\n  engine {actual}"
                )


def _parts(row: Row | None, names: tuple[str, ...]) -> list[Any] | None:
    return None if row is None else [_part(row[name]) for name in names]


def _part(value: Any) -> Any:
    """A mean is taken in another order."""
    return round(value, 6) if isinstance(value, float) else value


def _said(model: Target, at: datetime) -> dict[str, Any]:
    """The model in the engine's words."""
    last = model.alerts[-1] if model.alerts else None
    shown = last is not None and (last.live or last.closed_at == at)
    return {
        "state": None if model.phase is None else [getattr(model, name) for name in STATE],
        "alert": [_part(getattr(last, name)) for name in ALERT] if shown else None,
        "news": model.news,
    }
