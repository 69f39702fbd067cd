"""From the facts of a message to what its recipient reads, the same by every channel.

It depends on the message alone: a repeat says the same, to the letter.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from workers import formats
from workers.model import Message
from workers.words import LANGUAGES, PORTUGUESE, Words

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """`lines` are labels and values; `block` is text that has to stay as it is, null: none."""

    words: Words
    subject: str
    title: str  # the word of the event: "Crítico"
    what: str  # "Omie não responde"
    severity: str
    lines: tuple[tuple[str, str], ...] = ()
    note: str = ""
    link: str | None = None
    block: str | None = None


def notice_of(message: Message, web_url: str) -> Notice:
    """The words for this message in its recipient's language."""
    words = LANGUAGES.get(message.language, PORTUGUESE)
    match message.event:
        case "test":
            return _test(message, words)
        case "notice":
            return _notice(message.facts, words)
        case "anchor":
            return _anchor(message.facts, words)
        case "group":
            return _group(message, words, web_url)
        case "bundle" | "storm":
            return _bundle(message, words, web_url)
        case _:
            return _alert(message, words, web_url)


def what_happened(facts: Facts, words: Words) -> str:
    """ "Omie lento"; a rule without words of its own shows its code as words."""
    name = _service(facts, words) or str(facts["target"])
    readable = str(facts["code"]).replace("_", " ").capitalize()
    return words.rules.get(str(facts["code"]), "{service} · " + readable).format(service=name)


def _service(facts: Facts, words: Words) -> str:
    service = str(facts.get("service") or "")
    return words.services.get(service, service.title())


def company_of(facts: Facts, words: Words) -> str:
    """The company's name, or that it concerns none in particular."""
    return str(facts.get("company_name") or words.texts["no_company"])


def lasted(facts: Facts) -> str:
    """How long the trouble has been, or was."""
    end = facts.get("closed_at") or facts["at"]
    return formats.length((_instant(end) - _instant(facts["since"])).total_seconds())


def since(facts: Facts) -> str:
    """When the trouble began."""
    return formats.moment(_instant(facts["since"]))


def measured(facts: Facts, words: Words) -> str:
    """The value, with its limit where a limit says something."""
    value = formats.measure(float(facts["value"]), str(facts["unit"]), words)
    if facts["unit"] == "status":
        return value
    threshold = formats.measure(float(facts["threshold"]), str(facts["unit"]), words)
    return f"{value} ({words.texts['limit'].format(threshold=threshold)})"


def event_of(event: str, facts: Facts, words: Words) -> str:
    """ "Reabriu (2ª) · Crítico"."""
    return words.events[event].format(
        severity=words.severities[str(facts["severity"])],
        times=int(facts.get("reopen_count") or 0) + 1,
    )


def _alert(message: Message, words: Words, web_url: str) -> Notice:
    facts, texts = message.facts, words.texts
    title, what = event_of(message.event, facts, words), what_happened(facts, words)
    company = company_of(facts, words)
    lines = [(texts["company"], company), (texts["since"], since(facts))]
    if message.event == "closed":
        lines += [(texts["lasted"], lasted(facts)), *_values(facts, words)]
        lines += _closing(message, words)
    else:
        lines += [(texts["measured"], measured(facts, words)), (texts["for"], lasted(facts))]
    return Notice(
        words=words,
        subject=f"[NOC] {title} · {what} · {company}",
        title=title,
        what=what,
        severity="info" if message.event == "closed" else str(facts["severity"]),
        lines=tuple(lines),
        note=_note(message, words),
        link=f"{web_url}/{place_of(message)}",
    )


def place_of(message: Message) -> str:
    """Path and query of the alert's drawer; for who does not see it, of its service."""
    facts = message.facts
    if message.role != "admin" and facts["company_cnpj"] is None:
        return f"noc/?service={quote(str(facts['service']))}"
    return f"noc/?alert={facts['alert_id']}"


def _values(facts: Facts, words: Words) -> list[tuple[str, str]]:
    """The worst and the mean, of what has a figure."""
    if facts.get("worst_value") is None or facts.get("mean_value") is None:
        return []
    worst, mean = (
        formats.measure(float(facts[name]), str(facts["unit"]), words)
        for name in ("worst_value", "mean_value")
    )
    return [(words.texts["worst"], words.texts["worst_and_mean"].format(worst=worst, mean=mean))]


def _closing(message: Message, words: Words) -> list[tuple[str, str]]:
    facts = message.facts
    if facts.get("close_reason") != "manual":
        return []
    by = facts.get("by") or words.texts["operator"]
    return [(words.texts["closed_by"], str(by))]


def _note(message: Message, words: Words) -> str:
    if message.event == "flapping":
        return words.texts["flapping"]
    if message.event != "closed":
        return ""
    withdrawn = message.facts.get("close_reason") == "withdrawn"
    return words.texts["withdrawn" if withdrawn else "nothing_to_do"]


def _group(message: Message, words: Words, web_url: str) -> Notice:
    """The same of several companies, or several of one service."""
    facts, texts = message.facts, words.texts
    listed = list(facts.get("lines") or ())
    event, severity = str(facts["event"]), str(facts["severity"])
    title = texts["reopened_group"] if event == "reopened" else words.events[event]
    title = title.format(severity=words.severities[severity])
    of = what_happened(listed[0], words) if facts.get("code") else _service(facts, words)
    several = len({one["company_cnpj"] for one in listed}) > 1
    if int(facts["companies"]) > 1:
        what = texts["companies"].format(companies=facts["companies"], what=of)
    else:
        what = texts["alerts"].format(count=facts["count"], what=of)
    lines = [_line(event, one, facts, words) for one in listed]
    more = int(facts["count"]) - len(listed)
    if more > 0:
        lines.append((texts["more"].format(more=more), texts["more_where"]))
    company = "" if several else f" · {company_of(listed[0], words)}"
    return Notice(
        words=words,
        subject=f"[NOC] {title} · {what}{company}",
        title=title,
        what=what,
        severity="info" if event == "closed" else severity,
        lines=tuple(lines),
        note=texts["nothing_to_do"] if event == "closed" else "",
        link=f"{web_url}/{place_of_group(facts)}",
    )


def _line(event: str, one: Facts, facts: Facts, words: Words) -> tuple[str, str]:
    """One of a group: in what it differs from the others, and how bad it is or how long it was."""
    figure = measured(one, words)
    if event == "closed":
        figure = f"{words.texts['lasted']} {lasted(one)}"
    if {line["company_cnpj"] for line in facts["lines"]} != {one["company_cnpj"]}:
        same = facts.get("code") is not None
        what = figure if same else f"{what_happened(one, words)} · {figure}"
        return company_of(one, words), what
    if facts.get("code") is None:
        return what_happened(one, words), figure
    return str(one["target"]).partition(":")[2], figure


def place_of_group(facts: Facts) -> str:
    """Path and query of what they have in common."""
    service = facts.get("service")
    return "noc/" if service is None else f"noc/?service={quote(str(service))}"


def _bundle(message: Message, words: Words, web_url: str) -> Notice:
    facts, texts = message.facts, words.texts
    title = texts[message.event].format(count=facts["count"])
    lines = tuple(
        (event_of(str(one["event"]), one, words), f"{what_happened(one, words)} · {of}")
        for one in facts.get("lines") or ()
        for of in (company_of(one, words),)
    )
    ended = texts["bundle_ended"].format(ended=facts["ended"]) if facts.get("ended") else ""
    severities = [str(one["severity"]) for one in facts.get("lines") or ()]
    return Notice(
        words=words,
        subject=f"[NOC] {title}",
        title=title,
        what=ended or (lines[0][1] if lines else title),
        severity="critical" if "critical" in severities else "warning",
        lines=lines,
        note=texts["storm_more"] if message.event == "storm" else ended,
        link=f"{web_url}/noc/",
    )


def _test(message: Message, words: Words) -> Notice:
    text = words.texts["test_text"].format(name=message.name)
    title = words.texts["test"]
    return Notice(words, f"[NOC] {title}", title, text, "info")


def _notice(facts: Facts, words: Words) -> Notice:
    """What an operator has people told, by one of a few texts."""
    title = words.texts["notice_" + str(facts["template"])]
    company = company_of(facts, words)
    lines = ((words.texts["company"], company),)
    return Notice(words, f"[NOC] {title} · {company}", title, title, "info", lines)


def _anchor(facts: Facts, words: Words) -> Notice:
    title = words.texts["anchor"].format(count=len(facts["heads"]))
    told = formats.moment(_instant(facts["at"]))
    return Notice(
        words=words,
        subject=f"[NOC] {title}",
        title=title,
        what=words.texts["anchor_text"].format(at=told),
        severity="info",
        block=json.dumps({"at": facts["at"], "heads": facts["heads"]}, ensure_ascii=False),
    )


def _instant(text: Any) -> datetime:
    return datetime.fromisoformat(str(text))
