"""What must never be readable in a log, and what must stay so."""

import io
import json
import logging

import pytest

from workers.log import configure
from workers.redact import HIDDEN, Redactor

JWT = "eyJhbGciOiJFUzI1NiJ9.eyJyb2xlIjoibm9jX3dvcmtlciJ9.c2lnbmF0dXJl"

SECRETS = [
    JWT,
    "Authorization: Bearer opaque-token_1.2~3",
    "noc_ik_4fT9aZ0-_x",
    "sb_secret_abcDEF123",
    "postgresql://postgres:hunter2secret@db:5432/postgres",
    'body {"password": "hunter2secret"}',
    "password=hunter2secret&x=1",
    "https://x/y?apikey=hunter2secret",
    "ana.maria+noc@exemplo.com.br",
    "admin@noc.local",
    "+55 11 91234-5678",
    "5511912345678",
    "551132345678",
    "(11) 91234-5678",
    "11 3234-5678",
    "+1 (415) 555-0100",
]
PARTS = [
    JWT, "opaque-token", "4fT9aZ0", "abcDEF123", "hunter2secret", "ana.maria", "admin@",
    "91234", "5511912345678", "551132345678", "3234", "555-0100",
]  # fmt: skip


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_and_personal_data_do_not_survive(text: str) -> None:
    hidden = Redactor().text(f"before {text} after")
    assert not [part for part in PARTS if part in hidden]
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")


@pytest.mark.parametrize(
    "text",
    [
        "11222333000181",
        "12ABC34501DE35",
        "1795392000123",
        "2026-11-23T12:00:00.123+00:00",
        "6f1f3f0a-5511-4912-8345-678912345678",
        "http://127.0.0.1:54321/rest/v1/rpc/noc_ping answered 503",
        "supabase:rest refused 3 times",
    ],
)
def test_what_an_operator_needs_stays_readable(text: str) -> None:
    assert Redactor().text(text) == text


def test_the_process_own_secrets_are_hidden_whatever_they_look_like() -> None:
    redactor = Redactor.of(["plainword", "short", None, ""])
    assert redactor.text("it said plainword, a short one") == f"it said {HIDDEN}, a short one"
    assert "plainword" not in repr(redactor)


def test_fields_named_like_secrets_are_hidden_at_any_depth() -> None:
    value = {"a": [{"access_token": 17, "phone": "x", "count": 3}], "ok": True, "none": None}
    assert Redactor().value(value) == {
        "a": [{"access_token": HIDDEN, "phone": HIDDEN, "count": 3}],
        "ok": True,
        "none": None,
    }


def test_a_log_line_is_json_and_redacted_in_message_fields_and_traceback() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure(Redactor.of(["deadman-secret"]), stream)
        try:
            raise ValueError(f"refused {JWT}")
        except ValueError:
            logging.getLogger("workers.test").exception(
                "failed at %s", "https://hc/deadman-secret", extra={"who": "a@b.com", "n": 3}
            )
        logging.getLogger("httpx").info("HTTP Request: GET https://hc/x")
    finally:
        root.handlers[:], root.level = before
    (line,) = stream.getvalue().splitlines()
    record = json.loads(line)
    assert record["event"] == f"failed at https://hc/{HIDDEN}"
    assert record["who"] == "[email]"
    assert (record["n"], record["level"], record["logger"]) == (3, "error", "workers.test")
    assert "ValueError" in record["exception"]
    assert JWT not in line
