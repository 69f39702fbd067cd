"""One object a line with the same keys, and no secret in it wherever it was put."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.log import KEYS, configure, of_worker
from workers.redact import Redactor

log = logging.getLogger("workers.test")


@contextmanager
def logging_to(redactor: Redactor) -> Iterator[io.StringIO]:
    """What the process would write to stderr in here."""
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure(redactor, stream, "host:1")
        yield stream
    finally:
        root.handlers[:], root.level = before
        logging.captureWarnings(False)


def line_of(stream: io.StringIO) -> dict[str, Any]:
    (line,) = stream.getvalue().splitlines()
    record: dict[str, Any] = json.loads(line, parse_constant=lambda name: pytest.fail(name))
    return record


class Tongue:
    """Its text is whatever it was given, its repr too."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


class Mute:
    """Has no text at all."""

    def __str__(self) -> str:
        raise ValueError("no text")


def raised(error: BaseException) -> None:
    try:
        raise error
    except BaseException:
        log.exception("failed")


def caused(secret: str) -> None:
    try:
        try:
            raise ValueError(secret)
        except ValueError as inner:
            raise RuntimeError("outer") from inner
    except RuntimeError:
        log.exception("failed")


def in_the_course_of(secret: str) -> None:
    try:
        try:
            raise KeyError(secret)
        except KeyError:
            raise RuntimeError("outer")  # noqa: B904
    except RuntimeError:
        log.exception("failed")


def noted(secret: str) -> None:
    error = ValueError("outer")
    error.add_note(f"seen: {secret}")
    raised(ExceptionGroup("several", [error, ValueError(secret)]))


def answered(secret: str) -> None:
    """As httpx tells of an answer: with the whole address."""
    request = httpx.Request("GET", f"https://api.test/v1/{quote(secret, safe='')}/send")
    try:
        httpx.Response(401, request=request).raise_for_status()
    except httpx.HTTPStatusError as error:
        log.exception("it said %s", error, extra={"url": request.url})


POSITIONS: dict[str, Callable[[str], None]] = {
    "message": lambda s: log.error("x " + s.replace("%", "%%") + " y", 0),
    "plain message": lambda s: log.error(s),
    "argument": lambda s: log.error("got %s and %r", s, s),
    "arguments that do not fit": lambda s: log.error("got %d", s),
    "too many arguments": lambda s: log.error("got nothing", s, s),
    "extra": lambda s: log.error("x", extra={"who": s}),
    "deep extra": lambda s: log.error("x", extra={"a": [{"b": (s, {s})}]}),
    "deepest extra": lambda s: log.error("x", extra={"a": [[[[[[[[[s]]]]]]]]]}),
    "name of an extra": lambda s: log.error("x", extra={"a": {s: 1}}),
    "top name of an extra": lambda s: log.error("x", extra={f"a {s}": 1}),
    "object": lambda s: log.error(Tongue(s), extra={"o": Tongue(s), "e": ValueError(s)}),
    "bytes": lambda s: log.error("x", extra={"raw": s.encode()}),
    "json": lambda s: log.error("body %s", json.dumps({"x": s})),
    "exception": lambda s: raised(ValueError(s)),
    "exception's class of str": lambda s: raised(KeyError(s)),
    "os error": lambda s: raised(OSError(2, "no such file", f"/etc/{s}")),
    "cause": caused,
    "context": in_the_course_of,
    "notes and groups": noted,
    "address of an answer": answered,
}

OWN = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=6)
LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
OPAQUE = st.text(LETTERS, min_size=12, max_size=60)
DIGITS = st.text("0123456789", min_size=8, max_size=8)
# How the secret looks, and which of it must not be left.
FOREIGN = st.one_of(
    st.tuples(OPAQUE, OPAQUE, OPAQUE).map(lambda t: (f"eyJ{t[0]}.{t[1]}.{t[2]}", list(t))),
    OPAQUE.map(lambda t: (f"Bearer {t}", [t])),
    OPAQUE.map(lambda t: (f"noc_ik_live_{t}", [t])),
    OPAQUE.map(lambda t: (f"sb_secret_{t}", [t])),
    OPAQUE.map(lambda t: (f"EAAG{t}{t}", [t])),
    OPAQUE.map(lambda t: (f"https://user:{t}@host.test/x", [t])),
    OPAQUE.map(lambda t: (f"password={t}", [t])),
    OPAQUE.map(lambda t: (f"{t}@empresa.com.br", [t])),
    DIGITS.map(lambda d: (f"+55 11 9{d[:4]}-{d[4:]}", [d[:4] + "-" + d[4:]])),
    DIGITS.map(lambda d: (f"55119{d}", [d])),
    DIGITS.map(lambda d: (f"119{d}", [d])),
    DIGITS.map(lambda d: (f"{d[:3]}.{d[3:6]}.{d[5:]}-{d[:2]}", [f"{d[3:6]}.{d[5:]}"])),
)


@pytest.mark.parametrize("position", POSITIONS)
@settings(deadline=None)
@given(secret=OWN)
def test_an_own_secret_is_nowhere(position: str, secret: str) -> None:
    with logging_to(Redactor.of([secret])) as stream:
        POSITIONS[position](f"<{secret}>")
    record = line_of(stream)
    assert tuple(record) == KEYS
    if secret not in json.dumps(SKELETONS[position], ensure_ascii=False):
        assert secret not in every_text(record)


@pytest.mark.parametrize("position", POSITIONS)
@settings(deadline=None)
@given(foreign=FOREIGN)
def test_what_looks_like_a_secret_or_a_person_is_nowhere(
    position: str, foreign: tuple[str, list[str]]
) -> None:
    text, parts = foreign
    with logging_to(Redactor()) as stream:
        POSITIONS[position](text)
    record = line_of(stream)
    assert tuple(record) == KEYS
    assert not [part for part in parts if part in every_text(record)]


def every_text(value: Any) -> str:
    """The texts of a line as whoever reads it decodes them."""
    if isinstance(value, dict):
        return "\n".join(f"{every_text(k)}\n{every_text(v)}" for k, v in value.items())
    if isinstance(value, list):
        return "\n".join(map(every_text, value))
    return str(value)


def skeleton(position: Callable[[str], None]) -> dict[str, Any]:
    """The line as it is without any secret."""
    with logging_to(Redactor()) as stream:
        position("")
    return line_of(stream)


SKELETONS = {name: skeleton(position) for name, position in POSITIONS.items()}


def test_a_line_has_the_keys_and_its_extras_are_in_data() -> None:
    with logging_to(Redactor.of(["deadman-secret"])) as stream:
        log.info("at %s", "https://hc/deadman-secret", extra={"n": 3, "at": "x", "level": 7})
    record = line_of(stream)
    assert tuple(record) == KEYS
    assert record["event"] == "at https://hc/[redacted]"
    assert record["data"] == {"n": 3, "at": "x", "level": 7}
    assert (record["level"], record["logger"]) == ("info", "workers.test")
    assert (record["worker"], record["instance"], record["exception"]) == (None, "host:1", None)


async def test_a_line_says_whose_it_is_also_from_tasks_that_were_begun_there() -> None:
    async def speak() -> None:
        log.info("hello")

    with logging_to(Redactor()) as stream:
        with of_worker("notify"):
            task = asyncio.create_task(speak())
        with of_worker("health"):
            await speak()
        await task
        await speak()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["worker"] for line in lines] == ["health", "notify", None]


def test_what_has_no_text_is_said_to_have_none(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to(Redactor()) as stream:
        log.error(Mute(), extra={"o": Mute()})
    record = line_of(stream)
    assert record["data"] == {"o": "[Mute without a text]"}
    assert record["event"].startswith("[Mute without a text]")
    assert capsys.readouterr().err == ""


def test_chatty_libraries_are_heard_from_no_more() -> None:
    with logging_to(Redactor()) as stream:
        logging.getLogger("httpx").error("HTTP Request: GET https://hc/x")
    assert stream.getvalue() == ""


def test_a_stream_that_is_gone_is_told_to_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to(Redactor()) as stream:
        stream.close()
        log.error("noc_ik_abcdefgh")
    assert capsys.readouterr().err == ""
