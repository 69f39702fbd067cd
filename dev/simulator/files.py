"""Small JSON files that other processes read while we write them."""

import json
import os
from pathlib import Path
from typing import Any


def write_json(path: Path, content: object, mode: int = 0o644) -> None:
    """Replaces the file in one step, so that a reader sees the old text or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, ensure_ascii=False)
    draft.replace(path)


def read_json(path: Path) -> Any:
    """The file's content; null when it is absent or not JSON."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
        return None
