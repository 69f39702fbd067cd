"""The Supabase CLI, pointed at one instance.

The CLI finds its local database through `[db] port` in config.toml, so every instance has a folder
of its own with the repository's config, that port, and links to the migrations and the seed.
"""

import re
import subprocess
from pathlib import Path
from typing import Final

from dev.stack.errors import StackError
from dev.stack.instance import Instance
from dev.stack.paths import CLI_CONFIG, MIGRATIONS, NODE_BIN, SEED, tool_env

SIGNING_KEYS: Final = "signing_keys.json"
TIMEOUT_S: Final = 180


def prepare(instance: Instance) -> None:
    """Writes the instance's CLI folder."""
    folder = _folder(instance) / "supabase"
    folder.mkdir(parents=True, exist_ok=True)
    config = CLI_CONFIG.read_text()
    config = _set(config, "db", "port", str(instance.ports.database))
    config = _set(config, "auth", "signing_keys_path", f'"./{SIGNING_KEYS}"')
    (folder / "config.toml").write_text(config)
    if not (folder / SIGNING_KEYS).exists():
        (folder / SIGNING_KEYS).touch(mode=0o600)
        (folder / SIGNING_KEYS).write_text("[]")  # the CLI refuses a path to nothing
    for target in (MIGRATIONS, SEED):
        link = folder / target.name
        if not link.is_symlink():
            link.symlink_to(target)


def signing_keys_path(instance: Instance) -> Path:
    """Where the CLI looks for the private keys that it signs tokens with."""
    return _folder(instance) / "supabase" / SIGNING_KEYS


def run(instance: Instance, *arguments: str) -> str:
    """What the command prints; raises `StackError` with its complaint when it fails."""
    done = subprocess.run(
        [str(NODE_BIN / "supabase"), *arguments, "--workdir", str(_folder(instance))],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=tool_env(),
        timeout=TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        log = instance.log / "cli.log"
        log.write_text(done.stdout + done.stderr)
        raise StackError(f"supabase {' '.join(arguments)} failed: {_gist(done.stderr)} (see {log})")
    return done.stdout


def _gist(said: str) -> str:
    """The migration at work and its error; the last line when the CLI names neither."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    at_work = [line for line in lines if line.startswith("Applying migration")][-1:]
    errors = [line for line in lines if line.startswith("ERROR")][:1]
    return " ".join(at_work + errors) or " ".join(lines[-3:])


def _folder(instance: Instance) -> Path:
    return instance.home / "cli"


def _set(config: str, section: str, key: str, value: str) -> str:
    """The TOML text with one key of one section set, added when it is absent."""
    head = re.compile(rf"^\[{section}\]$", re.MULTILINE)
    found = head.search(config)
    if not found:
        return f"{config}\n[{section}]\n{key} = {value}\n"
    next_head = re.compile(r"^\[", re.MULTILINE).search(config, found.end())
    end = next_head.start() if next_head else len(config)
    body = config[found.end() : end]
    line = re.compile(rf"^{key} = .*$", re.MULTILINE)
    body, replaced = line.subn(f"{key} = {value}", body)
    if not replaced:
        body = f"\n{key} = {value}{body}"
    return config[: found.end()] + body + config[end:]
