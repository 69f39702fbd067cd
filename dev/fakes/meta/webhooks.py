"""Bodies of webhooks, their signature, and the challenge that a receiver has to answer."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from dev.fakes.meta.errors import MetaError
from dev.fakes.meta.message import Inbound, Message, Status, user_id_of
from dev.fakes.settings import MetaSettings

PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds every webhook of one phone number."""

    settings: MetaSettings
    phone_number_id: str

    def around(self, value: dict[str, Any]) -> dict[str, Any]:
        """The whole body with this value."""
        whole = {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": self.settings.display_phone_number,
                "phone_number_id": self.phone_number_id,
            },
            **value,
        }
        change = {"field": "messages", "value": whole}
        entry = {"id": self.settings.waba_id, "changes": [change]}
        return {"object": "whatsapp_business_account", "entry": [entry]}


def statuses_body(
    settings: MetaSettings, message: Message, statuses: Sequence[Status], with_phone: bool
) -> dict[str, Any]:
    """The body that tells these statuses of the message, in that sequence."""
    value: dict[str, Any] = {}
    if any(one.status in ("delivered", "read") for one in statuses):
        value["contacts"] = [_contact(message.draft.to, with_phone)]
    value["statuses"] = [_status(message, one, with_phone) for one in statuses]
    return Envelope(settings, message.phone_number_id).around(value)


def inbound_body(settings: MetaSettings, inbound: Inbound, with_phone: bool) -> dict[str, Any]:
    """The body that tells what a person wrote."""
    message: dict[str, Any] = {
        "from_user_id": user_id_of(inbound.sender),
        "id": inbound.wamid,
        "timestamp": str(int(inbound.at.timestamp())),
        "type": "text",
        "text": {"body": inbound.text},
    }
    if with_phone:
        message["from"] = inbound.sender
    value = {"contacts": [_contact(inbound.sender, with_phone)], "messages": [message]}
    return Envelope(settings, inbound.phone_number_id).around(value)


def encode(body: dict[str, Any]) -> bytes:
    """The bytes on the wire, which are what is signed: compact, and escaped to ASCII."""
    return json.dumps(body, separators=(",", ":")).encode()


def signature(raw: bytes, app_secret: str) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()


async def challenge(url: str, verify_token: str) -> dict[str, Any]:
    """Asks the receiver to prove itself as Meta does when a webhook is set up."""
    sent = str(secrets.randbelow(10**10))
    params = {
        "hub.mode": "subscribe",
        "hub.verify_token": verify_token,
        "hub.challenge": sent,
    }
    async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as client:
        try:
            answer = await client.get(url, params=params)
        except httpx.HTTPError as error:
            return {"ok": False, "error": type(error).__name__, "challenge": sent}
    ok = answer.status_code == 200 and answer.text == sent
    return {"ok": ok, "status": answer.status_code, "body": answer.text, "challenge": sent}


def _contact(phone: str, with_phone: bool) -> dict[str, Any]:
    contact: dict[str, Any] = {"profile": {"name": f"Pessoa {phone[-4:]}"}}
    if with_phone:
        contact["wa_id"] = phone
    else:
        contact["profile"]["username"] = f"pessoa.{phone[-4:]}"
    contact["user_id"] = user_id_of(phone)
    return contact


def _status(message: Message, status: Status, with_phone: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": message.wamid,
        "status": status.status,
        "timestamp": str(int(status.at.timestamp())),
        "recipient_user_id": message.recipient_user_id,
    }
    if with_phone:
        told["recipient_id"] = message.draft.to
    if message.draft.callback is not None:
        told["biz_opaque_callback_data"] = message.draft.callback
    if status.error_code is not None:
        told["errors"] = [MetaError(status.error_code).in_webhook()]
    elif status.status in ("sent", "delivered"):
        told["pricing"] = {
            "billable": True,
            "pricing_model": "PMP",
            "type": "regular",
            "category": (message.draft.category or "service").lower(),
        }
    return told
