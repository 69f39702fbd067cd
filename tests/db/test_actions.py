"""Actions: what is previewed is what is done, once, by who may, and it ends by itself."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.db.acting import (
    REASON,
    decide,
    do,
    entries,
    execute,
    failed_jobs,
    handled,
    preview,
    revert,
    source,
    status_of,
)
from tests.db.conftest import A1, A2, B1, GROUP_A, GROUP_B, Database, World, member
from tests.db.judging import HOUR, MIN, S, at_that_time, kinds, opened, queued
from tests.db.telling import contact

pytestmark = pytest.mark.usefixtures("world")
MOCK = {"source": "mock", "minutes": 60}


def refusal(db: Database, user: Any, query: str, *args: object) -> str | None:
    """The hint of the error that the caller meets."""
    return db.refused(user, query, *args, role="postgres").diag.message_hint


@pytest.mark.parametrize("who", ["cliente_a1", "franqueado_b", "stranger"])
@pytest.mark.parametrize("action", ["pause_queue", "resume_queue", "switch_source", "notify"])
def test_who_does_not_operate_the_company_cannot_plan(
    db: Database, world: World, at: datetime, who: str, action: str
) -> None:
    chosen: dict[str, dict[str, Any]] = {
        "switch_source": MOCK,
        "notify": {"template": "resolved"},
    }
    params = chosen.get(action, {})
    foreign = preview(db, getattr(world, who), at, action, params)
    none = preview(db, getattr(world, who), at, action, params, company="00000000000191")
    assert foreign["hint"] == "scope_not_found"
    assert foreign == none


@pytest.mark.parametrize("who", ["admin", "franqueado_a"])
def test_who_operates_it_shows_demonstration_data_for_a_while(
    db: Database, world: World, at: datetime, who: str
) -> None:
    done = do(db, getattr(world, who), at, "switch_source", MOCK)
    assert (done["status"], done["in_effect"]) == ("succeeded", True)
    assert (source(db, at), source(db, at, A2)) == ("mock", "supabase")
    assert source(db, at + HOUR - S) == "mock"
    assert source(db, at + HOUR) == "supabase", "it ends though no tick came"


@pytest.mark.parametrize(("minutes", "allowed"), [(0, False), (1, True), (60, True), (61, False)])
def test_demonstration_data_last_an_hour_at_most(
    db: Database, world: World, at: datetime, minutes: int, allowed: bool
) -> None:
    params = {"source": "mock", "minutes": minutes}
    if allowed:
        assert preview(db, world.admin, at, "switch_source", params)["plan_id"]
    else:
        hint = refusal(
            db,
            world.admin,
            "select noc.preview_action('switch_source', %s, null, %s::jsonb, null, %s)",
            A1,
            json.dumps(params),
            at,
        )
        assert hint == "params"


def test_the_tick_takes_it_back_and_says_so_once(db: Database, world: World, at: datetime) -> None:
    done = do(db, world.franqueado_a, at, "switch_source", MOCK)
    db.run("select noc.revert_expired_actions(%s)", at + HOUR - S)
    assert status_of(db, done) == "succeeded"
    for _ in range(2):
        db.run("select noc.revert_expired_actions(%s)", at + HOUR)
    assert status_of(db, done) == "reverted"
    assert entries(db, done) == ["action_started", "action_reverted"]


def test_a_version_rises_with_each_change(db: Database, world: World, at: datetime) -> None:
    def version(when: datetime) -> int:
        found: int = db.one("select (noc.source_at(%s, %s) ->> 'version')::integer", A1, when)
        return found

    seen = [version(at)]
    done = do(db, world.franqueado_a, at, "switch_source", MOCK)
    seen.append(version(at))
    seen.append(version(at + HOUR))
    revert(db, world.franqueado_a, at + MIN, done)
    seen.append(version(at + 2 * MIN))
    assert seen == [0, 1, 2, 2]


def test_it_is_taken_back_by_hand(db: Database, world: World, at: datetime) -> None:
    done = do(db, world.franqueado_a, at, "switch_source", MOCK)
    foreign = revert(db, world.franqueado_b, at + S, done)
    assert foreign["hint"] == "action_not_found"
    assert revert(db, world.franqueado_a, at + S, done)["status"] == "reverted"
    assert source(db, at + 2 * S) == "supabase"
    hint = refusal(
        db, world.franqueado_a, "select noc.revert_action(%s, null, %s)", done["action_id"], at + S
    )
    assert hint == "not_in_effect"


def test_the_same_key_gives_the_same_action(db: Database, world: World, at: datetime) -> None:
    plan = preview(db, world.franqueado_a, at, "switch_source", MOCK)
    first = execute(db, world.franqueado_a, at, plan, "k")
    again = execute(db, world.franqueado_a, at + HOUR, plan, "k")
    assert (again["action_id"], again["repeated"]) == (first["action_id"], True)
    assert entries(db, first) == ["action_started"]
    other = preview(db, world.franqueado_a, at, "switch_source", MOCK, company=A2)
    query = "select noc.execute_action(%s, %s, %s, null, %s)"
    assert refusal(db, world.franqueado_a, query, other["plan_id"], "k", REASON, at) == (
        "idempotency_conflict"
    )
    assert refusal(db, world.franqueado_a, query, plan["plan_id"], "l", REASON, at) == "plan_used"


def test_a_plan_lasts_two_minutes_and_is_its_makers(
    db: Database, world: World, at: datetime
) -> None:
    plan = preview(db, world.franqueado_a, at, "switch_source", MOCK)
    assert execute(db, world.admin, at, plan)["hint"] == "plan_not_found"
    query = "select noc.execute_action(%s, 'k', %s, null, %s)"
    hint = refusal(db, world.franqueado_a, query, plan["plan_id"], REASON, at + 121 * S)
    assert hint == "plan_expired"
    assert execute(db, world.franqueado_a, at + 120 * S, plan)["status"] == "succeeded"


@pytest.mark.parametrize("reason", [None, "curto"])
def test_what_does_not_end_by_itself_needs_a_reason(
    db: Database, world: World, at: datetime, reason: str | None
) -> None:
    plan = preview(db, world.franqueado_a, at, "switch_source", MOCK)
    query = "select noc.execute_action(%s, 'k', %s, null, %s)"
    assert refusal(db, world.franqueado_a, query, plan["plan_id"], reason, at) == "reason"
    pause = preview(db, world.franqueado_a, at, "pause_queue")
    assert not pause["needs_reason"]
    assert execute(db, world.franqueado_a, at, pause, reason=None)["in_effect"]


def test_a_right_lost_since_the_plan_is_refused_on_record(
    db: Database, world: World, at: datetime
) -> None:
    plan = preview(db, world.franqueado_a, at, "switch_source", MOCK)
    db.run("update noc.memberships set revoked_at = now() where user_id = %s", world.franqueado_a)
    assert execute(db, world.franqueado_a, at, plan)["hint"] == "right_lost"
    assert source(db, at) == "supabase"
    found = db.one(
        "select payload ->> 'action' from public.noc_audit where action = 'refused' and actor = %s",
        world.franqueado_a,
    )
    assert found == "execute_action"


def test_ten_actions_a_minute(db: Database, world: World, at: datetime) -> None:
    def toggle(when: datetime) -> dict[str, Any]:
        return do(db, world.admin, when, "switch_source", MOCK)

    for _ in range(10):
        toggle(at)
    plan = preview(db, world.admin, at + 59 * S, "switch_source", MOCK)
    query = "select noc.execute_action(%s, 'k', %s, null, %s)"
    assert refusal(db, world.admin, query, plan["plan_id"], REASON, at + 59 * S) == "action_limit"
    assert toggle(at + 60 * S)["status"] == "succeeded"


def test_admins_brake_stops_new_actions_and_not_the_way_back(
    db: Database, world: World, at: datetime
) -> None:
    freeze = "select noc.freeze_actions(%s, %s, %s)"
    done = do(db, world.franqueado_a, at, "switch_source", MOCK)
    plan = preview(db, world.franqueado_a, at, "switch_source", MOCK, company=A2)
    refused = at_that_time(db, world.franqueado_a, freeze, True, REASON, at)
    assert refused["hint"] == "scope_not_found"
    at_that_time(db, world.admin, freeze, True, REASON, at)
    query = "select noc.execute_action(%s, 'k', %s, null, %s)"
    hint = refusal(db, world.franqueado_a, query, plan["plan_id"], REASON, at)
    assert hint == "actions_frozen"
    assert revert(db, world.franqueado_a, at + S, done)["status"] == "reverted"
    at_that_time(db, world.admin, freeze, False, REASON, at)
    assert execute(db, world.franqueado_a, at, plan)["status"] == "succeeded"


def test_a_group_wants_its_number_typed_and_a_second_person(
    db: Database, world: World, at: datetime
) -> None:
    plan = preview(db, world.franqueado_a, at, "switch_source", MOCK, None, GROUP_A)
    assert (plan["confirm"], plan["requires_approval"]) == (2, True)
    query = "select noc.execute_action(%s, 'k', %s, %s, %s)"
    assert refusal(db, world.franqueado_a, query, plan["plan_id"], REASON, 3, at) == "confirm"
    asked = execute(db, world.franqueado_a, at, plan)
    assert asked["status"] == "awaiting_approval"
    assert source(db, at) == "supabase"
    own = "select noc.approve_action(%s, true, null, %s)"
    assert refusal(db, world.franqueado_a, own, asked["action_id"], at) == "own_action"
    assert decide(db, world.franqueado_b, at, asked)["hint"] == "action_not_found"
    assert decide(db, world.admin, at + S, asked)["status"] == "succeeded"
    assert (source(db, at + S), source(db, at + S, A2)) == ("mock", "mock")


def test_nobody_agrees_in_a_quarter_of_an_hour(db: Database, world: World, at: datetime) -> None:
    asked = do(db, world.franqueado_a, at, "switch_source", MOCK, None, GROUP_A)
    db.run("select noc.revert_expired_actions(%s)", at + 15 * MIN - S)
    assert status_of(db, asked) == "awaiting_approval"
    db.run("select noc.revert_expired_actions(%s)", at + 15 * MIN)
    assert status_of(db, asked) == "expired"
    assert entries(db, asked) == ["action_awaiting", "action_expired"]


def test_a_right_lost_before_the_second_person_agrees_cancels(
    db: Database, world: World, at: datetime
) -> None:
    asked = do(db, world.franqueado_a, at, "switch_source", MOCK, None, GROUP_A)
    db.run("update noc.memberships set revoked_at = now() where user_id = %s", world.franqueado_a)
    decided = decide(db, world.admin, at, asked)
    assert (decided["status"], decided["result"]["reason"]) == ("cancelled", "right_lost")
    assert source(db, at) == "supabase"
    assert entries(db, asked) == ["action_awaiting", "action_cancelled"]


def test_without_a_second_person_it_is_done_and_listed_for_review(
    db: Database, world: World, at: datetime
) -> None:
    db.run(
        "update noc.memberships set revoked_at = now() where role = 'admin' and user_id <> %s",
        world.admin,
    )
    db.run("update noc.memberships set revoked_at = now() where user_id = %s", world.franqueado_a)
    plan = preview(db, world.admin, at, "switch_source", MOCK, None, GROUP_A)
    assert [w["code"] for w in plan["warnings"]] == ["locks_exports_and_writes", "no_approver"]
    done = execute(db, world.admin, at, plan)
    assert (done["status"], done["review"]) == ("succeeded", True)


def test_a_group_that_grew_is_stale_with_the_difference(
    db: Database, world: World, at: datetime
) -> None:
    plan = preview(db, world.franqueado_a, at, "switch_source", MOCK, None, GROUP_A)
    db.run("update public.companies set group_id = %s where company_cnpj = %s", GROUP_A, B1)
    error = db.refused(
        world.franqueado_a,
        "select noc.execute_action(%s, 'k', %s, 2, %s)",
        plan["plan_id"],
        REASON,
        at,
        role="postgres",
    )
    assert error.diag.message_hint == "plan_stale"
    difference = json.loads(error.diag.message_detail or "")
    assert difference["changed"] == ["size", "companies"]
    assert (difference["was"]["companies"], difference["is"]["companies"]) == (2, 3)


def test_a_pause_is_thirty_minutes_and_a_second_one_is_the_first(
    db: Database, world: World, at: datetime
) -> None:
    queued(db, 3, at)
    plan = preview(db, world.franqueado_a, at, "pause_queue")
    assert (plan["counts"]["pending"], plan["reversible"]) == (3, True)
    first = execute(db, world.franqueado_a, at, plan)
    assert db.one("select noc.queue_share(%s, %s)", A1, at + 30 * MIN - S) == 0
    assert db.one("select noc.queue_share(%s, %s)", A1, at + 30 * MIN) > 0
    again = do(db, world.admin, at, "pause_queue")
    assert (again["action_id"], again["already_in_effect"]) == (first["action_id"], True)
    longer = do(db, world.admin, at + MIN, "pause_queue", {"minutes": 60})
    assert (longer["already_in_effect"], longer["in_effect"]) == (False, True)
    db.run("select noc.revert_expired_actions(%s)", at + 30 * MIN)
    assert db.one("select noc.queue_share(%s, %s)", A1, at + 30 * MIN) == 0


def test_until_somebody_resumes_is_admins(db: Database, world: World, at: datetime) -> None:
    query = (
        "select noc.preview_action('pause_queue', %s, null, '{\"until_resumed\": true}', null, %s)"
    )
    assert refusal(db, world.franqueado_a, query, A1, at) == "params"
    done = do(db, world.admin, at, "pause_queue", {"until_resumed": True})
    assert (done["in_effect"], done["expires_at"]) == (True, None)


def test_resuming_ends_the_pause_in_a_ramp_and_no_other(
    db: Database, world: World, at: datetime
) -> None:
    paused = do(db, world.franqueado_a, at, "pause_queue")
    do(db, world.franqueado_a, at, "pause_queue", None, None, GROUP_A)
    resumed = do(db, world.franqueado_a, at + MIN, "resume_queue")
    assert resumed["status"] == "succeeded"
    assert status_of(db, paused) == "reverted"
    assert db.one("select noc.queue_share(%s, %s)", A1, at + 2 * MIN) == 0, "the group's holds"
    do(db, world.franqueado_a, at + MIN, "resume_queue", None, None, GROUP_A)
    assert 0 < db.one("select noc.queue_share(%s, %s)", A1, at + 2 * MIN) < 1
    assert db.one("select noc.queue_share(%s, %s)", A1, at + 6 * MIN) == 1


def test_an_action_from_an_alert_stands_in_its_timeline(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    done = do(db, world.franqueado_a, at + S, "pause_queue", alert=alert_id)
    db.run("select noc.revert_expired_actions(%s)", at + 61 * S)
    revert(db, world.franqueado_a, at + 2 * MIN, done)
    assert kinds(db, alert_id) == [
        "opened",
        "action_started",
        "action_worked",
        "action_reverted",
    ]
    with db.acting_as(world.franqueado_a):
        told = db.one("select public.noc_timeline(%s)", alert_id)["data"]["events"]
    assert (told[1]["cause"], told[1]["note"]) == ("pause_queue", REASON)


def test_franqueado_reprocesses_fifty_and_admin_more(
    db: Database, world: World, at: datetime
) -> None:
    handled(db)
    failed_jobs(db, at - MIN, 50)
    plan = preview(db, world.franqueado_a, at, "reprocess", {"kind": "job"})
    assert (plan["size"], plan["confirm"]) == (50, None)
    failed_jobs(db, at - MIN, 1, named="k")
    more = preview(db, world.franqueado_a, at, "reprocess", {"kind": "job"})
    assert more["hint"] == "too_many"
    plan = preview(db, world.admin, at, "reprocess", {"kind": "job"})
    assert (plan["size"], plan["confirm"], plan["requires_approval"]) == (51, 51, False)


@pytest.mark.parametrize(("count", "asked"), [(500, False), (501, True)])
def test_more_than_five_hundred_items_want_a_second_admin(
    db: Database, world: World, at: datetime, count: int, asked: bool
) -> None:
    member(db, "admin")
    handled(db)
    failed_jobs(db, at - MIN, count)
    plan = preview(db, world.admin, at, "reprocess", {"kind": "job"})
    assert plan["requires_approval"] is asked
    done = execute(db, world.admin, at, plan)
    assert done["status"] == ("awaiting_approval" if asked else "running")


@pytest.mark.parametrize(("more", "stale"), [(1, False), (2, True)])
def test_jobs_that_failed_since_the_plan_make_it_stale_beyond_a_tenth(
    db: Database, world: World, at: datetime, more: int, stale: bool
) -> None:
    handled(db)
    failed_jobs(db, at - MIN, 10)
    plan = preview(db, world.franqueado_a, at, "reprocess", {"kind": "job"})
    failed_jobs(db, at - MIN, more, named="k")
    if stale:
        query = "select noc.execute_action(%s, 'k', %s, null, %s)"
        assert refusal(db, world.franqueado_a, query, plan["plan_id"], REASON, at) == "plan_stale"
    else:
        done = execute(db, world.franqueado_a, at, plan)
        assert done["progress"]["items"] == 10, "only what was shown"


def test_a_foreign_job_is_like_none(db: Database, world: World, at: datetime) -> None:
    handled(db)
    (foreign,) = failed_jobs(db, at, company=B1)
    for job in (foreign, uuid4()):
        answer = preview(
            db, world.franqueado_a, at, "reprocess", {"job_ids": [str(job)]}, company=None
        )
        assert answer["hint"] == "scope_not_found"
    mine = preview(
        db, world.franqueado_b, at, "reprocess", {"job_ids": [str(foreign)]}, company=None
    )
    assert (mine["size"], mine["company_cnpj"]) == (1, B1)


def test_dead_messages_wait_again(db: Database, world: World, at: datetime) -> None:
    db.run(
        "insert into public.queue_whatsapp (company_cnpj, external_id, status, state, created_at,"
        " updated_at, run_at, expires_at) select %s, 'd' || n, 'failed', 'dead', %s, %s, %s, %s"
        " from generate_series(1, 2) as n",
        A1, at - HOUR, at - MIN, at - HOUR, at + HOUR,
    )  # fmt: skip
    db.run(
        "insert into noc.message_contents (message_id, recipient, recipient_hash, template,"
        " language, parameters, created_at) select q.message_id, '5511900000001', '', 't',"
        " 'pt_BR', '{}', %s from public.queue_whatsapp as q where q.external_id = 'd1'",
        at,
    )
    plan = preview(db, world.franqueado_a, at, "reprocess", {"kind": "message"})
    assert (plan["size"], plan["confirm"]) == (2, 2)
    done = execute(db, world.franqueado_a, at, plan)
    assert (done["status"], done["progress"]["ok"], done["progress"]["skipped"]) == (
        "partial",
        1,
        1,
    )
    states = db.all(
        "select state::text from public.queue_whatsapp where external_id like 'd_' order by 1"
    )
    assert [row["state"] for row in states] == ["dead", "retry"]


def test_a_notice_goes_to_the_scope_after_thirty_seconds_and_not_twice(
    db: Database, world: World, at: datetime
) -> None:
    db.run(
        "insert into noc.contacts (name, email, role, company_cnpj, opted_in) values"
        " ('a', 'a@x.test', 'cliente', %s, true), ('b', 'b@x.test', 'cliente', %s, false),"
        " ('c', 'c@x.test', 'cliente', %s, true)",
        A1, A1, B1,
    )  # fmt: skip
    params = {"template": "under_investigation"}
    plan = preview(db, world.franqueado_a, at, "notify", params)
    assert (plan["size"], plan["confirm"], plan["counts"]["not_opted_in"]) == (1, 1, 1)
    done = execute(db, world.franqueado_a, at, plan)
    waiting = db.all("select * from noc.notifications where event = 'notice'")
    assert [row["run_at"] for row in waiting] == [at + 30 * S]
    again = preview(db, world.franqueado_a, at, "notify", params)
    query = "select noc.execute_action(%s, 'k', %s, 1, %s)"
    assert refusal(db, world.franqueado_a, query, again["plan_id"], REASON, at) == "cooldown"
    aborted = at_that_time(
        db,
        world.franqueado_a,
        "select noc.abort_action(%s, null, %s)",
        done["action_id"],
        at + 29 * S,
    )
    assert aborted["status"] == "cancelled"
    assert db.one("select state from noc.notifications where event = 'notice'") == "cancelled"


@pytest.mark.parametrize(
    ("email", "phone", "broken", "told"),
    [
        ("a@x.test", "+5511988880001", None, ["email"]),
        ("a@x.test", "+5511988880001", "email", ["whatsapp"]),
        (None, "+5511988880001", None, ["whatsapp"]),
        (None, "+5511988880001", "whatsapp", []),
        ("a@x.test", None, "email", []),
    ],
)
def test_a_notice_takes_the_channel_that_works_mail_first(
    db: Database,
    world: World,
    at: datetime,
    email: str | None,
    phone: str | None,
    broken: str | None,
    told: list[str],
) -> None:
    contact(db, role="cliente", email=email, phone=phone, opted_in=True)
    if broken:
        db.run(f"update noc.contacts set {broken}_broken_at = %s where name = 'Ana'", at)
    params = {"template": "mitigated"}
    if told:
        execute(db, world.franqueado_a, at, preview(db, world.franqueado_a, at, "notify", params))
    else:
        query = "select noc.preview_action('notify', %s, null, %s, null, %s)"
        refused = refusal(db, world.franqueado_a, query, A1, json.dumps(params), at)
        assert refused == "nothing_to_do"
    found = db.all("select channel from noc.notifications where event = 'notice'")
    assert [one["channel"] for one in found] == told


def test_who_operates_the_whole_scope_sees_actions_with_people(
    db: Database, world: World, at: datetime
) -> None:
    do(db, world.admin, at, "pause_queue", None, None, GROUP_B)
    do(db, world.franqueado_a, at, "pause_queue")
    listing = "select noc.list_actions(null, null, null, null, null, %s)"
    mine = at_that_time(db, world.franqueado_a, listing, at)
    assert [a["company_cnpj"] for a in mine["in_effect"]] == [A1]
    assert mine["in_effect"][0]["can"] == {"revert": True, "abort": False, "approve": False}
    assert len(at_that_time(db, world.admin, listing, at)["in_effect"]) == 2


def test_who_only_sees_a_company_is_told_what_is_in_effect_there(
    db: Database, world: World, at: datetime
) -> None:
    do(db, world.admin, at, "pause_queue", None, None, GROUP_A)
    do(db, world.franqueado_a, at, "resume_queue")
    listing = "select noc.list_actions(null, null, null, null, null, %s)"
    told = at_that_time(db, world.cliente_a1, listing, at)
    (pause,) = told["in_effect"]
    assert (pause["company_cnpj"], pause["companies"], pause["group_name"]) == (A1, 1, None)
    assert (pause["by"], pause["reason"], pause["result"]) == (None, None, {})
    assert not any(pause["can"].values())
    assert [told[name] for name in ("awaiting", "running", "review", "history")] == [[]] * 4
    assert at_that_time(db, world.cliente_b1, listing, at)["in_effect"] == []
    assert at_that_time(db, world.cliente_a1, listing, at + HOUR)["in_effect"] == []


def test_an_action_is_told_item_by_item(db: Database, world: World, at: datetime) -> None:
    handled(db)
    jobs = [str(job) for job in failed_jobs(db, at, 2)]
    done = do(db, world.franqueado_a, at, "reprocess", {"job_ids": jobs})
    abort = "select noc.abort_action(%s, null, %s)"
    at_that_time(db, world.franqueado_a, abort, done["action_id"], at + S)
    read = "select noc.action(%s, %s)"
    told = at_that_time(db, world.franqueado_a, read, done["action_id"], at + S)
    assert told["action"]["status"] == "cancelled"
    assert {item["ref"] for item in told["items"]} == set(jobs)
    assert {(item["state"], item["reason"]) for item in told["items"]} == {("skipped", "aborted")}
    assert told["left_off"] == 0
    for stranger in (world.cliente_a1, world.franqueado_b):
        assert refusal(db, stranger, read, done["action_id"], at) == "action_not_found"
        assert refusal(db, stranger, read, uuid4(), at) == "action_not_found"
