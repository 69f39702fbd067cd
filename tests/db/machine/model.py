"""The rule machine told a second time, from docs/alerts.md and not from the SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean

MINUTE = timedelta(minutes=1)
FEW_PROVE = timedelta(minutes=30)
RANKS = (None, "warning", "critical")


@dataclass
class Rule:
    """A rule as people write it; a limit that is None is not judged."""

    above: bool
    degraded: float | None
    down: float | None
    degraded_clear: float | None
    down_clear: float | None
    for_degraded: timedelta
    for_down: timedelta
    keep_firing: timedelta
    reopen: timedelta
    over: timedelta
    min_samples: int
    no_data: str = "keep_last"
    enabled: bool = True

    def beyond(self, value: float, limit: float | None) -> bool:
        """Limits are exclusive: a value on the limit is good."""
        if limit is None:
            return False
        return value > limit if self.above else value < limit

    def holds_degraded(self, value: float) -> bool:
        clear = self.degraded if self.degraded_clear is None else self.degraded_clear
        return self.beyond(value, clear)

    def holds_down(self, value: float) -> bool:
        clear = self.down if self.down_clear is None else self.down_clear
        return self.beyond(value, clear)


@dataclass
class Measured:
    """What is known of a target now.

    value None: nothing, and then samples 0 says that there were no calls, None that the source
    is silent. samples None beside a value: not a matter of them.
    """

    value: float | None
    samples: int | None = None
    since: datetime | None = None


@dataclass
class Alert:
    """One episode."""

    started_at: datetime
    opened_at: datetime
    severity: str
    severity_max: str
    state: str = "open"
    closed_at: datetime | None = None
    close_reason: str | None = None
    reopen_count: int = 0
    last_seen_at: datetime | None = None  # noted once a minute, and with what changed
    worst_value: float | None = None  # of the values while it fired
    minutes: list[float] = field(default_factory=list)  # one value of each minute that it fired in

    @property
    def mean_value(self) -> float | None:
        return fmean(self.minutes) if self.minutes else None

    @property
    def live(self) -> bool:
        return self.state != "closed"


@dataclass
class Target:
    """One rule on one target: where it stands, its episodes, and what befell it last."""

    phase: str | None = None  # None: ok
    severity: str | None = None
    warning_since: datetime | None = None
    critical_since: datetime | None = None
    recovering_since: datetime | None = None
    seen_at: datetime | None = None  # last sufficient measurement, noted once a minute
    latched_until: datetime | None = None
    current: Alert | None = None  # the episode that this state belongs to
    alerts: list[Alert] = field(default_factory=list)
    news: list[str] = field(default_factory=list)

    def tick(self, rule: Rule, measured: Measured | None, at: datetime) -> None:
        """One evaluation; `measured` None: the target does not exist any more."""
        self.news = []
        if measured is None or not rule.enabled:
            self._end("withdrawn", at)
            return
        before = (self.phase, self.severity, self.warning_since, self.critical_since)
        enough = measured.value is not None and (
            measured.samples is None or measured.samples >= rule.min_samples
        )
        nothing_is_good = measured.value is None and rule.no_data == "ok"
        judged = enough or nothing_is_good or self._few_but_good(rule, measured.value, at)
        if judged:
            self._judge(rule, measured.value, measured.since, at)
        else:
            self._wait(rule, measured.value is None and measured.samples is None, at)
        if self.phase is None:
            if self.current is not None and judged and measured.value is not None:
                self.current.last_seen_at = at
            self._end("recovered", at)
            return
        if self.phase == "firing" and judged:
            self._tell(rule, at)
        self._see(rule, measured.value if judged else None, at)
        after = (self.phase, self.severity, self.warning_since, self.critical_since)
        self._note(enough, judged, bool(self.news) or before != after, at)

    # What people do

    def acknowledge(self) -> None:
        if self.current is not None:
            self.current.state = "ack"

    def close_by_hand(self, at: datetime, quiet: timedelta) -> None:
        """Its rule is quiet for a while, unless it is good before."""
        if self.current is None:
            return
        self.current.state = "closed"
        self.current.closed_at = max(at, self.current.opened_at)
        self.current.close_reason = "manual"
        self.current = None
        self.latched_until = at + quiet

    # The state of the rule

    def _lapsed(self, rule: Rule, at: datetime) -> bool:
        """A pending state that saw nothing sufficient for longer than its window starts anew."""
        assert self.phase is None or self.seen_at is not None
        return (
            self.phase == "pending"
            and self.seen_at is not None
            and at - self.seen_at > rule.over + MINUTE
        )

    def _few_but_good(self, rule: Rule, value: float | None, at: datetime) -> bool:
        """A fired one that saw no more for half an hour recovers by the few, when they are good."""
        if value is None or self.severity is None:
            return False
        assert self.seen_at is not None
        good = not rule.holds_degraded(value) and not rule.holds_down(value)
        return good and at - self.seen_at >= FEW_PROVE

    def _wait(self, rule: Rule, silent: bool, at: datetime) -> None:
        """No calls, or too few: as it was. Silence holds what has fired, under its own name."""
        if self.phase == "pending" and self._lapsed(rule, at):
            self.phase = None
        elif self.phase not in (None, "pending") and silent:
            self.phase = "no_data"
            self.recovering_since = None

    def _judge(self, rule: Rule, value: float | None, since: datetime | None, at: datetime) -> None:
        if self._lapsed(rule, at):
            self.warning_since = self.critical_since = None
        began = at if since is None else min(since, at)
        beyond_degraded = value is not None and rule.beyond(value, rule.degraded)
        beyond_down = value is not None and rule.beyond(value, rule.down)
        self.warning_since = (self.warning_since or began) if beyond_degraded else None
        self.critical_since = (self.critical_since or began) if beyond_down else None

        severity = self._severity(rule, value, at)
        if severity is not None:
            self.phase, self.severity = "firing", severity
            self.recovering_since = None
        elif self.severity is None:
            self.phase = "pending" if beyond_degraded or beyond_down else None
        else:
            self.recovering_since = self.recovering_since or at
            done = at - self.recovering_since >= rule.keep_firing
            self.phase = None if done else "recovering"

    def _severity(self, rule: Rule, value: float | None, at: datetime) -> str | None:
        """The worse of what has lasted long enough and what its clear limit still holds."""
        lasted, held = None, None
        if self.critical_since is not None and at - self.critical_since >= rule.for_down:
            lasted = "critical"
        elif self.warning_since is not None and at - self.warning_since >= rule.for_degraded:
            lasted = "warning"
        if value is None:
            return lasted
        if self.severity == "critical" and rule.holds_down(value):
            held = "critical"
        elif self.severity is not None and rule.holds_degraded(value):
            held = "warning"
        return max(lasted, held, key=RANKS.index)

    # The alert

    def _tell(self, rule: Rule, at: datetime) -> None:
        assert self.severity is not None
        if self.current is None:
            if self.latched_until is None or self.latched_until <= at:
                self._open(rule, self.severity, at)
            return
        had = self.current.severity
        if had == self.severity:
            return
        rises = RANKS.index(self.severity) > RANKS.index(had)
        self.news.append("severity_up" if rises else "severity_down")
        self.current.severity = self.severity
        if rises:
            self.current.severity_max = max(
                self.current.severity_max, self.severity, key=RANKS.index
            )
            self.current.state = "open"  # worse than what was acknowledged

    def _open(self, rule: Rule, severity: str, at: datetime) -> None:
        """Back within reopen of recovering: the same alert. Otherwise, and after a hand: new."""
        self.latched_until = None
        last = self.alerts[-1] if self.alerts else None
        if (
            last is not None
            and last.close_reason == "recovered"
            and last.closed_at is not None
            and at - last.closed_at <= rule.reopen
        ):
            last.severity = severity
            last.severity_max = max(last.severity_max, severity, key=RANKS.index)
            last.state, last.closed_at, last.close_reason = "open", None, None
            last.reopen_count += 1
            self.news.append("reopened")
        else:
            began = [m for m in (self.warning_since, self.critical_since, at) if m is not None]
            last = Alert(min(began), at, severity, severity)
            self.alerts.append(last)
            self.news.append("opened")
        self.current = last

    def _see(self, rule: Rule, value: float | None, at: datetime) -> None:
        """What the alert keeps of the value: the worst at once, the last and the mean in turn."""
        alert = self.current
        if alert is None or value is None:
            return
        fires = self.phase == "firing"
        worse = fires and (alert.worst_value is None or rule.beyond(value, alert.worst_value))
        seen = alert.last_seen_at
        if not worse and not self.news and seen is not None and at - seen < MINUTE:
            return
        if worse:
            alert.worst_value = value
        if fires and (seen is None or seen < at.replace(second=0, microsecond=0)):
            alert.minutes.append(value)
        alert.last_seen_at = at

    def _end(self, reason: str, at: datetime) -> None:
        if self.current is not None:
            self.current.state = "closed"
            self.current.closed_at = max(at, self.current.opened_at)
            self.current.close_reason = reason
            self.news.append("closed")
        self.phase = self.severity = self.current = self.latched_until = None
        self.warning_since = self.critical_since = self.recovering_since = self.seen_at = None

    def _note(self, enough: bool, judged: bool, changed: bool, at: datetime) -> None:
        """Once a minute, and with every change, when it was last seen."""
        stale = self.seen_at is None or at - self.seen_at >= MINUTE
        if enough and (changed or (stale and judged)):
            self.seen_at = at
