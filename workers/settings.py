"""The environment, read once and checked whole."""

import os
import re
import socket
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from workers.errors import SettingsError
from workers.senders.email import MailServer
from workers.senders.meta import MetaAccount

_ALWAYS = ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "NOC_WORKER_TOKEN")
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "health": ("NOC_PROBE_EMAIL", "NOC_PROBE_PASSWORD", "NOC_SPOOL_DIR"),
    "collect": ("NOC_GATEWAY_LOG", "NOC_PLATFORM_KEY", "NOC_SPOOL_DIR"),
    "watch": (),
    "notify": ("NOC_WEB_URL",),
    "whatsapp": (),
    "act": (),
}
# A channel is configured by all of its variables or by none.
_CHANNELS: tuple[tuple[str, ...], ...] = (
    ("SMTP_URL", "SMTP_FROM"),
    ("WHATSAPP_BASE_URL", "WHATSAPP_TOKEN", "WHATSAPP_PHONE_NUMBER_ID"),
)
_GRAPH_VERSION = "v26.0"
_JOB_SECRET = re.compile(r"NOC_JOB_SECRET_([A-Z][A-Z0-9_]{0,39})")
_JOB_SECRET_MIN = 32  # characters
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the workers need to know. A variable of a worker that does not run may be empty."""

    supabase_url: str
    publishable_key: str = field(repr=False)
    worker_token: str = field(repr=False)
    instance: str
    health_host: str
    health_port: int | None
    probe_email: str = field(repr=False)
    probe_password: str = field(repr=False)
    gateway_log: Path
    platform_key: str = field(repr=False)
    spool_dir: Path
    deadman_url: str | None = field(repr=False)
    database_url: str | None = field(repr=False)
    web_url: str
    mail: MailServer | None
    meta: MetaAccount | None
    job_secrets: Mapping[str, str] = field(repr=False)

    @property
    def is_local(self) -> bool:
        """Whether Supabase itself is on this machine; only then may a probe stay on it."""
        return urlsplit(self.supabase_url).hostname in _LOOPBACK

    @property
    def secrets(self) -> tuple[str | None, ...]:
        """What must never reach a log."""
        return (
            self.worker_token,
            self.probe_email,
            self.probe_password,
            self.platform_key,
            self.deadman_url,
            self.database_url,
            self.mail.password if self.mail else None,
            self.meta.token if self.meta else None,
            *self.job_secrets.values(),
        )


def load(names: Collection[str], environment: Mapping[str, str]) -> Settings:
    """The settings of these workers. Raise `SettingsError` naming every fault at once."""
    required = dict.fromkeys((*_ALWAYS, *(key for name in names for key in _REQUIRED[name])))
    faults = [f"{key} is missing" for key in required if not environment.get(key, "").strip()]
    faults += _url_faults(environment)
    port = environment.get("NOC_HEALTH_PORT", "").strip()
    if port and not (port.isascii() and port.isdigit() and int(port) <= 65535):
        faults.append("NOC_HEALTH_PORT must be a port")
    if not {"notify", "whatsapp"}.isdisjoint(names):
        faults += _channel_faults(environment)
    job_secrets = _job_secrets(environment)
    if "act" in names:
        faults += _job_secret_faults(job_secrets)
    if faults:
        raise SettingsError("; ".join(faults))

    def value(key: str) -> str:
        return environment.get(key, "").strip()

    return Settings(
        supabase_url=value("SUPABASE_URL").rstrip("/"),
        publishable_key=value("SUPABASE_PUBLISHABLE_KEY"),
        worker_token=value("NOC_WORKER_TOKEN"),
        instance=value("NOC_WORKER_INSTANCE") or f"{socket.gethostname()}:{os.getpid()}",
        health_host=value("NOC_HEALTH_HOST") or "127.0.0.1",
        health_port=int(value("NOC_HEALTH_PORT")) if value("NOC_HEALTH_PORT") else None,
        probe_email=value("NOC_PROBE_EMAIL"),
        probe_password=value("NOC_PROBE_PASSWORD"),
        gateway_log=Path(value("NOC_GATEWAY_LOG")),
        platform_key=value("NOC_PLATFORM_KEY"),
        spool_dir=Path(value("NOC_SPOOL_DIR")),
        deadman_url=value("NOC_DEADMAN_URL") or None,
        database_url=value("DATABASE_URL") or None,
        web_url=value("NOC_WEB_URL").rstrip("/"),
        mail=MailServer.of(value("SMTP_URL"), value("SMTP_FROM")) if value("SMTP_URL") else None,
        meta=_meta(value) if value("WHATSAPP_TOKEN") else None,
        job_secrets=job_secrets,
    )


def _meta(value: Callable[[str], str]) -> MetaAccount:
    return MetaAccount(
        base_url=value("WHATSAPP_BASE_URL").rstrip("/"),
        version=value("WHATSAPP_GRAPH_VERSION") or _GRAPH_VERSION,
        phone_number_id=value("WHATSAPP_PHONE_NUMBER_ID"),
        token=value("WHATSAPP_TOKEN"),
    )


def _job_secrets(environment: Mapping[str, str]) -> Mapping[str, str]:
    """By the `secret_ref` of the handlers."""
    named = ((_JOB_SECRET.fullmatch(key), value.strip()) for key, value in environment.items())
    return {match[1]: value for match, value in named if match and value}


def _job_secret_faults(secrets: Mapping[str, str]) -> list[str]:
    return [
        f"NOC_JOB_SECRET_{ref} must have at least {_JOB_SECRET_MIN} characters"
        for ref, secret in sorted(secrets.items())
        if len(secret) < _JOB_SECRET_MIN
    ]


def _channel_faults(environment: Mapping[str, str]) -> list[str]:
    faults = []
    for names in _CHANNELS:
        missing = [name for name in names if not environment.get(name, "").strip()]
        if 0 < len(missing) < len(names):
            faults += [f"{name} is missing" for name in missing]
    return faults


def _url_faults(environment: Mapping[str, str]) -> list[str]:
    faults = []
    for key in ("SUPABASE_URL", "NOC_DEADMAN_URL", "NOC_WEB_URL", "WHATSAPP_BASE_URL"):
        url = environment.get(key, "").strip()
        if url and not _is_safe(url):
            faults.append(f"{key} must be https://… (http:// only on this machine)")
    database = environment.get("DATABASE_URL", "").strip()
    if database and urlsplit(database).scheme not in ("postgres", "postgresql"):
        faults.append("DATABASE_URL must be postgresql://…")
    return faults


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (parts.scheme == "https" and bool(parts.hostname)) or (
            parts.scheme == "http" and parts.hostname in _LOOPBACK
        )
    except ValueError:
        return False
