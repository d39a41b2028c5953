"""A small journal, and what somebody could do to it who got past the triggers."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from cases.journal.canonical import digest
from cases.journal.models import Event
from cases.journal.seals import seal
from citygrid.common import facts
from citygrid.common.facts import Subject
from tests import cast
from tests.unguarded import unguarded

A, B = Subject("test.thing", "a", "thing A"), Subject("test.thing", "b", "thing B")


def write_journal():
    """Two chains of six events, woven into each other; sealed after the first eight rows and after the tenth."""
    with transaction.atomic():
        for number in range(12):
            facts.record("thing.changed", (A, B)[number % 2], at=cast.START, number=number, text="字")
            if number in (7, 9):
                seal(cast.START + timedelta(days=number))


def row(subject, sequence):
    return Event.objects.of(subject).get(sequence=sequence)


def rewrite(event, **values):
    """Change a row as somebody would who forgot the hash."""
    with unguarded():
        Event.objects.filter(pk=event.pk).update(**values)


def remove(*events):
    with unguarded() as cursor:
        for event in events:
            cursor.execute("DELETE FROM cases_event WHERE id = %s", [event.pk])


def rewrite_chain(subject):
    previous = ""
    for event in Event.objects.of(subject).order_by("sequence"):
        event.actor_text, event.previous_hash = "nobody", previous
        event.hash = previous = digest(event)
        rewrite(event, actor_text="nobody", previous_hash=event.previous_hash, hash=event.hash)
