"""What an address, a password and a ban must look like."""

import re
from datetime import timedelta

from dev.auth.errors import ApiError, bad_request, unprocessable

MIN_PASSWORD_CHARACTERS = 6
# bcrypt reads no further.
MAX_PASSWORD_BYTES = 72
MAX_EMAIL_CHARACTERS = 255
EMAIL_FORM = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
DURATION_UNITS_S = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)")


def check_email(email: str) -> str:
    """Give the address in lower case. Raises `ApiError` 400."""
    if len(email) > MAX_EMAIL_CHARACTERS:
        raise bad_request("validation_failed", "An email address is too long")
    if not EMAIL_FORM.fullmatch(email):
        raise bad_request("validation_failed", "Unable to validate email address: invalid format")
    return email.lower()


def check_password_length(password: str) -> None:
    """Refuse what bcrypt would cut. Raises `ApiError` 400."""
    if len(password.encode()) > MAX_PASSWORD_BYTES:
        words = f"Password cannot be longer than {MAX_PASSWORD_BYTES} characters"
        raise bad_request("validation_failed", words)


def check_password(password: str) -> None:
    """Refuse a weak password, or one that bcrypt would cut. Raises `ApiError`."""
    check_password_length(password)
    if len(password) < MIN_PASSWORD_CHARACTERS:
        words = f"Password should be at least {MIN_PASSWORD_CHARACTERS} characters."
        error = unprocessable("weak_password", words)
        raise ApiError(error.status, error.code, words, weak_password_reasons=("length",))


def parse_ban_duration(text: str) -> timedelta:
    """Read a Go duration such as 1h30m; `none` is zero. Raises `ApiError` 400."""
    if text == "none":
        return timedelta(0)
    parts = DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise bad_request("validation_failed", f"invalid format for ban duration: {text!r}")
    return timedelta(seconds=sum(float(number) * DURATION_UNITS_S[unit] for number, unit in parts))
