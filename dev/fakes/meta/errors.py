"""Every error of the Cloud API that our clients have to understand: code, HTTP status, words."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

GRAPH_CODES_END: Final = 1000  # below: the Graph API's own errors, whose bodies have no details
PERMISSION_CODES: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Known:
    """How Meta tells it: HTTP status, title, and the usual details."""

    http_status: int
    title: str
    details: str


_PERMISSION: Final = Known(
    403, "API Permission", "Permission is either not granted or has been removed."
)
CATALOGUE: Final[Mapping[int, Known]] = {
    0: Known(401, "AuthException", "We were unable to authenticate the app user."),
    1: Known(400, "API Unknown", "Invalid request or possible server error."),
    2: Known(503, "API Service", "Temporary due to downtime or due to being overloaded."),
    3: Known(500, "API Method", "Capability or permissions issue."),
    4: Known(400, "API Too Many Calls", "The app has reached its API call rate limit."),
    10: Known(403, "Permission Denied", "Permission is either not granted or has been removed."),
    100: Known(400, "Invalid parameter", "A parameter is unsupported, misspelled or absent."),
    190: Known(401, "Access token has expired", "Your access token has expired."),
    368: Known(
        403, "Temporarily blocked for policies violations", "The account has been restricted."
    ),
    2500: Known(400, "Unknown path components", "The path or the version does not exist."),
    80007: Known(400, "Rate limit issues", "The business account has reached its rate limit."),
    130429: Known(400, "Rate limit hit", "Message throughput has been reached."),
    130497: Known(
        403,
        "Business account is restricted from messaging users in this country.",
        "The business account may not message users in certain countries.",
    ),
    131000: Known(500, "Something went wrong", "The message failed due to an unknown error."),
    131005: Known(403, "Access denied", "Permission is either not granted or has been removed."),
    131008: Known(400, "Required parameter is missing", "A required parameter is missing."),
    131009: Known(400, "Parameter value is not valid", "A parameter's value is invalid."),
    131016: Known(500, "Service unavailable", "A service is temporarily unavailable."),
    131026: Known(
        400,
        "Message undeliverable",
        "The recipient has no WhatsApp, an old version, or has not accepted the terms.",
    ),
    131030: Known(
        400, "Recipient phone number not in allowed list", "Add the number to the allowed list."
    ),
    131031: Known(403, "Business Account locked", "The account was locked for a violation."),
    131042: Known(
        400, "Business eligibility payment issue", "There was an error about payment methods."
    ),
    131044: Known(400, "Business eligibility payment issue", "The payment method is not set up."),
    131045: Known(500, "Incorrect certificate", "The phone number is not registered."),
    131047: Known(
        400,
        "Re-engagement message",
        "More than 24 hours have passed since the recipient last replied.",
    ),
    131048: Known(
        400, "Spam rate limit hit", "Too many messages of this number were blocked or flagged."
    ),
    131049: Known(
        400,
        "Meta chose not to deliver.",
        "The message was not delivered to maintain a healthy ecosystem engagement.",
    ),
    131050: Known(
        400, "User has stopped marketing messages", "The recipient does not want marketing."
    ),
    131051: Known(400, "Unsupported message type", "The message type is not supported."),
    131056: Known(
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages to the same recipient in a short time.",
    ),
    131057: Known(500, "Business Account is in maintenance mode", "It is being upgraded."),
    131062: Known(
        400, "Business-scoped user ID not supported", "This message needs a phone number."
    ),
    131063: Known(400, "Marketing messages disabled", "Marketing templates are not allowed."),
    131064: Known(400, "Template classification limit", "The limit of this category was reached."),
    132000: Known(
        400,
        "Number of parameters does not match the expected number of params",
        "The number of parameters differs from the template's.",
    ),
    132001: Known(404, "Template name does not exist in the translation", "No such template."),
    132005: Known(400, "Translated text too long", "The filled-in text is too long."),
    132007: Known(400, "Template format character policy violated", "A policy was violated."),
    132008: Known(400, "Template parameter count mismatch", "The parameters do not fit."),
    132012: Known(
        400, "Parameter format does not match format in the created template", "Wrong format."
    ),
    132015: Known(400, "Template is paused", "It is paused because of low quality."),
    132016: Known(400, "Template is disabled", "It was paused too often and is disabled for good."),
    132018: Known(
        400,
        "There was an issue with the parameters in your template",
        "Param text cannot have new-line/tab characters or more than 4 consecutive spaces",
    ),
    133010: Known(400, "Account not registered", "The phone number is not registered."),
    135000: Known(400, "Generic user error", "The message failed because of its parameters."),
}
TRANSIENT: Final = frozenset({1, 2})


def known(code: int) -> Known | None:
    """What is known of the code; null when Meta has no such one."""
    return _PERMISSION if code in PERMISSION_CODES else CATALOGUE.get(code)


class MetaError(Exception):
    """A refusal as Meta answers it. `message` and `http_status` null: the catalogue's."""

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        message: str | None = None,
        subcode: int | None = None,
        http_status: int | None = None,
    ) -> None:
        entry = known(code) or Known(400, "Unknown error", "")
        self.code = code
        self.title = entry.title
        self.details = details or entry.details
        self.message = message or f"(#{code}) {entry.title}"
        self.subcode = subcode
        self.http_status = http_status or entry.http_status
        super().__init__(self.message)

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        error: dict[str, Any] = {
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": f"A{secrets.token_urlsafe(16)}",
        }
        if self.code >= GRAPH_CODES_END and self.code in CATALOGUE and self.code != 2500:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.code in TRANSIENT:
            error["is_transient"] = True
        return {"error": error}

    def in_webhook(self) -> dict[str, Any]:
        """The same as an entry of a status' `errors`."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }


def missing(name: str) -> MetaError:
    """A top-level parameter is absent."""
    return MetaError(100, message=f"(#100) The parameter {name} is required.")
