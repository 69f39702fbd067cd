"""Where jobs are started again: kept by admins, on hosts that are allowed, on record."""

from __future__ import annotations

from typing import Any

import pytest

from dev.job_host import ADD, REMOVE
from tests.db.conftest import Database, World

Json = dict[str, Any]
GOOD: Json = {
    "job_type": "consolidacao",
    "url": "https://jobs.example.com/jobs",
    "secret_ref": "MAIN",
    "effect": "read_sync",
}


@pytest.fixture(autouse=True)
def allowed(db: Database, world: World) -> None:
    """The one host on which handlers may lie."""
    db.run("delete from noc.job_handlers")
    db.run("delete from noc.job_hosts")
    db.run(ADD, "Jobs.example.com")


def save(db: Database, user: object, **changed: object) -> Json:
    given = GOOD | changed
    named = ", ".join(f"{name} => %s" for name in given)
    with db.acting_as(user):  # type: ignore[arg-type]
        answer: Json = db.one(f"select public.noc_save_job_handler({named})", *given.values())
    return answer


def listed(db: Database, user: object) -> Json:
    with db.acting_as(user):  # type: ignore[arg-type]
        answer: Json = db.one("select public.noc_list_job_handlers()")["data"]
    return answer


def test_an_admin_keeps_handlers_and_each_change_is_on_record(db: Database, world: World) -> None:
    saved = save(db, world.admin)
    assert saved == GOOD | {"max_runtime_s": 900, "enabled": True, "host_allowed": True}
    save(db, world.admin, max_runtime_s=60, enabled=False)
    assert listed(db, world.admin) == {
        "handlers": [saved | {"max_runtime_s": 60, "enabled": False}],
        "hosts": ["jobs.example.com"],
    }
    with db.acting_as(world.admin):
        db.run("select public.noc_remove_job_handler('consolidacao')")
    assert listed(db, world.admin)["handlers"] == []
    entries = db.all(
        "select action, payload #>> '{before,max_runtime_s}' as before,"
        " payload #>> '{after,max_runtime_s}' as after from public.noc_audit"
        " where target = 'job_handler:consolidacao' order by audit_id"
    )
    assert [tuple(entry.values()) for entry in entries] == [
        ("save_job_handler", None, "900"),
        ("save_job_handler", "900", "60"),
        ("remove_job_handler", "60", None),
    ]


@pytest.mark.parametrize("who", ["franqueado_a", "cliente_a1", "stranger"])
def test_nobody_else_sees_or_keeps_them(db: Database, world: World, who: str) -> None:
    save(db, world.admin)
    user = getattr(world, who)
    assert listed(db, user) == {"handlers": [], "hosts": []}
    assert save(db, user, effect="send")["hint"] == "scope_not_found"
    with db.acting_as(user):
        refused = db.one("select public.noc_remove_job_handler('consolidacao')")
    assert refused["hint"] == "scope_not_found"
    assert listed(db, world.admin)["handlers"][0]["effect"] == "read_sync"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("job_type", ""),
        ("job_type", "x" * 81),
        ("url", "https://other.example.com/jobs"),
        ("url", "https://jobs.example.com.evil.example/"),
        ("url", "https://jobs.example.com@evil.example/"),
        ("url", "https://jobs.example.com:8443/"),
        ("url", "http://jobs.example.com/jobs"),
        ("url", "ftp://jobs.example.com/"),
        ("url", None),
        ("secret_ref", "main"),
        ("effect", "delete"),
        ("max_runtime_s", 9),
        ("max_runtime_s", 86401),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    db: Database, world: World, field: str, value: object
) -> None:
    given = GOOD | {field: value}
    named = ", ".join(f"{name} => %s" for name in given)
    error = db.refused(world.admin, f"select public.noc_save_job_handler({named})", *given.values())
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", field)


def test_a_handler_whose_host_is_taken_off_is_shown_as_such(db: Database, world: World) -> None:
    save(db, world.admin)
    db.run(REMOVE, "jobs.example.com")
    assert not listed(db, world.admin)["handlers"][0]["host_allowed"]


def test_one_that_does_not_exist_is_not_removed(db: Database, world: World) -> None:
    error = db.refused(world.admin, "select public.noc_remove_job_handler('outra')")
    assert (error.sqlstate, error.diag.message_hint) == ("PT404", "handler_not_found")
