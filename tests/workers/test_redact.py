"""What must never be readable in a log, and what must stay so."""

import pytest

from workers.redact import HIDDEN, TEXT_MAX, Redactor

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
    "11912345678",
    "cpf 123.456.789-09",
    "EAAGm0PX4ZCpsBAKh2qOZBRz1Nq",
    "https://hunter2secret@host/x",
    "postgresql://postgres:pa/hunter2secret@db:5432/postgres",
    "https://host/ping/hunter2secret-0123456789/start",
    "https://host/x?code=hunter2secret&y=1#hunter2secret=",
]
PARTS = [
    JWT, "opaque-token", "4fT9aZ0", "abcDEF123", "hunter2secret", "ana.maria", "admin@",
    "91234", "5511912345678", "551132345678", "3234", "555-0100", "11912345678", "456.789",
    "m0PX4ZCpsBAKh2",
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
        "https://host/rest/v1/rpc/noc_claim_notifications",
        "https://host/x/6f1f3f0a-5511-4912-8345-678912345678",
        "0.12345678901 of 1795392000",
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


def test_a_number_stays_a_number_unless_it_is_a_telephone() -> None:
    value = {"n": 3, "share": 0.5, "no": float("nan"), "who": 5511912345678}
    assert Redactor().value(value) == {"n": 3, "share": 0.5, "no": "nan", "who": "[phone]"}


def test_a_known_address_is_hidden_in_its_parts_too_but_for_plain_words() -> None:
    redactor = Redactor.of(
        ["https://hc.test/heartbeat/4fT9aZ0x?k=1", "postgres://u:p%2Fssw0rd@db/noc"]
    )
    assert redactor.text("heartbeat at /4fT9aZ0x as p/ssw0rd") == (
        f"heartbeat at /{HIDDEN} as {HIDDEN}"
    )


def test_long_texts_are_cut_and_no_half_of_a_secret_is_left() -> None:
    text = "x " * 3990 + "ana.maria@exemplo.com.br " + "y " * 1000
    hidden = Redactor().text(text)
    assert "ana" not in hidden
    assert hidden.endswith("[cut]")
    assert len(hidden) <= TEXT_MAX + 5
    assert Redactor().text("x" * TEXT_MAX) == "x" * TEXT_MAX
