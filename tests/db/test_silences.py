"""Silences: who may silence what, for how long, and what stays visible."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.db.conftest import A1, A2, B1, GROUP_A, GROUP_B, Database, World, member
from tests.db.judging import (
    MIN,
    S,
    alert_of,
    alerts,
    at_that_time,
    judge,
    kinds,
    opened,
    probed,
    recover,
)

pytestmark = pytest.mark.usefixtures("world")

HOUR = 60 * MIN
OMIE = [{"field": "service", "op": "=", "value": "omie"}]


def silence(
    db: Database,
    user: UUID,
    at: datetime,
    matchers: Any = None,
    lasting: timedelta | None = HOUR,
    reason: str | None = "deploy do ERP",
    starts_at: datetime | None = None,
    end_on_resolve: bool = False,
) -> dict[str, Any]:
    """The answer of noc.silence at `at`."""
    answer: dict[str, Any] = at_that_time(
        db,
        user,
        "select noc.silence(%s, %s, %s, %s, %s, %s)",
        Jsonb(OMIE if matchers is None else matchers),
        None if lasting is None else (starts_at or at) + lasting,
        reason,
        starts_at,
        end_on_resolve,
        at,
    )
    return answer


def muted(db: Database, alert_id: UUID) -> str | None:
    """What mutes the alert: silence, maintenance, inhibition; None: people are told."""
    cause: str | None = alert_of(db, alert_id)["muted_by"]
    return cause and cause.split(":")[0]


def test_a_silenced_alert_stays_open_and_listed_and_says_that_it_is(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    silence(db, world.franqueado_a, at + S)
    assert (alert_of(db, alert_id)["state"], muted(db, alert_id)) == ("open", "silence")
    with db.acting_as(world.franqueado_a):
        alert = db.one("select public.noc_timeline(%s)", alert_id)["data"]["alert"]
    assert (alert["muted_by"]["kind"], alert["muted_by"]["reason"]) == ("silence", "deploy do ERP")
    assert kinds(db, alert_id) == ["opened", "muted"]


def test_a_cliente_learns_that_it_is_silenced_and_not_why(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    silence(db, world.franqueado_a, at + S)
    with db.acting_as(world.cliente_a1):
        alert = db.one("select public.noc_timeline(%s)", alert_id)["data"]["alert"]
    assert (alert["muted_by"]["kind"], alert["muted_by"]["reason"]) == ("silence", None)
    assert alert["muted_by"]["id"] is None


def test_what_opens_under_a_silence_is_silenced_from_the_first_moment(
    db: Database, world: World, at: datetime
) -> None:
    silence(db, world.franqueado_a, at)
    probed(db, "omie", "DOWN", at + S, A1)
    judge(db, at + S)
    found = db.all("select muted_by from public.noc_alerts where company_cnpj = %s", A1)
    assert [row["muted_by"].split(":")[0] for row in found] == ["silence"]


def test_it_is_told_again_when_the_silence_is_over(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    silence(db, world.franqueado_a, at, lasting=HOUR)
    judge(db, at + HOUR - S)
    assert muted(db, alert_id) == "silence"
    judge(db, at + HOUR)
    assert muted(db, alert_id) is None
    assert kinds(db, alert_id) == ["opened", "muted", "unmuted"]


def test_it_recovers_under_a_silence_as_any_other(db: Database, world: World, at: datetime) -> None:
    alert_id = opened(db, at)
    silence(db, world.franqueado_a, at)
    recover(db, at + MIN)
    assert alert_of(db, alert_id)["close_reason"] == "recovered"


def test_it_still_holds_when_the_data_stop(db: Database, world: World, at: datetime) -> None:
    alert_id = opened(db, at)
    silence(db, world.franqueado_a, at, lasting=3 * HOUR)
    judge(db, at + HOUR)
    found = db.all("select phase, alert_id from noc.rule_states where alert_id = %s", alert_id)
    assert found == [{"phase": "no_data", "alert_id": alert_id}]
    assert (alert_of(db, alert_id)["state"], muted(db, alert_id)) == ("open", "silence")


def test_it_holds_what_is_told_of_the_silence_of_its_target_too(
    db: Database, world: World, at: datetime
) -> None:
    silence(db, world.franqueado_a, at, lasting=3 * HOUR)
    probed(db, "omie", "UP", at, A1)
    judge(db, at + HOUR)
    (alert,) = alerts(db, code="no_data")
    assert muted(db, alert["alert_id"]) == "silence"


def test_a_silence_that_is_planned_begins_at_its_time(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    silence(db, world.franqueado_a, at, starts_at=at + HOUR)
    judge(db, at + HOUR - S)
    assert muted(db, alert_id) is None
    judge(db, at + HOUR)
    assert muted(db, alert_id) == "silence"


def test_it_ends_with_what_it_silenced_when_asked(db: Database, world: World, at: datetime) -> None:
    silence_id = silence(db, world.franqueado_a, at, end_on_resolve=True)["silence_id"]
    judge(db, at + S)
    opened(db, at + MIN)
    judge(db, at + MIN)
    recover(db, at + 2 * MIN)
    judge(db, at + 2 * MIN)
    ended = "select ended_at from public.noc_silences where silence_id = %s"
    assert db.one(ended, silence_id) == at + 2 * MIN


def test_one_that_does_not_end_on_resolve_stays(db: Database, world: World, at: datetime) -> None:
    opened(db, at)
    silence_id = silence(db, world.franqueado_a, at)["silence_id"]
    recover(db, at + MIN)
    judge(db, at + MIN)
    assert (
        db.one("select ended_at from public.noc_silences where silence_id = %s", silence_id) is None
    )


# Colour: what burns is never green.


def test_a_silenced_critical_is_not_counted_and_is_not_green_either(
    db: Database, world: World, at: datetime
) -> None:
    opened(db, at)
    silence(db, world.franqueado_a, at, [{"field": "company_cnpj", "op": "=", "value": A1}])
    db.run("update noc.engine_state set tick_at = %s", at)
    badge = at_that_time(db, world.cliente_a1, "select noc.badge(%s)", at)
    assert (badge["status"], badge["open_alerts"]) != ("UP", 0)
    assert badge["open_alerts"] == 0


# Scope


def test_a_franqueado_silences_its_own_group_and_nothing_else(
    db: Database, world: World, at: datetime
) -> None:
    mine, other = opened(db, at), opened(db, at, B1)
    silence(db, world.franqueado_a, at)
    assert (muted(db, mine), muted(db, other)) == ("silence", None)
    scope = db.all("select company_cnpj, group_id from public.noc_silences")
    assert scope == [{"company_cnpj": None, "group_id": GROUP_A}]


def test_admin_silences_everywhere(db: Database, world: World, at: datetime) -> None:
    one, other = opened(db, at), opened(db, at, B1)
    silence(db, world.admin, at)
    assert (muted(db, one), muted(db, other)) == ("silence", "silence")


@pytest.mark.parametrize("who", ["cliente_a1", "franqueado_b", "stranger"])
def test_who_does_not_operate_a_company_cannot_silence_it_and_the_attempt_is_on_record(
    db: Database, world: World, at: datetime, who: str
) -> None:
    alert_id = opened(db, at)
    named = [{"field": "company_cnpj", "op": "=", "value": A1}]
    answer = silence(db, getattr(world, who), at, named)
    assert answer["code"] == "PT404"
    assert muted(db, alert_id) is None
    assert db.one("select count(*) from public.noc_silences") == 0
    assert db.one("select count(*) from public.noc_audit where action = 'refused'") == 1


@pytest.mark.parametrize("who", ["cliente_a1", "stranger"])
def test_who_operates_nothing_cannot_silence_even_without_naming_a_company(
    db: Database, world: World, at: datetime, who: str
) -> None:
    assert silence(db, getattr(world, who), at)["code"] == "PT404"


def test_a_company_that_leaves_the_group_leaves_its_silence(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    silence(db, world.franqueado_a, at)
    db.run("update public.companies set group_id = %s where company_cnpj = %s", GROUP_B, A1)
    judge(db, at + S)
    assert muted(db, alert_id) is None


def test_a_foreign_alert_and_none_are_alike(db: Database, world: World, at: datetime) -> None:
    foreign = opened(db, at, B1)
    for alert_id in (foreign, uuid4()):
        named = [{"field": "alert_id", "op": "=", "value": str(alert_id)}]
        assert silence(db, world.franqueado_a, at, named)["code"] == "PT404"
        error = db.refused(
            world.franqueado_a, "select public.noc_preview_silence(%s)", Jsonb(named)
        )
        assert (error.sqlstate, error.diag.message_hint) == ("PT404", "scope_not_found")


def test_one_alert_is_silenced_alone(db: Database, world: World, at: datetime) -> None:
    one, other = opened(db, at), opened(db, at, A2)
    silence(db, world.franqueado_a, at, [{"field": "alert_id", "op": "=", "value": str(one)}])
    assert (muted(db, one), muted(db, other)) == ("silence", None)


def test_who_operates_several_scopes_names_one(db: Database, world: World, at: datetime) -> None:
    both = member(db, "franqueado", company=A1)
    db.run(
        "insert into noc.memberships (user_id, role, company_cnpj) values (%s, 'franqueado', %s)",
        both,
        B1,
    )
    error = db.refused(
        both, "select noc.silence(%s, %s, 'x', null, false, %s)",
        Jsonb(OMIE), at + HOUR, at, role="postgres",
    )  # fmt: skip
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "matchers")
    assert "silence_id" in silence(
        db, both, at, [*OMIE, {"field": "company_cnpj", "op": "=", "value": B1}]
    )


# Limits


@pytest.mark.parametrize(
    ("who", "lasting", "taken"),
    [
        ("franqueado_a", 24 * HOUR, True),
        ("franqueado_a", 24 * HOUR + S, False),
        ("admin", 7 * 24 * HOUR, True),
        ("admin", 7 * 24 * HOUR + S, False),
        ("admin", MIN, True),
        ("admin", MIN - S, False),
        ("admin", None, False),
    ],
)
def test_a_silence_has_an_end_within_the_limit_of_the_role(
    db: Database, world: World, at: datetime, who: str, lasting: timedelta | None, taken: bool
) -> None:
    if taken:
        assert "silence_id" in silence(db, getattr(world, who), at, lasting=lasting)
        return
    error = db.refused(
        getattr(world, who),
        "select noc.silence(%s, %s, 'x', null, false, %s)",
        Jsonb(OMIE),
        None if lasting is None else at + lasting,
        at,
        role="postgres",
    )
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "ends_at")


@pytest.mark.parametrize(("who", "still"), [("franqueado_a", None), ("admin", "silence")])
def test_a_franqueado_silences_a_critical_alert_for_four_hours_at_most(
    db: Database, world: World, at: datetime, who: str, still: str | None
) -> None:
    alert_id = opened(db, at)
    silence(db, getattr(world, who), at, lasting=24 * HOUR)
    judge(db, at + 4 * HOUR - S)
    assert muted(db, alert_id) == "silence"
    judge(db, at + 4 * HOUR)
    assert muted(db, alert_id) == still


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_a_silence_has_a_reason(
    db: Database, world: World, at: datetime, reason: str | None
) -> None:
    error = db.refused(
        world.admin, "select noc.silence(%s, %s, %s, null, false, %s)",
        Jsonb(OMIE), at + HOUR, reason, at, role="postgres",
    )  # fmt: skip
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "reason")


@pytest.mark.parametrize(
    ("matchers", "said"),
    [
        ([], "1 to 10"),
        ([OMIE[0]] * 11, "1 to 10"),
        ({"service": "omie"}, "1 to 10"),
        (["omie"], "object"),
        ([{"field": "name", "op": "=", "value": "x"}], "field must be one of"),
        ([{"field": "service", "op": "like", "value": "x"}], "op must be one of"),
        ([{"field": "service", "op": "=", "value": 3}], "must be a text"),
        ([{"field": "service", "op": "=", "value": "x" * 201}], "200 characters"),
        ([{"field": "service", "op": "in", "value": "omie"}], "list of 1 to 100"),
        ([{"field": "service", "op": "in", "value": []}], "list of 1 to 100"),
        ([{"field": "service", "op": "~", "value": "("}], "not a regular expression"),
        ([{"field": "service", "op": "~", "value": "x" * 101}], "at most 100 characters"),
        ([{"field": "service", "op": "~", "value": "(a)\\1"}], "back references"),
        ([{"field": "service", "op": "~", "value": ".*"}], "must name something"),
        ([{"field": "service", "op": "!=", "value": "omie"}], "must name something"),
    ],
)
def test_matchers_that_say_nothing_clear_are_refused_by_name(
    db: Database, world: World, matchers: Any, said: str
) -> None:
    error = db.refused(world.admin, "select public.noc_preview_silence(%s)", Jsonb(matchers))
    assert (error.sqlstate, error.diag.message_hint) == ("PT400", "matchers")
    assert said in str(error)


@pytest.mark.parametrize(
    ("matcher", "holds"),
    [
        ({"field": "service", "op": "=", "value": "omie"}, True),
        ({"field": "service", "op": "=", "value": "Omie"}, False),
        ({"field": "service", "op": "in", "value": ["f360", "omie"]}, True),
        ({"field": "service", "op": "in", "value": ["f360"]}, False),
        ({"field": "service", "op": "~", "value": "om.e"}, True),
        ({"field": "service", "op": "~", "value": "om"}, False),  # whole, as Alertmanager's
        ({"field": "service", "op": "~", "value": "f360|omie"}, True),
        ({"field": "code", "op": "=", "value": "service_down"}, True),
        ({"field": "severity", "op": "=", "value": "critical"}, True),
        ({"field": "severity", "op": "=", "value": "warning"}, False),
        ({"field": "target", "op": "=", "value": "service:omie"}, True),
        ({"field": "company_cnpj", "op": "=", "value": "zz.zzz.zzz/zzzz-62"}, True),
        ({"field": "company_cnpj", "op": "in", "value": [A2]}, False),
        ({"field": "group_id", "op": "=", "value": str(GROUP_A)}, True),
        ({"field": "endpoint", "op": "=", "value": "GET /x"}, False),
    ],
)
def test_a_preview_counts_what_the_matchers_reach(
    db: Database, world: World, at: datetime, matcher: dict[str, Any], holds: bool
) -> None:
    alert_id = opened(db, at)
    with db.acting_as(world.franqueado_a):
        preview = db.one("select public.noc_preview_silence(%s)", Jsonb([matcher]))["data"]
    assert (preview["matching"], preview["critical"]) == ((1, 1) if holds else (0, 0))
    assert [row["alert_id"] for row in preview["alerts"]] == ([str(alert_id)] if holds else [])


def test_every_matcher_has_to_hold_and_one_may_exclude(
    db: Database, world: World, at: datetime
) -> None:
    opened(db, at)
    f360 = opened(db, at, service="f360")
    matchers = [
        {"field": "code", "op": "=", "value": "service_down"},
        {"field": "service", "op": "!=", "value": "omie"},
    ]
    with db.acting_as(world.franqueado_a):
        preview = db.one("select public.noc_preview_silence(%s)", Jsonb(matchers))["data"]
    assert [row["alert_id"] for row in preview["alerts"]] == [str(f360)]


# Ending and listing


def test_a_silence_is_ended_by_who_operates_it_and_told_at_once(
    db: Database, world: World, at: datetime
) -> None:
    alert_id = opened(db, at)
    silence_id = silence(db, world.franqueado_a, at)["silence_id"]
    end = "select noc.end_silence(%s, 'terminou', %s)"
    for stranger in (world.cliente_a1, world.franqueado_b):
        answer = at_that_time(db, stranger, end, silence_id, at + S)
        assert (answer["code"], answer["hint"]) == ("PT404", "silence_not_found")
    at_that_time(db, world.franqueado_a, end, silence_id, at + MIN)
    assert muted(db, alert_id) is None
    error = db.refused(world.admin, end, silence_id, at + MIN, role="postgres")
    assert (error.sqlstate, error.diag.message_hint) == ("PT409", "already_ended")


def test_everybody_lists_the_silences_of_what_it_operates(
    db: Database, world: World, at: datetime
) -> None:
    opened(db, at)
    silence(db, world.franqueado_a, at)
    silence(db, world.franqueado_b, at)
    silence(db, world.admin, at, [{"field": "service", "op": "=", "value": "f360"}])
    listed = {
        who: [
            (row["group_id"], row["muting"])
            for row in at_that_time(
                db, getattr(world, who), "select noc.list_silences(false, %s)", at + S
            )
        ]
        for who in ("admin", "franqueado_a", "franqueado_b", "cliente_a1", "stranger")
    }
    assert listed["franqueado_a"] == [(str(GROUP_A), 1)]
    assert listed["franqueado_b"] == [(str(GROUP_B), 0)]
    assert len(listed["admin"]) == 3
    assert listed["cliente_a1"] == listed["stranger"] == []


def test_an_ended_silence_is_listed_only_when_asked_for(
    db: Database, world: World, at: datetime
) -> None:
    silence(db, world.franqueado_a, at)
    listed = "select jsonb_array_length(noc.list_silences(%s, %s))"
    for after, shown in ((HOUR - S, 1), (HOUR, 0)):
        assert at_that_time(db, world.franqueado_a, listed, False, at + after) == shown
        assert at_that_time(db, world.franqueado_a, listed, True, at + after) == 1


def test_a_silence_is_on_the_trail_with_its_reason(
    db: Database, world: World, at: datetime
) -> None:
    silence(db, world.franqueado_a, at)
    entry = db.all("select * from public.noc_audit where action = 'silence'")[0]
    assert (entry["actor"], entry["payload"]["note"]) == (world.franqueado_a, "deploy do ERP")
