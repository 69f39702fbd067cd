"""Starts what is missing, leaves what is healthy, replaces what is dead or stale."""

import time
from collections.abc import Callable, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

from dev.stack import process as processes
from dev.stack.errors import StackError
from dev.stack.instance import Instance
from dev.stack.paths import tool_env
from dev.stack.ports import has_listener, holder_of, is_taken, reserve
from dev.stack.process import Process
from dev.stack.service import Service

POLL_S: Final = 0.03
PORT_PATIENCE_S: Final = 20.0  # for an outgoing connection to leave one of our ports
ATTEMPTS: Final = 3  # a start right after a crash may meet what the dead process still holds
LOG_MAX_BYTES: Final = 20_000_000


class Supervisor:
    """The services of one instance, by the records in its run folder."""

    def __init__(self, instance: Instance, say: Callable[[str], None]) -> None:
        self.instance = instance
        self.say = say
        self.started: list[Service] = []

    def up(self, services: Sequence[Service]) -> None:
        """Brings all services to ready, each after those that it needs.

        Raises `StackError` when one cannot start; `undo` then stops what this run had started.
        """
        by_name = {service.name: service for service in services}
        order = TopologicalSorter(
            {one.name: by_name.keys() & set(one.needs) for one in by_name.values()}
        )
        order.prepare()
        starting: dict[str, _Start] = {}
        while order.is_active():
            for name in order.get_ready():
                if self._is_healthy(by_name[name]):
                    order.done(name)
                else:
                    starting[name] = self._start(by_name[name])
            for name in [one for one, start in starting.items() if self._has_come_up(start)]:
                del starting[name]
                order.done(name)
            if starting:
                time.sleep(POLL_S)

    def undo(self) -> None:
        """Stops what this run started, last first."""
        for service in reversed(self.started):
            self.stop(service.name, service.gentle)
        self.started.clear()

    def stop(self, name: str, gentle: int) -> bool:
        """Stops one service; false when it was not running."""
        path = self._record(name)
        process = processes.read_record(path)
        if process is None:
            return False
        was_alive = process.is_alive()
        processes.stop(process, gentle)
        path.unlink(missing_ok=True)
        return was_alive

    def is_running(self, name: str) -> bool:
        """Whether the process that was started under this name still runs."""
        process = processes.read_record(self._record(name))
        return process is not None and process.is_alive()

    def log_of(self, name: str) -> Path:
        """Where the service's output goes."""
        return self.instance.log / f"{name}.log"

    def _is_healthy(self, service: Service) -> bool:
        process = processes.read_record(self._record(service.name))
        if process is None or not process.is_alive():
            return False
        if process.fingerprint != service.fingerprint():
            self.say(f"{service.name}: changed since it started, starting it again")
            return False
        if service.ready is None or service.ready():
            return True
        self.say(f"{service.name}: runs but does not answer, starting it again")
        return False

    def _start(self, service: Service) -> "_Start":
        self.stop(service.name, service.gentle)
        self._require_ports(service)
        log = self.log_of(service.name)
        if log.exists() and log.stat().st_size > LOG_MAX_BYTES:
            log.replace(log.with_suffix(".log.1"))
        start = _Start(service)
        self.started.append(service)
        self._launch(start)
        return start

    def _launch(self, start: "_Start") -> None:
        service = start.service
        start.log_from = _size(self.log_of(service.name))
        try:
            start.process = processes.launch(
                service.command,
                {**tool_env(), **service.env},
                self.log_of(service.name),
                service.cwd,
                service.user,
                service.fingerprint(),
            )
        except OSError as error:
            raise StackError(f"{service.name} cannot be started: {error}.") from error
        start.attempts += 1
        start.launched_at = time.monotonic()
        processes.write_record(self._record(service.name), start.process)

    def _has_come_up(self, start: "_Start") -> bool:
        service, elapsed_s = start.service, time.monotonic() - start.launched_at
        if not start.alive():
            if start.attempts >= ATTEMPTS:
                raise StackError(f"{service.name} ended at once: {self._last_words(start)}")
            if elapsed_s >= start.attempts * service.settle_s:
                self._launch(start)
            return False
        if self._says_ready(start, elapsed_s):
            return True
        if time.monotonic() - start.began_at > service.ready_within_s:
            raise StackError(
                f"{service.name} was not ready within {service.ready_within_s:.0f} s: "
                f"{self._last_words(start)}"
            )
        return False

    def _says_ready(self, start: "_Start", elapsed_s: float) -> bool:
        service = start.service
        if service.ready is not None:
            return service.ready()
        if service.ready_text is not None:
            return service.ready_text in self._output(start)
        return elapsed_s >= service.settle_s

    def _require_ports(self, service: Service) -> None:
        reserve(service.ports)
        for port in service.ports:
            patience = time.monotonic() + PORT_PATIENCE_S
            while is_taken(port) and not has_listener(port) and time.monotonic() < patience:
                time.sleep(POLL_S)
            if is_taken(port):
                raise StackError(
                    f"port {port}, which {service.name} needs, is taken by {holder_of(port)}; "
                    "stop that and run it again."
                )

    def _last_words(self, start: "_Start") -> str:
        """The last line that a service wrote in this run, and where the rest is."""
        lines = self._output(start).strip().splitlines()
        if any("No space left on device" in line for line in lines):
            return "the disk is full; free some space and run it again."
        said = lines[-1] if lines else "it wrote nothing"
        return f"{said} (see {self.log_of(start.service.name)})"

    def _output(self, start: "_Start") -> str:
        """What the service has written since its launch."""
        with self.log_of(start.service.name).open("rb") as text:
            text.seek(start.log_from)
            return text.read().decode(errors="replace")

    def _record(self, name: str) -> Path:
        return self.instance.run / f"{name}.json"


class _Start:
    """One service on its way up."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.process: Process | None = None
        self.attempts = 0
        self.began_at = self.launched_at = time.monotonic()
        self.log_from = 0

    def alive(self) -> bool:
        return self.process is not None and self.process.is_alive()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
