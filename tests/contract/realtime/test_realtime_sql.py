"""The realtime schema behaves like the platform's (30_realtime.sql)."""

import uuid
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest


@pytest.fixture
def topic() -> str:
    return f"sql:{uuid.uuid4()}"


def rows(db: psycopg.Connection, topic: str) -> list[tuple[object, ...]]:
    query = (
        "select payload, binary_payload, event, private, extension, id::text"
        " from realtime.messages where topic = %s"
    )
    return db.execute(query, (topic,)).fetchall()


def test_an_object_is_stored_private_with_its_id(db: psycopg.Connection, topic: str) -> None:
    db.execute("select realtime.send('{\"a\": 1}', 'changed', %s)", (topic,))
    [(payload, binary, event, private, extension, message_id)] = rows(db, topic)
    assert payload == {"a": 1, "id": message_id}
    assert (binary, event, private, extension) == (None, "changed", True, "broadcast")


def test_a_payload_keeps_its_own_id(db: psycopg.Connection, topic: str) -> None:
    db.execute("select realtime.send('{\"id\": \"mine\"}', 'changed', %s, false)", (topic,))
    [(payload, _, _, private, _, message_id)] = rows(db, topic)
    assert payload == {"id": "mine"}
    assert message_id != "mine"
    assert private is False


@pytest.mark.parametrize("payload", ["[1, 2]", "3", '"text"'])
def test_an_array_or_scalar_is_lost_with_a_warning(
    db: psycopg.Connection, topic: str, payload: str
) -> None:
    warnings: list[str] = []
    db.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
    db.execute("select realtime.send(%s::jsonb, 'changed', %s)", (payload, topic))
    assert rows(db, topic) == []
    assert [text.startswith("WarnSendingBroadcastMessage: ") for text in warnings] == [True]


def test_a_caller_without_right_loses_the_message_while_the_statement_succeeds(
    db: psycopg.Connection, topic: str
) -> None:
    warnings: list[str] = []
    db.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
    with db.transaction():
        db.execute("set local role authenticated")
        db.execute("select realtime.send('{}', 'changed', %s)", (topic,))
    assert rows(db, topic) == []
    assert "row-level security" in warnings[0]


def test_sending_sets_the_topic_for_the_transaction_only(
    db: psycopg.Connection, topic: str
) -> None:
    with db.transaction():
        db.execute("select realtime.send('{}', 'changed', %s)", (topic,))
        assert db.execute("select realtime.topic()").fetchone() == (topic,)
    assert db.execute("select realtime.topic()").fetchone() == (None,)


def test_bytes_are_stored_as_bytes(db: psycopg.Connection, topic: str) -> None:
    db.execute("select realtime.send_binary('\\x0102', 'changed', %s)", (topic,))
    [(payload, binary, *_)] = rows(db, topic)
    assert (payload, binary) == (None, b"\x01\x02")


def test_a_row_change_is_sent_with_both_records(db: psycopg.Connection, topic: str) -> None:
    db.execute(
        "select realtime.broadcast_changes(%s, 'ev', 'UPDATE', 't', 's', row(1), row(2))", (topic,)
    )
    [(payload, *_)] = rows(db, topic)
    assert isinstance(payload, dict)
    del payload["id"]
    assert payload == {
        "record": {"f1": 1},
        "old_record": {"f1": 2},
        "operation": "UPDATE",
        "table": "t",
        "schema": "s",
    }


@pytest.mark.parametrize(("operation", "level"), [("TRUNCATE", "ROW"), ("INSERT", "STATEMENT")])
def test_another_command_or_a_statement_trigger_raises(
    db: psycopg.Connection, topic: str, operation: str, level: str
) -> None:
    call = "select realtime.broadcast_changes(%s, 'ev', %s, 't', 's', row(1), row(2), %s)"
    with pytest.raises(psycopg.errors.RaiseException, match=r"^Failed to process the row: "):
        db.execute(call, (topic, operation, level))


def test_partitions_reach_from_yesterday_to_three_days_ahead(db: psycopg.Connection) -> None:
    query = (
        "select c.relname, r.rolname from pg_inherits inner join pg_class as c on c.oid = inhrelid"
        " inner join pg_roles as r on r.oid = relowner"
        " where inhparent = 'realtime.messages'::regclass"
    )
    today: date = datetime.now(UTC).date()
    days = [today + timedelta(days=offset) for offset in range(-1, 4)]
    expected = {(f"messages_{day:%Y_%m_%d}", "supabase_realtime_admin") for day in days}
    assert expected <= set(db.execute(query).fetchall())


def test_without_a_policy_an_api_role_reads_nothing(db: psycopg.Connection, topic: str) -> None:
    db.execute("select realtime.send('{}', 'changed', %s)", (topic,))
    with db.transaction():
        db.execute("set local role anon")
        assert rows(db, topic) == []
    with db.transaction():
        db.execute("set local role service_role")
        assert len(rows(db, topic)) == 1


def test_postgres_owns_nothing_in_the_schema(db: psycopg.Connection) -> None:
    query = "select has_schema_privilege('postgres', 'realtime', %s)"
    assert db.execute(query, ("usage",)).fetchone() == (True,)
    assert db.execute(query, ("create",)).fetchone() == (False,)
