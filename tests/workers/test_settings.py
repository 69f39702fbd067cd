"""The environment is checked whole, before anything starts."""

import pytest

from workers.errors import SettingsError
from workers.model import WORKERS
from workers.settings import load

ENVIRONMENT = {
    "SUPABASE_URL": "http://127.0.0.1:54321/",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_x",
    "NOC_WORKER_TOKEN": "token-of-the-worker",
    "NOC_PROBE_EMAIL": "probe@noc.local",
    "NOC_PROBE_PASSWORD": "password-of-the-probe",
    "NOC_GATEWAY_LOG": "logs/access.json",
    "NOC_PLATFORM_KEY": "noc_ik_secret",
    "NOC_SPOOL_DIR": "spool",
    "NOC_WEB_URL": "http://127.0.0.1:3000/",
}


def test_every_missing_variable_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        load(WORKERS, {})
    assert all(f"{name} is missing" in str(raised.value) for name in ENVIRONMENT)


def test_a_worker_needs_only_its_own_variables() -> None:
    base = {k: v for k, v in ENVIRONMENT.items() if not k.startswith("NOC_")}
    assert load(["watch"], base | {"NOC_WORKER_TOKEN": "t"}).deadman_url is None
    with pytest.raises(SettingsError, match=r"^NOC_GATEWAY_LOG is missing; NOC_PLATFORM_KEY"):
        load(["collect"], base | {"NOC_WORKER_TOKEN": "t", "NOC_SPOOL_DIR": "s"})


def test_blank_is_missing() -> None:
    with pytest.raises(SettingsError, match="NOC_WORKER_TOKEN is missing"):
        load(["watch"], ENVIRONMENT | {"NOC_WORKER_TOKEN": "  "})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUPABASE_URL", "http://noc.example.com"),
        ("SUPABASE_URL", "https://"),
        ("SUPABASE_URL", "https://[::1"),
        ("NOC_DEADMAN_URL", "ftp://hc.example.com"),
        ("DATABASE_URL", "mysql://x"),
    ],
)
def test_an_unsafe_address_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load(["watch"], ENVIRONMENT | {name: value})


def test_good_settings_are_read_and_their_secrets_do_not_print() -> None:
    settings = load(WORKERS, ENVIRONMENT | {"DATABASE_URL": "postgresql://u:dbsecret@h/d"})
    assert settings.supabase_url == "http://127.0.0.1:54321"
    assert settings.is_local
    assert not load(["watch"], ENVIRONMENT | {"SUPABASE_URL": "https://x.supabase.co"}).is_local
    assert ":" in settings.instance
    printed = repr(settings)
    assert not [s for s in settings.secrets if s and s in printed]
    assert {"token-of-the-worker", "noc_ik_secret"} <= set(settings.secrets)


MAIL = {"SMTP_URL": "smtp://u:p%40ss@mail.example.com", "SMTP_FROM": "NOC <noc@example.com>"}
WHATSAPP = {
    "WHATSAPP_BASE_URL": "https://graph.facebook.com/",
    "WHATSAPP_TOKEN": "token-of-meta",
    "WHATSAPP_PHONE_NUMBER_ID": "123",
}


def test_channels_are_read_when_they_are_there() -> None:
    settings = load(["notify"], ENVIRONMENT | MAIL | WHATSAPP)
    assert settings.mail is not None
    assert (settings.mail.port, settings.mail.password, settings.mail.domain) == (
        587,
        "p@ss",
        "example.com",
    )
    assert settings.meta is not None
    assert settings.meta.url == "https://graph.facebook.com/v26.0/123/messages"
    assert {"p@ss", "token-of-meta"} <= set(settings.secrets)
    assert load(["notify"], ENVIRONMENT).mail is None


@pytest.mark.parametrize("name", [*MAIL, *WHATSAPP])
def test_half_a_channel_is_refused_by_name(name: str) -> None:
    half = {key: value for key, value in (MAIL | WHATSAPP).items() if key != name}
    with pytest.raises(SettingsError, match=f"{name} is missing"):
        load(["notify"], ENVIRONMENT | half)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "https://mail.example.com"),
        ("SMTP_URL", "smtp://[::1"),
        ("SMTP_FROM", "NOC"),
        ("WHATSAPP_BASE_URL", "http://graph.facebook.com"),
        ("NOC_WEB_URL", "http://noc.example.com"),
    ],
)
def test_a_wrong_channel_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load(["notify"], ENVIRONMENT | MAIL | WHATSAPP | {name: value})


JOB_SECRET = "a-secret-of-thirty-two-characters"


def test_handlers_secrets_are_read_by_their_names_and_kept_from_logs() -> None:
    named = {"NOC_JOB_SECRET_MAIN": JOB_SECRET, "NOC_JOB_SECRET_B2": " ", "NOC_JOB_SECRET_x": "x"}
    settings = load(["act"], ENVIRONMENT | named)
    assert settings.job_secrets == {"MAIN": JOB_SECRET}
    assert JOB_SECRET in settings.secrets
    assert JOB_SECRET not in repr(settings)
    assert load(["act"], ENVIRONMENT).job_secrets == {}


def test_a_short_handlers_secret_is_refused_by_name_and_not_told() -> None:
    short = {"NOC_JOB_SECRET_MAIN": "x" * 31}
    with pytest.raises(SettingsError, match="NOC_JOB_SECRET_MAIN must have") as raised:
        load(["act"], ENVIRONMENT | short)
    assert "xxx" not in str(raised.value)
    assert load(["act"], ENVIRONMENT | {"NOC_JOB_SECRET_MAIN": "x" * 32}).job_secrets
    assert load(["watch"], ENVIRONMENT | short).instance
