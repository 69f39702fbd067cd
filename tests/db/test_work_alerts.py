"""What people do with an alert: acknowledge, close, comment, assign; and what it remembers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.db.conftest import A1, A2, GROUP_A, Database, World, member
from tests.db.judging import (
    MIN,
    S,
    alert_of,
    alerts,
    at_that_time,
    evaluate,
    kinds,
    opened,
    probed,
    recover,
    state,
    traffic,
)

pytestmark = pytest.mark.usefixtures("world")

# Acknowledge


def test_the_severity_that_was_acknowledged_does_not_end_the_acknowledgement_when_it_returns(
    db: Database, world: World, at: datetime
) -> None:
    traffic(db, at, 2500)
    evaluate(db, at)
    evaluate(db, at + 120 * S)
    alert_id = alerts(db)[0]["alert_id"]
    at_that_time(
        db, world.franqueado_a, "select noc.ack_alert(%s, null, 240, %s)", alert_id, at + 2 * MIN
    )
    db.run("delete from public.metrics_agg")
    traffic(db, at + 8 * MIN, 1500)
    evaluate(db, at + 8 * MIN)
    severities = [alert_of(db, alert_id)["severity"]]
    db.run("delete from public.metrics_agg")
    traffic(db, at + 9 * MIN, 2500)
    evaluate(db, at + 9 * MIN)
    evaluate(db, at + 11 * MIN)
    found = alert_of(db, alert_id)
    assert (severities, found["severity"], found["state"]) == (["warning"], "critical", "ack")


@pytest.mark.parametrize(("status", "minutes"), [("DOWN", 30), ("DEGRADED", 240)])
def test_an_acknowledgement_lasts_by_the_severity(
    db: Database, world: World, at: datetime, status: str, minutes: int
) -> None:
    if status == "DOWN":
        alert_id = opened(db, at)
    else:
        traffic(db, at, 1500)
        evaluate(db, at)
        evaluate(db, at + 180 * S)
        alert_id = alerts(db)[0]["alert_id"]
    answer = at_that_time(
        db, world.franqueado_a, "select noc.ack_alert(%s, 'vendo', null, %s)", alert_id, at
    )
    found = alert_of(db, alert_id)
    assert (answer["state"], found["state"]) == ("ack", "ack")
    assert found["ack_until"] == at + minutes * MIN
    assert (found["acked_by"], found["assignee"]) == (world.franqueado_a, world.franqueado_a)


@pytest.mark.parametrize(("minutes", "taken"), [(4, False), (5, True), (5760, True), (5761, False)])
def test_an_acknowledgement_has_a_shortest_and_a_longest_time(
    db: Database, world: World, at: datetime, minutes: int, taken: bool
) -> None:
    alert_id = opened(db, at)
    query = "select public.noc_ack_alert(%s, null, %s)"
    if taken:
        with db.acting_as(world.admin):
            assert db.one(query, alert_id, minutes)["state"] == "ack"
    else:
        error = db.refused(world.admin, query, alert_id, minutes)
        assert (error.sqlstate, error.diag.message_hint) == ("PT400", "minutes")


def test_an_acknowledgement_that_runs_out_opens_the_alert_again(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    at_that_time(db, world.admin, "select noc.ack_alert(%s, null, 5, %s)", alert_id, at)
    assert db.one("select noc.expire_acks(%s)", at + 5 * MIN - S) == 0
    assert alert_of(db, alert_id)["state"] == "ack"
    assert db.one("select noc.expire_acks(%s)", at + 5 * MIN) == 1
    found = alert_of(db, alert_id)
    assert (found["state"], found["acked_by"], found["ack_until"]) == ("open", None, None)
    assert found["assignee"] == world.admin
    assert kinds(db, alert_id) == ["opened", "acknowledged", "ack_expired"]


def test_getting_worse_breaks_an_acknowledgement(db: Database, world: World, at: datetime) -> None:
    traffic(db, at, 1500)
    evaluate(db, at)
    evaluate(db, at + 180 * S)
    alert_id = alerts(db)[0]["alert_id"]
    at_that_time(
        db, world.admin, "select noc.ack_alert(%s, null, null, %s)", alert_id, at + 181 * S
    )
    for second in (182, 302):
        traffic(db, at + second * S, 9000)
        evaluate(db, at + second * S)
    found = alert_of(db, alert_id)
    assert (found["severity"], found["state"], found["ack_until"]) == ("critical", "open", None)


def test_the_later_acknowledgement_holds_and_the_first_stays_responsible(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    for user, minutes in ((world.franqueado_a, 30), (world.admin, 60)):
        at_that_time(db, user, "select noc.ack_alert(%s, null, %s, %s)", alert_id, minutes, at)
    found = alert_of(db, alert_id)
    assert found["ack_until"] == at + 60 * MIN
    assert (found["acked_by"], found["assignee"]) == (world.admin, world.franqueado_a)


def test_an_acknowledged_alert_closes_when_it_is_good_again(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    at_that_time(db, world.admin, "select noc.ack_alert(%s, null, null, %s)", alert_id, at)
    recover(db, at + MIN)
    found = alert_of(db, alert_id)
    assert (found["state"], found["close_reason"], found["ack_until"]) == (
        "closed",
        "recovered",
        None,
    )


# Back again


@pytest.mark.parametrize(("seconds", "same"), [(900, True), (901, False)])
def test_what_comes_back_within_a_quarter_of_an_hour_is_the_same_alert(
    db: Database, at: datetime, seconds: int, same: bool
) -> None:
    first = opened(db, at)
    recover(db, at + MIN)
    back = at + MIN + seconds * S
    second = opened(db, back)
    assert (first == second) is same
    if same:
        found = alert_of(db, first)
        assert (found["reopen_count"], found["opened_at"], found["state"]) == (1, at, "open")
        assert (found["closed_at"], found["close_reason"]) == (None, None)
        assert kinds(db, first) == ["opened", "closed", "reopened"]
        recover(db, back + MIN)
        assert alert_of(db, first)["state"] == "closed"


def test_only_the_latest_episode_opens_again(db: Database, at: datetime) -> None:
    first = opened(db, at)
    recover(db, at + MIN)
    second = opened(db, at + 20 * MIN)
    recover(db, at + 21 * MIN)
    third = opened(db, at + 22 * MIN)
    assert first != second == third
    assert alert_of(db, first)["state"] == "closed"


# Close


def closed_by_hand(db: Database, user: UUID, alert_id: UUID, at: datetime) -> None:
    at_that_time(db, user, "select noc.close_alert(%s, 'manutenção combinada', %s)", alert_id, at)


def test_closed_by_hand_stays_closed_for_an_hour_at_most(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    closed_by_hand(db, world.franqueado_a, alert_id, at)
    found = alert_of(db, alert_id)
    assert (found["state"], found["close_reason"]) == ("closed", "manual")
    for minutes in (1, 59):
        probed(db, "omie", "DOWN", at + minutes * MIN, A1)
        evaluate(db, at + minutes * MIN)
        assert len(alerts(db)) == 1
    assert opened(db, at + 60 * MIN) != alert_id


def test_closed_by_hand_and_good_in_between_is_a_new_alert(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    closed_by_hand(db, world.admin, alert_id, at)
    recover(db, at + MIN)
    assert opened(db, at + 2 * MIN) != alert_id
    assert alert_of(db, alert_id)["state"] == "closed"


def test_closed_by_hand_while_it_lasts_is_not_green(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    probed(db, "omie", "UP", at, A1)  # the rule has not looked again: it still fires
    closed_by_hand(db, world.admin, alert_id, at)
    status = db.one(
        "select status from noc.service_status(%s, %s) where company_cnpj = %s"
        " and service_name = 'omie'",
        at,
        [A1],
        A1,
    )
    assert status == "DOWN"
    recover(db, at + MIN)
    assert state(db, metric="probe_status") is None


def test_a_close_between_reading_and_writing_of_a_tick_holds(
    db: Database, world: World, at: datetime
) -> None:
    """The verdict still names the alert; the latch must not be written over."""
    alert_id, later = opened(db, at), at + 2 * MIN
    probed(db, "omie", "DOWN", later, A1)
    db.run("create table noc.stale as select v::noc.verdict as v from noc.judge('health', %s) as v",
           later)  # fmt: skip
    closed_by_hand(db, world.admin, alert_id, later)
    db.run(
        "create or replace function noc.judge(family text, at timestamptz)"
        " returns setof noc.verdict language sql stable"
        " as $$ select (s.v).* from noc.stale as s where family = 'health' $$"
    )
    evaluate(db, later)
    found = state(db, metric="probe_status")
    assert found is not None
    assert (found["alert_id"], found["latched_until"]) == (None, later + 60 * MIN)
    assert alert_of(db, alert_id)["close_reason"] == "manual"


@pytest.mark.parametrize(("length", "taken"), [(0, False), (1, True), (500, True), (501, False)])
def test_closing_needs_a_reason_of_a_decent_length(
    db: Database, world: World, at: datetime, length: int, taken: bool
) -> None:
    alert_id = opened(db, at)
    query = "select public.noc_close_alert(%s, %s)"
    if taken:
        with db.acting_as(world.admin):
            assert db.one(query, alert_id, "x" * length)["state"] == "closed"
    else:
        error = db.refused(world.admin, query, alert_id, "x" * length)
        assert (error.sqlstate, error.diag.message_hint) == ("PT400", "reason")


@pytest.mark.parametrize(
    "query", ["select public.noc_ack_alert(%s)", "select public.noc_close_alert(%s, 'já foi')"]
)
def test_what_is_closed_cannot_be_worked(
    db: Database, world: World, at: datetime, query: str
) -> None:
    alert_id = opened(db, at)
    recover(db, at + MIN)
    error = db.refused(world.admin, query, alert_id)
    assert (error.sqlstate, error.diag.message_hint) == ("PT409", "alert_closed")


# Comment and assign


def test_a_comment_is_kept_on_open_and_closed_alerts(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    for minute in (0, 2):
        at_that_time(
            db,
            world.franqueado_a,
            "select noc.comment_alert(%s, ' chamado 123 ', %s)",
            alert_id,
            at + minute * MIN,
        )
        recover(db, at + MIN)
    assert noted(db, world, alert_id) == [("chamado 123", False), ("chamado 123", False)]


def noted(db: Database, world: World, alert_id: Any) -> list[tuple[str | None, bool]]:
    """The comments of an alert's timeline and whether each was redacted, oldest first."""
    with db.acting_as(world.franqueado_a):
        events = db.one("select public.noc_timeline(%s)", alert_id)["data"]["events"]
    return [(event["note"], event["redacted"]) for event in events if event["kind"] == "commented"]


def test_a_comment_redacted_in_the_trail_is_gone_from_the_timeline_too(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    for note in ("CPF 123.456.789-09", "resolvido"):
        at_that_time(
            db, world.franqueado_a, "select noc.comment_alert(%s, %s, %s)", alert_id, note, at
        )
    entry = db.one(
        "select audit_id from public.noc_audit where payload ->> 'note' = 'CPF 123.456.789-09'"
    )
    with db.acting_as(world.admin):
        db.run("select public.noc_redact_audit(%s, 'pedido do titular')", entry)
    assert noted(db, world, alert_id) == [(None, True), ("resolvido", False)]


@pytest.mark.parametrize(
    ("note", "taken"), [("  ", False), ("x" * 2000, True), ("x" * 2001, False)]
)
def test_a_comment_says_something_and_not_a_book(
    db: Database, world: World, at: datetime, note: str, taken: bool
) -> None:
    alert_id = opened(db, at)
    query = "select public.noc_comment_alert(%s, %s)"
    if taken:
        with db.acting_as(world.admin):
            db.run(query, alert_id, note)
    else:
        assert db.refused(world.admin, query, alert_id, note).diag.message_hint == "note"


def test_responsible_is_who_can_work_it(db: Database, world: World, at: datetime) -> None:
    alert_id = opened(db, at)
    query = "select public.noc_assign_alert(%s, %s)"
    alone = member(db, "franqueado", company=A1)
    for user in (world.admin, world.franqueado_a, alone):
        with db.acting_as(world.franqueado_a):
            db.run(query, alert_id, user)
        assert alert_of(db, alert_id)["assignee"] == user
    elsewhere = member(db, "franqueado", company=A2)
    for user in (world.cliente_a1, world.franqueado_b, world.stranger, elsewhere, uuid4()):
        error = db.refused(world.franqueado_a, query, alert_id, user)
        assert (error.sqlstate, error.diag.message_hint) == ("PT400", "assignee")
    with db.acting_as(world.franqueado_a):
        db.run("select public.noc_assign_alert(%s)", alert_id)
    assert alert_of(db, alert_id)["assignee"] is None


# Rights


WORK = (
    "select public.noc_ack_alert(%s)",
    "select public.noc_close_alert(%s, 'motivo')",
    "select public.noc_comment_alert(%s, 'nota')",
    "select public.noc_assign_alert(%s)",
)


@pytest.mark.parametrize("query", WORK)
def test_a_cliente_reads_and_does_not_work(
    db: Database, world: World, at: datetime, query: str
) -> None:
    alert_id = opened(db, at)
    with db.acting_as(world.cliente_a1):
        answer = db.one(query, alert_id)
    assert (answer["code"], answer["hint"]) == ("PT403", "not_operator")
    assert db.one("select current_setting('response.status')") == "403"
    assert kinds(db, alert_id) == ["opened"]
    assert alert_of(db, alert_id)["state"] == "open"


@pytest.mark.parametrize("query", WORK)
def test_a_foreign_alert_is_like_none(db: Database, world: World, at: datetime, query: str) -> None:
    alert_id = opened(db, at)
    shared = opened(db, at, None, "llm")
    for user in (world.franqueado_b, world.cliente_b1, world.stranger):
        for unseen in (alert_id, shared, uuid4()):
            with db.acting_as(user):
                answer = db.one(query, unseen)
            assert answer == {
                "code": "PT404",
                "hint": "alert_not_found",
                "message": "alert not found",
                "details": None,
            }
    assert kinds(db, alert_id) == kinds(db, shared) == ["opened"]


def test_a_refused_attempt_is_on_record(db: Database, world: World, at: datetime) -> None:
    alert_id = opened(db, at)
    with db.acting_as(world.cliente_a1):
        db.run("select public.noc_close_alert(%s, 'não devo')", alert_id)
    trace = db.all("select * from public.noc_audit order by audit_id desc limit 1")[0]
    assert (trace["action"], trace["actor"], trace["target"]) == (
        "refused",
        world.cliente_a1,
        f"alert:{alert_id}",
    )
    assert trace["payload"]["action"] == "close_alert"


@pytest.mark.parametrize("query", WORK)
def test_operators_work_what_they_see_and_each_deed_leaves_one_trace(
    db: Database, world: World, at: datetime, query: str
) -> None:
    for service, user in (("omie", world.franqueado_a), ("f360", world.admin)):
        alert_id = opened(db, at, A1, service)
        before = db.one("select count(*) from public.noc_audit")
        with db.acting_as(user):
            db.run(query, alert_id)
        assert len(kinds(db, alert_id)) == 2
        trace = db.all("select * from public.noc_audit order by audit_id desc limit 1")[0]
        assert db.one("select count(*) from public.noc_audit") == before + 1
        assert (trace["actor"], trace["company_cnpj"], trace["target"]) == (
            user,
            A1,
            f"alert:{alert_id}",
        )


def test_a_shared_providers_alert_is_worked_by_admin_alone(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at, None, "llm")
    with db.acting_as(world.admin):
        assert db.one("select public.noc_ack_alert(%s)", alert_id)["state"] == "ack"
    with db.acting_as(world.franqueado_a):
        assert db.one(WORK[0], alert_id)["code"] == "PT404"


def test_a_revoked_operator_works_nothing(db: Database, world: World, at: datetime) -> None:
    alert_id = opened(db, at)
    db.run(
        "update noc.memberships set revoked_at = now() where user_id = %s and group_id = %s",
        world.franqueado_a,
        GROUP_A,
    )
    with db.acting_as(world.franqueado_a):
        assert db.one(WORK[0], alert_id)["code"] == "PT404"


# Timeline


def timeline(db: Database, user: UUID, alert_id: UUID) -> dict[str, Any]:
    with db.acting_as(user):
        data: dict[str, Any] = db.one("select public.noc_timeline(%s)", alert_id)["data"]
    return data


def test_the_timeline_tells_the_episode_in_order(db: Database, world: World, at: datetime) -> None:
    alert_id = opened(db, at)
    at_that_time(
        db, world.franqueado_a, "select noc.ack_alert(%s, 'vendo', 60, %s)", alert_id, at + 2 * MIN
    )
    at_that_time(
        db,
        world.franqueado_a,
        "select noc.comment_alert(%s, 'aberto chamado', %s)",
        alert_id,
        at + 3 * MIN,
    )
    recover(db, at + 10 * MIN)
    told = timeline(db, world.franqueado_a, alert_id)
    email = db.one("select email from auth.users where id = %s", world.franqueado_a)
    assert [(e["kind"], e["actor"], e["note"]) for e in told["events"]] == [
        ("opened", None, None),
        ("acknowledged", email, "vendo"),
        ("commented", email, "aberto chamado"),
        ("closed", None, None),
    ]
    assert (told["seconds_to_ack"], told["seconds_to_close"]) == (120, 600)
    assert told["alert"]["owner"] == email
    assert told["can_work"] is True


def test_a_cliente_reads_the_timeline_without_names_and_notes(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    query = "select noc.ack_alert(%s, 'cliente não deve ler', null, %s)"
    at_that_time(db, world.franqueado_a, query, alert_id, at + MIN)
    told = timeline(db, world.cliente_a1, alert_id)
    assert [(e["kind"], e["by_person"], e["actor"], e["note"]) for e in told["events"]] == [
        ("opened", False, None, None),
        ("acknowledged", True, None, None),
    ]
    assert (told["alert"]["owner"], told["can_work"]) == (None, False)


def test_a_foreign_timeline_is_like_none(db: Database, world: World, at: datetime) -> None:
    alert_id = opened(db, at)
    for user in (world.franqueado_b, world.cliente_b1, world.stranger):
        for unseen in (alert_id, uuid4()):
            error = db.refused(user, "select public.noc_timeline(%s)", unseen)
            assert (error.sqlstate, error.diag.message_hint) == ("PT404", "alert_not_found")


def test_earlier_episodes_say_what_ended_them(db: Database, world: World, at: datetime) -> None:
    first = opened(db, at)
    at_that_time(db, world.admin, "select noc.comment_alert(%s, 'reiniciado', %s)", first, at + MIN)
    recover(db, at + 2 * MIN)
    second = opened(db, at + timedelta(hours=2))
    told = timeline(db, world.admin, second)
    assert [(b["alert_id"], b["note"]) for b in told["before"]] == [(str(first), "reiniciado")]
    assert timeline(db, world.cliente_a1, second)["before"][0]["note"] is None
