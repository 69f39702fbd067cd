"""`python -m dev.ingest_key COMPANY|--platform [--label …] [--service …] [--messages]`: a new key.

The key alone goes to standard output, so that it can be piped into a secret store; what it is
for goes to standard error.
"""

import argparse
import sys
from dataclasses import dataclass
from datetime import datetime

from dev.project import ProjectError, connected, database_url

DEFAULT_LABEL = "make ingest-key"
DEFAULT_SERVICE = "api"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key in clear: the database keeps its hash alone. Company null: the platform's own."""

    key: str
    company_cnpj: str | None
    label: str
    service: str
    expires_at: datetime


def main(arguments: list[str] | None = None) -> int:
    """Prints the key; 1 with one sentence when the database refuses."""
    options = _parser().parse_args(arguments)
    if not options.company.strip() and not options.platform:
        print(
            "ingest-key: COMPANY is missing; use: make ingest-key COMPANY=<cnpj>", file=sys.stderr
        )
        return 2
    try:
        company = None if options.platform else options.company
        made = issue(
            database_url(), company, options.label, options.service, messages=options.messages
        )
    except ProjectError as error:
        print(f"ingest-key: {error}", file=sys.stderr)
        return 1
    owner = f"company {made.company_cnpj}" if made.company_cnpj else "the platform"
    print(
        f"key '{made.label}' of {owner}, service {made.service}, valid until "
        f"{made.expires_at:%Y-%m-%d}; it is not shown again:",
        file=sys.stderr,
        flush=True,
    )
    print(made.key)
    return 0


def issue(
    url: str, company: str | None, label: str, service: str, messages: bool = False
) -> NewKey:
    """A new key; the platform's may name any service, a company's only `service`.

    `messages`: it may hand over messages that the NOC sends to people, and nothing else.

    Raises `ProjectError` naming the field that is wrong.
    """
    with connected(url) as db:
        row = db.execute(
            """
            select made ->> 'key', noc.cnpj_canonical(%(company)s::text),
                (made ->> 'expires_at')::timestamptz
            from noc.issue_ingest_key(
                %(company)s::text, %(label)s, %(service)s,
                (select array_agg(service_name) from noc.services where %(company)s::text is null),
                case when %(messages)s then '{messages}'::text [] end, null, false
            ) as made
            """,
            {"company": company, "label": label, "service": service, "messages": messages},
        ).fetchone()
    assert row is not None
    return NewKey(row[0], row[1], label, service, row[2])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make ingest-key", description=__doc__)
    parser.add_argument("company", nargs="?", default="", help="CNPJ, with or without mask")
    parser.add_argument("--platform", action="store_true", help="for the platform's collectors")
    parser.add_argument("--label", default=DEFAULT_LABEL, help="who will hold the key")
    parser.add_argument("--service", default=DEFAULT_SERVICE, help="what its events are about")
    parser.add_argument(
        "--messages", action="store_true", help="hands over messages to send, and nothing else"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
