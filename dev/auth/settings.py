"""Environment to a frozen record; every missing or unreadable variable is named at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
REQUIRED = ("AUTH_DB_URL", "AUTH_SIGNING_KEY", "JWT_JWKS", "AUTH_EXTERNAL_URL")
# Defaults are the hosted project's: sign-ups off, tokens of ten minutes, GoTrue's limits.
NUMBERS = {
    "AUTH_PORT": 54341,
    "JWT_EXPIRY_S": 600,
    "AUTH_REUSE_INTERVAL_S": 10,
    "AUTH_RATE_LIMIT_SIGN_IN": 30,
    "AUTH_RATE_LIMIT_TOKEN_REFRESH": 150,
}


class SettingsError(Exception):
    """The environment cannot start the server; the message lists every reason."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server needs to run. Limits are requests per five minutes and address."""

    database_url: str
    signing_key: Path
    jwks: Path
    external_url: str
    secret_key: str | None
    access_token_hook: str | None
    disable_signup: bool
    port: int
    token_life_s: int
    reuse_interval_s: int
    sign_in_limit: int
    refresh_limit: int


def _read_numbers(environ: Mapping[str, str], faults: list[str]) -> dict[str, int]:
    numbers = dict(NUMBERS)
    for name in NUMBERS:
        text = environ.get(name, "")
        if text.isdecimal() and int(text) > 0:
            numbers[name] = int(text)
        elif text:
            faults.append(f"{name} must be a whole number above 0, not {text!r}")
    return numbers


def _read_flag(environ: Mapping[str, str], name: str, faults: list[str]) -> bool:
    text = environ.get(name, "true").lower()
    if text not in {"true", "false"}:
        faults.append(f"{name} must be true or false, not {text!r}")
    return text != "false"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings. Raises `SettingsError`."""
    faults = [f"{name} is missing" for name in REQUIRED if not environ.get(name)]
    numbers = _read_numbers(environ, faults)
    disable_signup = _read_flag(environ, "AUTH_DISABLE_SIGNUP", faults)
    if faults:
        raise SettingsError("; ".join(faults))
    return Settings(
        database_url=environ["AUTH_DB_URL"],
        signing_key=Path(environ["AUTH_SIGNING_KEY"]),
        jwks=Path(environ["JWT_JWKS"]),
        external_url=environ["AUTH_EXTERNAL_URL"].rstrip("/"),
        secret_key=environ.get("SUPABASE_SECRET_KEY") or None,
        access_token_hook=environ.get("ACCESS_TOKEN_HOOK") or None,
        disable_signup=disable_signup,
        port=numbers["AUTH_PORT"],
        token_life_s=numbers["JWT_EXPIRY_S"],
        reuse_interval_s=numbers["AUTH_REUSE_INTERVAL_S"],
        sign_in_limit=numbers["AUTH_RATE_LIMIT_SIGN_IN"],
        refresh_limit=numbers["AUTH_RATE_LIMIT_TOKEN_REFRESH"],
    )
