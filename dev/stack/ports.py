"""TCP ports on loopback: which are free, and who holds one that is not."""

import random
import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

LOOPBACK = "127.0.0.1"
LISTENING = "0A"  # the state in /proc/net/tcp
# Below the range from which the system gives outgoing connections their ports: one of those
# could take a port between the choice and the start.
CHOICE = range(20_000, 32_000)
RESERVED = Path("/proc/sys/net/ipv4/ip_local_reserved_ports")


def free_ports(count: int) -> list[int]:
    """That many different ports that nobody holds now."""
    found: list[int] = []
    for port in random.sample(CHOICE, len(CHOICE)):
        if len(found) == count:
            break
        if not is_taken(port):
            found.append(port)
    return found


def reserve(ports: Iterable[int]) -> None:
    """Keeps outgoing connections off fixed ports, where the system lets us; else they may meet."""
    with suppress(OSError):
        known = [part for part in RESERVED.read_text().strip().split(",") if part]
        fixed = {str(port) for port in ports if port not in CHOICE}
        RESERVED.write_text(",".join({*known, *fixed}))


def is_taken(port: int) -> bool:
    """Whether the port cannot be listened on, because of a listener or an outgoing connection."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def has_listener(port: int) -> bool:
    """Whether somebody serves on the port; false when an outgoing connection merely uses it."""
    return bool(_listening_inodes(port))


def holder_of(port: int) -> str:
    """The process that listens on the port, as `name (pid 123)`; else `another process`."""
    inodes = _listening_inodes(port)
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and _holds(process, inodes):
            name = (process / "comm").read_text().strip()
            return f"{name} (pid {process.name})"
    return "another process"


def _listening_inodes(port: int) -> set[str]:
    wanted = f"{port:04X}"
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                if fields[1].endswith(f":{wanted}") and fields[3] == LISTENING:
                    found.add(f"socket:[{fields[9]}]")
    return found


def _holds(process: Path, inodes: set[str]) -> bool:
    with suppress(OSError):
        for handle in (process / "fd").iterdir():
            with suppress(OSError):
                if str(handle.readlink()) in inodes:
                    return True
    return False
