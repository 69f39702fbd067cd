"""One running copy of the stack: its name, ports and folders. `dev` is the one that people use."""

import hashlib
import json
import os
import pwd
import stat
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from dev.stack.paths import LOCAL, ROOT
from dev.stack.ports import free_ports

FUNCTION_SLOTS: Final = 10
SOCKET_PATH_MAX: Final = 80  # bytes; the system allows 107 with the socket's own name
POSTGRES_USER: Final = "postgres"


@dataclass(frozen=True, slots=True)
class Ports:
    """TCP ports on 127.0.0.1. `functions` is a block with one port per edge function."""

    api: int
    database: int
    rest: int
    rest_admin: int
    realtime: int
    auth: int
    functions: tuple[int, ...]
    web: int
    fakes: int
    smtp: int
    jobs: int


# Those of the Supabase CLI where it has one, so that its docs and its defaults fit.
DEV_PORTS: Final = Ports(
    api=54321,
    database=54322,
    rest=54330,
    rest_admin=54331,
    realtime=54340,
    auth=54341,
    functions=tuple(range(54350, 54350 + FUNCTION_SLOTS)),
    web=3000,
    fakes=54360,
    smtp=54361,
    jobs=54362,
)


@dataclass(frozen=True, slots=True)
class Instance:
    """`demo` allows the seed, whose passwords are published, and the demo traffic."""

    name: str
    ports: Ports
    demo: bool

    @property
    def home(self) -> Path:
        """The folder of everything that belongs to the instance."""
        return LOCAL / self.name

    @property
    def run(self) -> Path:
        """Process records and generated configuration."""
        return self.home / "run"

    @property
    def log(self) -> Path:
        """One log per service, and the gateway's access log."""
        return self.home / "log"

    @property
    def keys(self) -> Path:
        """Keys and tokens; private to the owner."""
        return self.home / "keys"

    @property
    def data(self) -> Path:
        """The cluster's data directory."""
        return self._postgres_home() / "pg"

    @property
    def socket(self) -> Path:
        """The folder of the cluster's Unix socket; only its owner and root may enter it."""
        beside = self._postgres_home() / "sock"
        if len(str(beside).encode()) <= SOCKET_PATH_MAX:
            return beside
        return Path(f"/tmp/noc-{os.getuid()}-{_place()}-{self.name}")

    @property
    def api_url(self) -> str:
        """The gateway's address, the SUPABASE_URL of clients."""
        return f"http://127.0.0.1:{self.ports.api}"

    @property
    def web_url(self) -> str:
        """The page's address."""
        return f"http://127.0.0.1:{self.ports.web}"

    @property
    def fakes_url(self) -> str:
        """The fakes' address: providers' base URLs, and the pages that show what arrived."""
        return f"http://127.0.0.1:{self.ports.fakes}"

    def dsn(self, role: str, password: str) -> str:
        """A connection URL as `role`; silent about TLS, which this cluster does not have."""
        address = f"127.0.0.1:{self.ports.database}/postgres?sslmode=disable"
        return f"postgresql://{role}:{password}@{address}"

    def _postgres_home(self) -> Path:
        if os.getuid() != 0 or _reachable_for_postgres(LOCAL.parent):
            return self.home
        return Path(f"/var/lib/noc-local-{_place()}") / self.name

    def save(self) -> None:
        """Writes what `load` needs, so that a later run finds the same ports."""
        self.home.mkdir(parents=True, exist_ok=True)
        record = {"ports": asdict(self.ports), "demo": self.demo}
        (self.home / "instance.json").write_text(json.dumps(record))


def dev_instance(demo: bool = True) -> Instance:
    """The instance of `make up`."""
    return Instance("dev", DEV_PORTS, demo)


def new_instance(name: str, demo: bool = True) -> Instance:
    """A throw-away instance on ports that are free now."""
    named = [field.name for field in fields(Ports) if field.name != "functions"]
    free = free_ports(len(named) + FUNCTION_SLOTS)
    functions = tuple(free[len(named) :])
    ports = Ports(**dict(zip(named, free, strict=False)), functions=functions)
    return Instance(name, ports, demo)


def load_instance(name: str) -> Instance:
    """The instance as it was last started; the development one if that never was."""
    path = LOCAL / name / "instance.json"
    if not path.exists():
        return Instance(name, DEV_PORTS, demo=True)
    record = json.loads(path.read_text())
    ports = {**record["ports"], "functions": tuple(record["ports"]["functions"])}
    if ports.keys() != {field.name for field in fields(Ports)}:
        return Instance(name, DEV_PORTS, demo=True)  # written by another version
    return Instance(name, Ports(**ports), record["demo"])


def _place() -> str:
    """Eight letters that stand for this checkout."""
    return hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]


def _reachable_for_postgres(folder: Path) -> bool:
    """Whether the system user postgres may pass every folder down to this one."""
    user = pwd.getpwnam(POSTGRES_USER)
    for path in (folder, *folder.parents):
        info = path.stat()
        mine = stat.S_IXUSR if info.st_uid == user.pw_uid else 0
        group = stat.S_IXGRP if info.st_gid == user.pw_gid else 0
        if not info.st_mode & (mine | group | stat.S_IXOTH):
            return False
    return True
