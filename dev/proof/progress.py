"""Shows on the screen what a running suite writes to its log."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

POLL_S: Final = 0.5
WIDTH: Final = 110


@contextmanager
def following(log: Path) -> Iterator[None]:
    """Prints each new line of the log, with the minutes since the start, until the end."""
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    over = threading.Event()
    follower = threading.Thread(target=_follow, args=(log, over), daemon=True)
    follower.start()
    try:
        yield
    finally:
        over.set()
        follower.join()


def _follow(log: Path, over: threading.Event) -> None:
    began = time.monotonic()
    with log.open(errors="replace") as text:
        while not over.wait(POLL_S):
            _show_new(text, began)
        _show_new(text, began)


def _show_new(text: TextIO, began: float) -> None:
    for line in text.read().splitlines():
        if line.strip():
            minutes = (time.monotonic() - began) / 60
            print(f"    {minutes:6.1f} min  {line[:WIDTH]}", flush=True)
