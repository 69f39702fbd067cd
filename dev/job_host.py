"""`python -m dev.job_host HOST [--remove]`: a host on which handlers of jobs may lie, or not."""

import argparse
import sys

from dev.project import ProjectError, connected, database_url

ADD = "insert into noc.job_hosts (host) values (lower(%s)) on conflict do nothing"
REMOVE = "delete from noc.job_hosts where host = lower(%s)"


def main(arguments: list[str] | None = None) -> int:
    """Changes the list and prints it; 1 with one sentence when the database refuses."""
    options = _parser().parse_args(arguments)
    try:
        hosts = change(database_url(), options.host, options.remove)
    except ProjectError as error:
        print(f"job-host: {error}", file=sys.stderr)
        return 1
    print("handlers may lie on: " + (", ".join(hosts) or "no host"))
    return 0


def change(url: str, host: str, remove: bool = False) -> list[str]:
    """Every host that is allowed afterwards. Raises `ProjectError` for what is no host."""
    with connected(url) as db:
        db.execute(REMOVE if remove else ADD, (host,))
        rows = db.execute("select host from noc.job_hosts order by host").fetchall()
    return [row[0] for row in rows]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make job-host", description=__doc__)
    parser.add_argument("host", help="with a port where it is not the usual one")
    parser.add_argument("--remove", action="store_true", help="take it off the list")
    return parser


if __name__ == "__main__":
    sys.exit(main())
