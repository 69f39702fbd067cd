"""Random rules, measurements and pauses, drawn so that limits are met exactly and often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tests.db.machine.model import Measured, Rule

SECONDS = (0, 10, 60, 120, 180, 600)
PAUSES = (1, 10, 10, 10, 59, 60, 60, 61, 120, 180, 600, 900, 1795, 1800)
STAYS = 0.85  # how likely a target keeps its mood
MOODS = ("good", "between", "degraded", "down", "few", "silent", "few good", "gone")
WEIGHTS = (24, 12, 20, 20, 8, 8, 6, 2)


def random_rule(random: Random) -> Rule:
    """Limits a tenth apart, of either side, with or without clear limits and severities."""
    above = random.random() < 0.7
    side = 1 if above else -1
    degraded, down = 100.0, 100.0 + side * 50
    which = random.choice(("both", "both", "both", "degraded", "down"))
    clears = (random.choice((None, degraded, degraded - side * 10)),
              random.choice((None, down, down - side * 20, degraded - side * 20)))  # fmt: skip
    return Rule(
        above=above,
        degraded=degraded if which != "down" else None,
        down=down if which != "degraded" else None,
        degraded_clear=clears[0] if which != "down" else None,
        down_clear=clears[1] if which != "degraded" else None,
        for_degraded=_seconds(random, SECONDS),
        for_down=_seconds(random, SECONDS),
        keep_firing=_seconds(random, SECONDS),
        reopen=_seconds(random, (0, 60, 900, 3600)),
        over=_seconds(random, (60, 300, 3600)),
        min_samples=random.choice((1, 20)),
        no_data=random.choice(("keep_last", "keep_last", "ok")),
    )


def _seconds(random: Random, choices: Sequence[int]) -> timedelta:
    return timedelta(seconds=random.choice(choices))


def pause(random: Random) -> timedelta:
    """Between two ticks: whole seconds that meet a rule's times, and odd ones that do not."""
    odd = random.choice((0, 0, 0, -0.001, 0.001, random.random()))
    return timedelta(seconds=random.choice(PAUSES) + odd)


@dataclass
class Weather:
    """What happens to one target; it stays as it is for a while."""

    random: Random
    mood: str = "good"

    def measure(self, rule: Rule, at: datetime) -> Measured | None:
        if self.random.random() > STAYS:
            (self.mood,) = self.random.choices(MOODS, WEIGHTS)
        if self.mood == "gone":
            return None
        if self.mood == "silent":
            return Measured(None, self.random.choice((None, 0)))
        few = self.mood.startswith("few")
        return Measured(self._value(rule), self._samples(rule, few), self._since(at))

    def _value(self, rule: Rule) -> float:
        limits = [
            limit
            for limit in (rule.degraded, rule.down, rule.degraded_clear, rule.down_clear)
            if limit is not None
        ]
        side = 1.0 if rule.above else -1.0
        inmost, outmost = min(limits, key=side.__mul__), max(limits, key=side.__mul__)
        if self.random.random() < 0.4:
            return self.random.choice(limits) + self.random.choice((0, 0, 1e-9, -1e-9))
        beyond = {
            "good": inmost - side * 40,
            "few good": inmost - side * 40,
            "between": (limits[0] + limits[-1]) / 2,
            "degraded": limits[0] + side * 10,
            "down": outmost + side * 10,
            "few": outmost + side * 10,
        }
        return beyond[self.mood] + self.random.uniform(-9, 9)

    def _samples(self, rule: Rule, few: bool) -> int | None:
        if few:
            return self.random.choice((rule.min_samples - 1, 0))
        return self.random.choice((None, rule.min_samples, rule.min_samples, 500))

    def _since(self, at: datetime) -> datetime | None:
        if self.random.random() < 0.8:
            return None
        return at + timedelta(seconds=self.random.choice((-600, -60, -1, 0, 30)))
