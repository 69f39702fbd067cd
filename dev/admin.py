"""`python -m dev.admin EMAIL`: makes an existing Auth user admin of the project."""

import argparse
import sys

from dev.project import ProjectError, connected, database_url, place_of


def main(arguments: list[str] | None = None) -> int:
    """Prints one sentence; 1 when the database refuses."""
    parser = argparse.ArgumentParser(prog="make admin", description=__doc__)
    parser.add_argument("email", nargs="?", default="", help="of a user that Auth already has")
    email: str = parser.parse_args(arguments).email
    if not email.strip():
        print("admin: EMAIL is missing; use: make admin EMAIL=person@company.com", file=sys.stderr)
        return 2
    try:
        print(make_admin(database_url(), email))
    except ProjectError as error:
        print(f"admin: {error}", file=sys.stderr)
        return 1
    return 0


def make_admin(url: str, email: str) -> str:
    """Says what is true afterwards. Raises `ProjectError` naming the field that is wrong."""
    with connected(url) as db:
        row = db.execute("select noc.make_admin(%s)", (email,)).fetchone()
    assert row is not None
    answer = row[0]
    state = "is now admin" if answer["made"] else "was admin already"
    others = answer["admins"] - 1
    company = "the only one" if others == 0 else f"beside {others} other{'s' * (others > 1)}"
    return f"{answer['email']} {state} at {place_of(url)}, {company}."


if __name__ == "__main__":
    sys.exit(main())
