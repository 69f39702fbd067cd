"""What `make up` promises: start what is missing, leave what is healthy, nothing half done."""

import os
import signal
import socket
import sys
from collections.abc import Iterator

import pytest

from dev.stack.errors import StackError
from dev.stack.instance import Instance
from dev.stack.process import read_record
from dev.stack.service import Service
from dev.stack.supervisor import Supervisor
from tests.stack.conftest import sleeper


@pytest.fixture(autouse=True)
def tidy(supervisor: Supervisor) -> Iterator[None]:
    yield
    supervisor.undo()


def pid_of(instance: Instance, name: str) -> int:
    record = read_record(instance.run / f"{name}.json")
    assert record is not None
    return record.pid


def test_a_service_starts_only_after_those_that_it_needs(supervisor: Supervisor) -> None:
    supervisor.up([sleeper("last", "middle"), sleeper("middle", "first"), sleeper("first")])
    assert [service.name for service in supervisor.started] == ["first", "middle", "last"]


def test_a_healthy_service_is_left_alone(instance: Instance, supervisor: Supervisor) -> None:
    supervisor.up([sleeper("one")])
    before = pid_of(instance, "one")
    supervisor.up([sleeper("one")])
    assert pid_of(instance, "one") == before


def test_a_killed_service_is_started_again(instance: Instance, supervisor: Supervisor) -> None:
    supervisor.up([sleeper("one"), sleeper("two")])
    killed, left = pid_of(instance, "one"), pid_of(instance, "two")
    os.kill(killed, signal.SIGKILL)
    os.waitpid(killed, 0)
    supervisor.up([sleeper("one"), sleeper("two")])
    assert pid_of(instance, "one") != killed
    assert pid_of(instance, "two") == left
    assert supervisor.is_running("one")


def test_a_service_whose_environment_changed_is_started_again(
    instance: Instance, supervisor: Supervisor, said: list[str]
) -> None:
    supervisor.up([sleeper("one", COLOUR="red")])
    before = pid_of(instance, "one")
    supervisor.up([sleeper("one", COLOUR="blue")])
    assert pid_of(instance, "one") != before
    assert said == ["one: changed since it started, starting it again"]


def test_a_failing_service_is_named_with_its_last_words(supervisor: Supervisor) -> None:
    broken = Service(
        name="broken",
        command=(sys.executable, "-c", "raise SystemExit('no such table')"),
        env={},
        ready_text="listening",
        settle_s=0.05,
    )
    with pytest.raises(StackError, match="broken ended at once: no such table"):
        supervisor.up([sleeper("good"), broken])


def test_undo_stops_what_this_run_started(supervisor: Supervisor) -> None:
    supervisor.up([sleeper("one"), sleeper("two")])
    supervisor.undo()
    assert not supervisor.is_running("one")
    assert not supervisor.is_running("two")


def test_undo_leaves_what_an_earlier_run_had_started(
    instance: Instance, supervisor: Supervisor
) -> None:
    supervisor.up([sleeper("earlier")])
    later = Supervisor(instance, print)
    later.up([sleeper("earlier"), sleeper("later")])
    later.undo()
    assert supervisor.is_running("earlier")
    assert not supervisor.is_running("later")


def test_a_taken_port_is_named_with_its_holder(supervisor: Supervisor) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        service = Service("one", sleeper("one").command, {}, ports=(port,), ready_text="up")
        holder = rf"port {port}, which one needs, is taken by .+ \(pid {os.getpid()}\)"
        with pytest.raises(StackError, match=holder):
            supervisor.up([service])


def test_a_service_that_never_answers_is_given_up(supervisor: Supervisor) -> None:
    service = Service("mute", sleeper("mute").command, {}, ready=lambda: False, ready_within_s=0.3)
    with pytest.raises(StackError, match="mute was not ready within 0 s"):
        supervisor.up([service])
