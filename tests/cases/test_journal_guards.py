"""The database itself refuses to change what was recorded, on both engines."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from cases.journal import guards
from cases.journal.models import Event, Seal
from cases.journal.seals import seal
from citygrid.common import facts
from citygrid.common.facts import Subject
from tests import cast
from tests.unguarded import unguarded

# ruff: noqa: S608 - these tests write their SQL themselves

pytestmark = pytest.mark.django_db
THING = Subject("test.thing", "1", "a thing")


@pytest.fixture
def journal(db):
    with transaction.atomic():
        for number in range(3):
            facts.record("thing.changed", THING, at=cast.START, number=number)
    seal(cast.START)


def run(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


COLUMNS = [
    column.column
    for column in Event._meta.concrete_fields
    if column.column not in ("published_at", "id", "sequence", "actor_id", "facts", "at", "recorded_at")
]


@pytest.mark.parametrize("column", COLUMNS)
def test_no_text_of_an_event_can_be_changed(journal, column):
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"UPDATE cases_event SET {column} = 'x' WHERE sequence = 2")


@pytest.mark.parametrize(
    "change",
    [
        "id = 99999", "sequence = 77", "actor_id = 5", "facts = '{}'", "at = recorded_at", "recorded_at = at",
        "published_at = NULL", "published_at = recorded_at, kind = 'x'",
    ],
)  # fmt: skip
def test_no_other_column_can_be_changed(journal, change):
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"UPDATE cases_event SET {change} WHERE sequence = 2")


def test_an_event_is_marked_as_published_once(journal):
    assert run("UPDATE cases_event SET published_at = recorded_at WHERE sequence = 2") == 1
    assert Event.objects.unpublished().count() == 2
    for again in ("recorded_at", "NULL"):
        with pytest.raises(IntegrityError, match="append-only"):
            run(f"UPDATE cases_event SET published_at = {again} WHERE sequence = 2")


@pytest.mark.parametrize("table", ["cases_event", "cases_seal"])
def test_nothing_can_be_deleted(journal, table):
    for sql in (f"DELETE FROM {table}", f"DELETE FROM {table} WHERE id = (SELECT MIN(id) FROM {table})"):
        with pytest.raises(IntegrityError, match="append-only"):
            run(sql)


@pytest.mark.parametrize(
    "column", ["up_to = 1", "events = 1", "hash = 'x'", "previous_hash = 'x'", "sealed_at = sealed_at"]
)
def test_a_seal_cannot_be_changed(journal, column):
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"UPDATE cases_seal SET {column}")


def test_an_insert_cannot_replace_a_row(journal):
    names = ", ".join(str(f.column) for f in Event._meta.concrete_fields)
    select = f"SELECT {names} FROM cases_event WHERE sequence = 2"
    if connection.vendor == "sqlite":
        sql = f"INSERT OR REPLACE INTO cases_event ({names}) {select}"
    else:
        sql = f"INSERT INTO cases_event ({names}) {select} ON CONFLICT (id) DO UPDATE SET kind = 'x'"
    with pytest.raises(IntegrityError, match="append-only"):
        run(sql)


@pytest.mark.postgis
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE and no replica role")
@pytest.mark.parametrize("before", ["", "SET LOCAL session_replication_role = replica;"])
def test_truncate_is_refused_even_to_a_replica(journal, before):
    for table in ("cases_event", "cases_seal"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            if before:
                cursor.execute(before)
            cursor.execute(f"TRUNCATE {table}")


def test_the_object_mapper_cannot_do_it_either(journal):
    event = Event.objects.get(sequence=2)
    with pytest.raises(TypeError, match="append-only"):
        Event.objects.all().delete()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        event.delete()
    event.kind = "thing.forged"
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        event.save()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Seal.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_the_flush_command_leaves_the_journal_alone(journal):
    with pytest.raises(CommandError) as refusal:
        call_command("flush", interactive=False)
    assert "append-only" in str(refusal.value.__cause__)
    assert Event.objects.count() == 3


def test_the_guards_are_there_after_a_migration():
    assert guards.missing(connection) == []


def test_a_missing_guard_is_named(journal):
    with unguarded():
        assert "journal_event_keep" in guards.missing(connection)
    assert guards.missing(connection) == []
