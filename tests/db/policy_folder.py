"""The sentences of policies/, as the last migration applies them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "policies"


def policies() -> bytes:
    """Every file in byte order, the reset first: one script, to run as the owner of everything."""
    files = sorted(FOLDER.glob("*.sql"), key=lambda path: path.name.encode())
    return "\n".join(path.read_text() for path in files).encode()
