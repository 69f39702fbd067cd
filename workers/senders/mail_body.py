"""A notice as a mail: plain text and HTML, which shows without asking any server for anything."""

from html import escape
from typing import Final

from workers.wording import Notice

COLOURS: Final = {"critical": "#b42318", "warning": "#b54708", "info": "#475467"}
CELL: Final = 'style="padding:2px 16px 2px 0;color:#667085;vertical-align:top"'


def plain(notice: Notice) -> str:
    """The text for readers without HTML."""
    lines = [f"{label}: {value}" for label, value in notice.lines]
    parts = [f"{notice.title}: {notice.what}", "\n".join(lines), notice.note, notice.block or ""]
    parts.append(f"{notice.words.texts['open']}: {notice.link}" if notice.link else "")
    parts.append(f"-- \n{notice.words.texts['footer']}")
    return "\n\n".join(part for part in parts if part) + "\n"


def html(notice: Notice) -> str:
    """The same as a document; every value is escaped."""
    colour = COLOURS[notice.severity]
    rows = "".join(
        f"<tr><td {CELL}>{escape(label)}</td><td>{escape(value)}</td></tr>"
        for label, value in notice.lines
    )
    parts = [
        f'<p style="margin:0 0 4px;color:{colour};font-weight:600">{escape(notice.title)}</p>',
        f'<p style="margin:0 0 16px;font-size:20px">{escape(notice.what)}</p>',
        f'<table style="border-collapse:collapse;margin:0 0 16px">{rows}</table>' if rows else "",
        f"<p>{escape(notice.note)}</p>" if notice.note else "",
        _block(notice.block),
        _button(notice),
        f'<p style="color:#98a2b3;font-size:12px">{escape(notice.words.texts["footer"])}</p>',
    ]
    return (
        f'<!doctype html><html lang="{notice.words.meta.replace("_", "-")}"><body '
        'style="margin:0;padding:24px;font-family:system-ui,sans-serif;color:#101828">'
        f'<div style="max-width:560px;border-left:4px solid {colour};padding-left:20px">'
        f"{''.join(parts)}</div></body></html>\n"
    )


def _block(block: str | None) -> str:
    if block is None:
        return ""
    style = "white-space:pre-wrap;word-break:break-all;font-size:12px"
    return f'<pre style="{style}">{escape(block)}</pre>'


def _button(notice: Notice) -> str:
    if notice.link is None:
        return ""
    style = (
        "display:inline-block;padding:10px 16px;border-radius:8px;background:#101828;"
        "color:#fff;text-decoration:none"
    )
    text = escape(notice.words.texts["open"])
    return f'<p><a href="{escape(notice.link)}" style="{style}">{text}</a></p>'
