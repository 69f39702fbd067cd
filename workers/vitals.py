"""What a process knows of its own workers, for /healthz and /metrics."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from workers.clock import SYSTEM_CLOCK, Clock

TICK_LIMIT_S: Final = 10.0
STEP_LIMIT_S: Final = 60.0  # a step fails or ends long before; one that does neither is stuck
STEP_BUCKETS: Final = (0.005, 0.02, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)

Status = Callable[[], Mapping[str, Any]]


@dataclass(slots=True)
class Vitals:
    """Counters of one process; `Clock.elapsed` where it says when."""

    clock: Clock = SYSTEM_CLOCK
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    ticked_at: float = field(init=False)
    stepped_at: dict[str, float] = field(default_factory=dict)
    cut_off: tuple[str, ...] = ()
    _statuses: dict[str, Status] = field(default_factory=dict)
    _steps: Counter = field(init=False)
    _durations: Histogram = field(init=False)
    _failing: Gauge = field(init=False)
    _beats: Counter = field(init=False)
    _skew: Gauge = field(init=False)

    def __post_init__(self) -> None:
        self.ticked_at = self.clock.elapsed()
        given: Any = {"registry": self.registry}
        self._steps = Counter(
            "noc_worker_steps", "Steps by how they ended.", ("worker", "outcome"), **given
        )
        self._durations = Histogram(
            "noc_worker_step_seconds", "How long steps took.", ("worker",),
            buckets=STEP_BUCKETS, **given,
        )  # fmt: skip
        self._failing = Gauge(
            "noc_worker_failures_in_a_row", "Steps that failed since the last good one.",
            ("worker",), **given,
        )  # fmt: skip
        self._beats = Counter(
            "noc_worker_heartbeats", "Heartbeats by whether they were heard.",
            ("worker", "heard"), **given,
        )  # fmt: skip
        self._skew = Gauge(
            "noc_worker_clock_skew_seconds", "The database's clock less this machine's.",
            ("worker",), **given,
        )  # fmt: skip
        self.registry.register(_Asked(self))

    def begin(self, worker: str, status: Status) -> None:
        """The worker runs from now on; `status` is asked whenever somebody looks."""
        self.stepped_at[worker] = self.clock.elapsed()
        self._statuses[worker] = status
        for outcome in ("busy", "idle", "failed"):
            self._steps.labels(worker, outcome)

    def end(self, worker: str) -> None:
        """It does not run any more, and is not missed."""
        self.stepped_at.pop(worker, None)
        self._statuses.pop(worker, None)

    def stepped(self, worker: str, outcome: str, took_s: float, failures: int) -> None:
        """A step ended, `busy`, `idle` or `failed`."""
        self.stepped_at[worker] = self.clock.elapsed()
        self._steps.labels(worker, outcome).inc()
        self._durations.labels(worker).observe(took_s)
        self._failing.labels(worker).set(failures)

    def beat(self, worker: str, heard: bool) -> None:
        """A heartbeat was sent."""
        self._beats.labels(worker, "yes" if heard else "no").inc()

    def reported(self, worker: str, skew_s: float | None, cut_off: tuple[str, ...]) -> None:
        """What the answer to a heartbeat said."""
        self._skew.labels(worker).set(skew_s or 0.0)
        self.cut_off = cut_off

    def statuses(self) -> dict[str, Mapping[str, Any]]:
        """What each worker says of itself now."""
        return {worker: status() for worker, status in self._statuses.items()}

    def health(self) -> dict[str, Any]:
        """{"ok", "ticked_s", "steps": {worker: seconds since its last step ended}}."""
        now = self.clock.elapsed()
        steps = {worker: round(now - at, 3) for worker, at in self.stepped_at.items()}
        ticked_s = now - self.ticked_at
        stuck = [worker for worker, since_s in steps.items() if since_s > STEP_LIMIT_S]
        return {
            "ok": ticked_s < TICK_LIMIT_S and not stuck,
            "ticked_s": round(ticked_s, 3),
            "steps": steps,
        }

    def metrics(self) -> bytes:
        """Prometheus' text format."""
        return generate_latest(self.registry)


class _Asked(Collector):
    """What is not counted but asked when somebody looks."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def collect(self) -> Iterator[GaugeMetricFamily]:
        status = GaugeMetricFamily(
            "noc_worker_status", "Numbers of a worker's own status.", labels=("worker", "name")
        )
        for worker, said in self._vitals.statuses().items():
            for name, value in said.items():
                if isinstance(value, bool | int | float):
                    status.add_metric((worker, name), float(value))
        yield status
        opened = GaugeMetricFamily(
            "noc_provider_cut_off", "Open breakers of a provider.", labels=("provider",)
        )
        for provider in sorted({"meta", "smtp", *self._vitals.cut_off}):
            opened.add_metric((provider,), float(self._vitals.cut_off.count(provider)))
        yield opened
        since = GaugeMetricFamily(
            "noc_worker_since_step_seconds", "Since the last step ended.", labels=("worker",)
        )
        for worker, seconds in self._vitals.health()["steps"].items():
            since.add_metric((worker,), seconds)
        yield since
