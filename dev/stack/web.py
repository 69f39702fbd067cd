"""The static page: built only when what it is made of has changed.

`python -m dev.stack.web` builds it without starting anything.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dev.stack.errors import StackError
from dev.stack.paths import LOCAL, ROOT, WEB, tool_env

MARK: Final = LOCAL / "web-built.txt"
LOG: Final = LOCAL / "log/web-build.log"
NOT_SOURCES: Final = {"out", ".next", "node_modules", "e2e", "coverage"}
# What the build itself writes beside its sources.
WRITTEN: Final = {"next-env.d.ts", "tsconfig.tsbuildinfo"}


def build_if_changed(say: Callable[[str], None]) -> str | None:
    """Builds the page when its sources differ from those of the last build.

    Gives a notice when there is no page to build. Raises `StackError` when the build fails.
    """
    if not _has_build():
        return "web: not there yet, left out"
    MARK.parent.mkdir(parents=True, exist_ok=True)
    with MARK.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _build_if_changed(say)
    return None


def _build_if_changed(say: Callable[[str], None]) -> None:
    wanted = _hash_of_sources()
    if (WEB / "out").exists() and MARK.exists() and MARK.read_text() == wanted:
        return
    say("web: building the page")
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("w") as log:
        done = subprocess.run(
            [str(ROOT / ".venv/bin/npm"), "run", "build", "--workspace", "web"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Next refuses a workspace that holds the home folder, as our tools' own would be.
            env={**tool_env(), "HOME": os.environ.get("HOME", "/")},
            check=False,
        )
    if done.returncode != 0:
        raise StackError(f"the page could not be built (see {LOG}).")
    MARK.write_text(wanted)


def _has_build() -> bool:
    manifest = WEB / "package.json"
    return manifest.exists() and "build" in json.loads(manifest.read_text()).get("scripts", {})


def _hash_of_sources() -> str:
    digest = hashlib.sha256((ROOT / "package-lock.json").read_bytes())
    for path in sorted(_files(WEB)):
        digest.update(str(path.relative_to(WEB)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    found = []
    for path in folder.iterdir():
        if path.is_dir() and path.name not in NOT_SOURCES:
            found += _files(path)
        elif path.is_file() and path.name not in WRITTEN:
            found.append(path)
    return found


def main() -> int:
    """Builds the page if need be; 1 with the end of the log when that fails."""
    try:
        print(build_if_changed(print) or "the page is built")
    except StackError as error:
        print("\n".join(LOG.read_text(errors="replace").splitlines()[-30:]))
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
