"""Alerts of any time: filtered, page by page, and as a file that a spreadsheet opens safely."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.conftest import A1, A2, B1, GROUP_A, GROUP_B, Database, World

pytestmark = pytest.mark.usefixtures("world")

DAY = timedelta(days=1)
MIN = timedelta(minutes=1)


def past(
    db: Database,
    at: datetime,
    company: str | None = A1,
    service: str = "omie",
    code: str = "error_rate",
    severity: str = "warning",
    state: str = "closed",
    assignee: UUID | None = None,
    alert_id: UUID | None = None,
) -> str:
    """An alert that opened at `at`, 20 minutes long when closed; gives its id."""
    found: UUID = db.one(
        "insert into public.noc_alerts (alert_id, rule_id, code, fingerprint, target,"
        " company_cnpj, service, severity, severity_max, state, started_at, opened_at,"
        " last_seen_at, closed_at, close_reason, ack_until, assignee, value, last_value,"
        " threshold, unit)"
        " select %s, r.rule_id, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
        " 0.14, 0.02, 0.05, 'ratio' from public.noc_rules as r"
        " where r.code = 'error_rate' limit 1 returning alert_id",
        alert_id or uuid4(),
        code,
        f"test/{uuid4()}",
        f"service:{service}",
        company,
        service,
        severity,
        severity,
        state,
        at,
        at,
        at + 20 * MIN,
        at + 20 * MIN if state == "closed" else None,
        "recovered" if state == "closed" else None,
        at + 60 * MIN if state == "ack" else None,
        assignee,
    )
    return str(found)


def history(db: Database, user: UUID, **arguments: object) -> dict[str, Any]:
    given = ", ".join(f'"{name}" => %s' for name in arguments)
    with db.acting_as(user):
        answer = db.one(f"select public.noc_alert_history({given})", *arguments.values())
    data: dict[str, Any] = answer["data"]
    return data


def ids(db: Database, user: UUID, **arguments: object) -> list[str]:
    return [alert["alert_id"] for alert in history(db, user, **arguments)["alerts"]]


def exported(db: Database, user: UUID, **arguments: object) -> list[dict[str, str]]:
    given = "".join(f', "{name}" => %s' for name in arguments)
    with db.acting_as(user):
        text = db.one(f"select public.noc_export_csv('alerts'{given})", *arguments.values())
    return list(csv.DictReader(io.StringIO(text, newline="")))


# Who sees what


def test_each_role_reads_its_own_scopes(db: Database, world: World, at: datetime) -> None:
    one, two = past(db, at, A1), past(db, at - MIN, A2)
    foreign, nobody = past(db, at - 2 * MIN, B1), past(db, at - 3 * MIN, None, "llm")
    assert ids(db, world.admin, **{"from": at - 3 * MIN}) == [one, two, foreign, nobody]
    assert ids(db, world.franqueado_a) == [one, two]
    assert ids(db, world.cliente_a1) == [one]
    assert ids(db, world.franqueado_b) == [foreign]
    assert ids(db, world.stranger) == []


def test_a_file_holds_what_the_list_shows(db: Database, world: World, at: datetime) -> None:
    for company in (A1, A2, B1, None):
        past(db, at, company)
    users = (world.admin, world.franqueado_a, world.cliente_a1, world.franqueado_b, world.stranger)
    for user in users:
        listed = ids(db, user, **{"from": at, "to": at + MIN})
        file = exported(db, user, **{"from": at, "to": at + MIN})
        assert [row["alert_id"] for row in file] == listed


def test_a_foreign_scope_answers_as_none(db: Database, world: World, at: datetime) -> None:
    past(db, at, B1)
    for name, foreign in (("company_cnpj", B1), ("group_id", GROUP_B)):
        for query in (
            f"select public.noc_alert_history({name} => %s)",
            f"select public.noc_export_csv('alerts', {name} => %s)",
        ):
            nothing = uuid4() if name == "group_id" else "00000000000191"
            for unseen in (foreign, nothing):
                error = db.refused(world.cliente_a1, query, unseen)
                assert (error.sqlstate, error.diag.message_hint) == ("PT404", "scope_not_found")


def test_people_are_told_to_operators_alone(db: Database, world: World, at: datetime) -> None:
    past(db, at, A1, assignee=world.franqueado_a)
    email = db.one("select email from auth.users where id = %s", world.franqueado_a)
    for user, told in ((world.franqueado_a, email), (world.cliente_a1, None)):
        assert history(db, user)["alerts"][0]["owner"] == told
        assert exported(db, user)[0]["owner"] == (told or "")


# Filters


def test_each_filter_leaves_its_own(db: Database, world: World, at: datetime) -> None:
    plain = past(db, at, A1)
    other_company = past(db, at - MIN, A2)
    other_service = past(db, at - 2 * MIN, A1, service="f360")
    grave = past(db, at - 3 * MIN, A1, severity="critical")
    fresh = past(db, at - 4 * MIN, A1, state="open")
    taken = past(db, at - 5 * MIN, A1, state="ack")
    other_rule = past(db, at - 6 * MIN, A1, code="p95_latency")
    user = world.franqueado_a
    assert ids(db, user, company_cnpj=A2) == [other_company]
    assert len(ids(db, user, group_id=GROUP_A)) == 7
    assert ids(db, user, service="f360") == [other_service]
    assert ids(db, user, severity="critical") == [grave]
    assert ids(db, user, state="open") == [fresh]
    assert ids(db, user, state="ack") == [taken]
    assert ids(db, user, code="p95_latency") == [other_rule]
    assert ids(db, user, code="no_such_rule") == []
    assert ids(db, user, company_cnpj=A1, service="omie", state="closed", code="error_rate") == [
        plain,
        grave,
    ]
    assert history(db, user, code="p95_latency")["codes"] == ["error_rate", "p95_latency"]


def test_a_period_holds_its_start_and_not_its_end(db: Database, world: World, at: datetime) -> None:
    alert_id = past(db, at)
    user = world.cliente_a1
    assert ids(db, user, **{"from": at}) == [alert_id]
    assert ids(db, user, **{"from": at + timedelta(microseconds=1)}) == []
    assert ids(db, user, to=at) == []
    assert ids(db, user, to=at + timedelta(microseconds=1)) == [alert_id]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ("service => 'nope'", "service"),
        ("severity => 'CRITICAL'", "severity"),
        ("state => 'pending'", "state"),
        ("code => 'p95-latency'", "code"),
        ("code => ''", "code"),
        ('"from" => now(), "to" => now()', "from"),
        ('"from" => now(), "to" => now() - interval \'1 s\'', "from"),
        ("max => 0", "max"),
        ("max => 201", "max"),
        ("cursor => ''", "cursor"),
        ("cursor => '1_2'", "cursor"),
        ("cursor => '1); drop table x_00000000-0000-0000-0000-000000000000'", "cursor"),
    ],
)
def test_a_bad_argument_is_named(db: Database, world: World, arguments: str, hint: str) -> None:
    error = db.refused(world.admin, f"select public.noc_alert_history({arguments})")
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", hint)
    assert str(error).startswith(f"{hint}: ")


# Pages


def test_pages_hold_every_alert_once_though_some_opened_together(
    db: Database, world: World, at: datetime
) -> None:
    made = [past(db, at - (number // 4) * MIN) for number in range(23)]
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = history(db, world.cliente_a1, cursor=cursor, max=5)
        assert page["total"] == 23
        found += [alert["alert_id"] for alert in page["alerts"]]
        cursor = page["next"]
        if cursor is None:
            break
        assert len(page["alerts"]) == 5
    assert len(found) == 23
    assert set(found) == set(made)


def test_the_last_page_says_so_when_it_is_just_full(
    db: Database, world: World, at: datetime
) -> None:
    for number in range(4):
        past(db, at - number * MIN)
    assert history(db, world.cliente_a1, max=4)["next"] is None
    assert history(db, world.cliente_a1, max=3)["next"] is not None


def test_an_alert_that_opens_meanwhile_moves_no_page(
    db: Database, world: World, at: datetime
) -> None:
    old = [past(db, at - number * MIN) for number in range(4)]
    first = history(db, world.cliente_a1, max=2)
    past(db, at + MIN)
    second = history(db, world.cliente_a1, max=2, cursor=first["next"])
    assert [alert["alert_id"] for alert in second["alerts"]] == old[2:]
    assert second["total"] == 5


@pytest.mark.parametrize(("asked", "given"), [(None, 50), (1, 1), (200, 60)])
def test_a_page_has_a_default_and_a_largest_size(
    db: Database, world: World, at: datetime, asked: int | None, given: int
) -> None:
    for number in range(60):
        past(db, at - number * MIN)
    assert len(history(db, world.cliente_a1, max=asked)["alerts"]) == given


# The file


def test_a_file_says_what_an_alert_was(db: Database, world: World, at: datetime) -> None:
    alert_id = past(db, at, severity="critical")
    db.run(
        "insert into noc.alert_events (alert_id, at, kind, severity, actor)"
        " values (%s, %s, 'acknowledged', 'critical', %s)",
        alert_id,
        at + 2 * MIN,
        world.admin,
    )
    (row,) = exported(db, world.cliente_a1)
    assert row["opened_at"] == f"{at:%Y-%m-%dT%H:%M:%S}.000000Z"
    assert (row["seconds_to_ack"], row["seconds_to_close"]) == ("120", "1200")
    assert (row["company_cnpj"], row["state"], row["unit"]) == (A1, "closed", "ratio")
    assert (row["value"], row["threshold"]) == ("0.14", "0.05")


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+55 11", "'+55 11"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ('Padaria, Três; "Marias"', 'Padaria, Três; "Marias"'),
        ("two\r\nlines", "two\r\nlines"),
        ("a = b", "a = b"),
    ],
)
def test_no_cell_is_run_by_a_spreadsheet(
    db: Database, world: World, at: datetime, name: str, cell: str
) -> None:
    db.run("update public.companies set name = %s where company_cnpj = %s", name, A1)
    past(db, at)
    past(db, at - MIN, A2)
    rows = exported(db, world.franqueado_a)
    assert [row["company_name"] for row in rows] == [cell, f"Empresa {A2}"]


def test_an_empty_file_has_its_header(db: Database, world: World) -> None:
    with db.acting_as(world.stranger):
        text = db.one("select public.noc_export_csv('alerts')")
    assert text.startswith("alert_id,code,service,")
    assert text.count("\r\n") == 1


def test_a_file_is_on_record_with_its_filter(db: Database, world: World, at: datetime) -> None:
    past(db, at)
    exported(db, world.cliente_a1, company_cnpj=A1, state="closed")
    (entry,) = db.all(
        "select * from public.noc_audit where action = 'export_csv' and actor = %s",
        world.cliente_a1,
    )
    assert (entry["target"], entry["company_cnpj"]) == ("alerts", A1)
    assert entry["payload"] == {"rows": 1, "state": "closed"}


@pytest.mark.parametrize(("rows", "fits"), [(50_000, True), (50_001, False)])
def test_a_file_has_a_most_of_rows(
    db: Database, world: World, at: datetime, rows: int, fits: bool
) -> None:
    alert_id = past(db, at)
    # What each of them tells is not asked here.
    db.run("alter table public.noc_alerts disable trigger user")
    others = db.one(
        "select string_agg(attname, ', ') from pg_attribute where attnum > 0"
        " and attrelid = 'public.noc_alerts'::regclass and attname <> 'alert_id'"
    )
    db.run(
        f"insert into public.noc_alerts (alert_id, {others}) select gen_random_uuid(), {others}"
        " from public.noc_alerts, generate_series(2, %s) where alert_id = %s",
        rows,
        alert_id,
    )
    if fits:
        assert len(exported(db, world.cliente_a1)) == rows
    else:
        error = db.refused(world.cliente_a1, "select public.noc_export_csv('alerts')")
        assert (error.sqlstate, error.diag.message_hint) == ("PT400", "rows")
        assert "50001" in str(error)
        assert "50000" in str(error)


@pytest.mark.parametrize("kind", ["audit", "", None])
def test_an_unknown_kind_is_refused(db: Database, world: World, kind: str | None) -> None:
    error = db.refused(world.admin, "select public.noc_export_csv(%s)", kind)
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "kind")
