"""Messages as noc_begin_notification gives them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from workers.model import Message

ALERT_ID = "0b5f7a52-6c0a-4f0e-9f53-2f6d4a1f0001"
FACTS: dict[str, Any] = {
    "alert_id": ALERT_ID,
    "at": "2026-11-24T15:00:00+00:00",
    "code": "p95_latency",
    "service": "omie",
    "target": "service:omie",
    "company_cnpj": "11222333000181",
    "company_name": "Padaria Três Marias",
    "severity": "critical",
    "value": 2134.5,
    "threshold": 2000,
    "unit": "ms",
    "since": "2026-11-24T14:33:00+00:00",
    "closed_at": None,
    "close_reason": None,
    "reopen_count": 0,
    "worst_value": 2134.5,
    "mean_value": 2001,
    "by": None,
}


def row(event: str = "opened", channel: str = "email", **changes: Any) -> dict[str, Any]:
    """The answer of begin; `facts` are laid over the usual ones."""
    facts = FACTS | changes.pop("facts", {})
    return {
        "send": True,
        "notification_id": str(uuid4()),
        "event": event,
        "channel": channel,
        "to": "ana@empresa.test" if channel == "email" else "+5511988880001",
        "name": "Ana Lima",
        "language": "pt-BR",
        "role": "franqueado",
        "facts": facts,
    } | changes


def message(event: str = "opened", channel: str = "email", **changes: Any) -> Message:
    found = Message.from_row(row(event, channel, **changes))
    assert isinstance(found, Message)
    return found


CLOSED = {
    "closed_at": "2026-11-24T15:45:00+00:00",
    "close_reason": "recovered",
    "worst_value": 3412.4,
    "mean_value": 2210.2,
}
BUNDLE = {"count": 7, "ended": 2, "lines": [FACTS | {"event": "opened"}]}
OTHER = {"company_cnpj": "12ABC34501DE35", "company_name": "Farmácia Ipê Amarelo"}
GROUP: dict[str, Any] = {
    "count": 3,
    "ended": 0,
    "companies": 3,
    "event": "opened",
    "severity": "warning",
    "service": "omie",
    "code": "p95_latency",
    "lines": [
        FACTS | {"event": "opened", "value": 1840, "threshold": 1200},
        FACTS | OTHER | {"event": "opened", "value": 1500, "threshold": 1200},
    ],
}
# Of one company, and of a rule each.
RULES = GROUP | {
    "count": 2,
    "companies": 1,
    "code": None,
    "lines": [
        FACTS | {"event": "opened"},
        FACTS
        | {"event": "opened", "code": "error_rate", "unit": "ratio", "value": 0.2}
        | {"threshold": 0.1},
    ],
}
ENDS = GROUP | {"event": "closed", "lines": [one | CLOSED for one in GROUP["lines"]]}
ANCHOR = {"at": FACTS["at"], "heads": [{"chain": "*", "seq": 7, "hash": "9f86d0"}]}
EVERY = (
    message(),
    message("reopened", facts={"reopen_count": 1}),
    message("severity_up"),
    message("flapping"),
    message("reminder"),
    message("escalation"),
    message("closed", facts=CLOSED),
    message("closed", facts=CLOSED | {"close_reason": "manual", "by": "bia@empresa.test"}),
    message("closed", facts=CLOSED | {"close_reason": "withdrawn"}),
    message("group", facts=GROUP),
    message("group", facts=GROUP | {"event": "reopened"}),
    message("group", facts=RULES),
    message("group", facts=ENDS),
    message("bundle", facts=BUNDLE),
    message("storm", facts=BUNDLE),
    message("test"),
)
