"""The oracle of contacts and of what they are told."""

from __future__ import annotations

from typing import Any

from tests.db.isolation.facts import Facts, Row
from tests.db.isolation.rights import Rights

Json = dict[str, Any]


def keeps(rights: Rights, contact: Row) -> bool:
    """Admin looks after all contacts, a franqueado after those of own companies and groups."""
    return rights.admin or (
        contact["role"] != "admin"
        and (contact["company_cnpj"] in rights.operable or contact["group_id"] in rights.own_groups)
    )


def expected_contacts(rights: Rights, facts: Facts) -> set[tuple[Any, ...]]:
    return {
        (str(one["contact_id"]), one["name"], one["email"], masked(one["phone"]))
        for one in facts.private["contacts"]
        if one["deleted_at"] is None and keeps(rights, one)
    }


def observed_contacts(data: Json) -> set[tuple[Any, ...]]:
    return {
        (one["contact_id"], one["name"], one["email"], one["phone"]) for one in data["contacts"]
    }


def expected_messages(rights: Rights, facts: Facts) -> tuple[Any, ...]:
    contacts = {one["contact_id"]: one for one in facts.private["contacts"]}
    shown = [
        one
        for one in facts.private["notifications"]
        if (
            rights.operates(one["company_cnpj"])
            if one["alert_id"] is not None
            else keeps(rights, contacts[one["contact_id"]])
        )
    ]
    return _messages(rights, shown, facts)


def expected_messages_of_alert(rights: Rights, alert: Row, facts: Facts) -> tuple[Any, ...]:
    shown = [
        one
        for one in facts.private["notifications"]
        if one["alert_id"] == alert["alert_id"] and rights.operates(alert["company_cnpj"])
    ]
    return _messages(rights, shown, facts)


def observed_messages(data: Json) -> tuple[Any, ...]:
    return (
        {
            (one["notification_id"], one["company_cnpj"], one["name"], one["recipient"])
            for one in data["notifications"]
        },
        None if data["channels"] is None else {c["channel"]: c["sent"] for c in data["channels"]},
    )


def masked(phone: str | None) -> str | None:
    return None if phone is None else f"•••••-{phone[-4:]}"


def _messages(rights: Rights, shown: list[Row], facts: Facts) -> tuple[Any, ...]:
    contacts = {one["contact_id"]: one for one in facts.private["contacts"]}
    sent = {
        channel: sum(
            one["channel"] == channel
            and one["state"] == "sent"
            and rights.operates(one["company_cnpj"])
            for one in facts.private["notifications"]
            if one["alert_id"] is not None
        )
        for channel in ("email", "whatsapp")
    }
    return (
        {
            (
                str(one["notification_id"]),
                one["company_cnpj"],
                *_named(contacts[one["contact_id"]], one, rights),
            )
            for one in shown
        },
        sent if rights.admin or rights.operable else None,
    )


def _named(contact: Row, message: Row, rights: Rights) -> tuple[Any, Any]:
    if not keeps(rights, contact):
        return None, None
    if message["channel"] == "whatsapp":
        return contact["name"], masked(contact["phone"])
    letter, domain = contact["email"][:1], contact["email"].split("@")[1]
    return contact["name"], f"{letter}•••@{domain}"
