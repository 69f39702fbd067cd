"""Who and what the fakes know: accounts, secrets, addresses. Defaults, changeable by environment.

None of these is a credential of anything: they open the fakes on loopback and nothing else.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path


def _env(name: str, default: str) -> str:
    return os.environ.get(name) or default


def _words(name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Words between commas."""
    given = (word.strip() for word in os.environ.get(name, "").split(","))
    return tuple(word for word in given if word) or default


@dataclass(frozen=True, slots=True)
class MetaSettings:
    """The fake WhatsApp Business account.

    `webhook_url` null: no webhook is posted. `templates_file` null: those of the code.
    `versions` are the first and the last version of the Graph API that exist.
    """

    tokens: tuple[str, ...] = ("fake-meta-token",)
    phone_number_ids: tuple[str, ...] = ("100200300400500",)
    display_phone_number: str = "+55 11 4000-0001"
    waba_id: str = "500400300200100"
    app_secret: str = "fake-meta-app-secret"
    verify_token: str = "fake-meta-verify-token"
    webhook_url: str | None = None
    templates_file: Path | None = None
    versions: tuple[int, int] = (17, 27)

    @classmethod
    def from_env(cls) -> "MetaSettings":
        """The defaults, with what `FAKES_META_*` says."""
        usual, templates = cls(), os.environ.get("FAKES_META_TEMPLATES_FILE")
        first, last = usual.versions
        return cls(
            tokens=_words("FAKES_META_TOKENS", usual.tokens),
            phone_number_ids=_words("FAKES_META_PHONE_NUMBER_IDS", usual.phone_number_ids),
            app_secret=_env("FAKES_META_APP_SECRET", usual.app_secret),
            verify_token=_env("FAKES_META_VERIFY_TOKEN", usual.verify_token),
            webhook_url=os.environ.get("FAKES_META_WEBHOOK_URL") or None,
            templates_file=Path(templates) if templates else None,
            versions=(first, int(_env("FAKES_META_LATEST_VERSION", str(last)))),
        )


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The SMTP sink. An empty `user`: mail is taken from anybody. Port 0: any that is free."""

    port: int = 54361
    user: str = "noc"
    password: str = "fake-smtp-password"

    @classmethod
    def from_env(cls) -> "MailSettings":
        """The defaults, with what `FAKES_SMTP_*` says."""
        usual = cls()
        return cls(
            port=int(_env("FAKES_SMTP_PORT", str(usual.port))),
            user=os.environ.get("FAKES_SMTP_USER", usual.user),
            password=_env("FAKES_SMTP_PASSWORD", usual.password),
        )


@dataclass(frozen=True, slots=True)
class FakesSettings:
    """Everything that `dev.fakes` reads beside its own HTTP port."""

    meta: MetaSettings = field(default_factory=MetaSettings)
    mail: MailSettings = field(default_factory=MailSettings)

    @classmethod
    def from_env(cls) -> "FakesSettings":
        """Both parts from the environment."""
        return cls(MetaSettings.from_env(), MailSettings.from_env())
