"""Saving by statements made before does what Django's own saving does."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from cases.casework.numbers import take_numbers
from cases.deadlines.limits import LimitUnit
from cases.deadlines.models import Clock
from citygrid.common import clock
from citygrid.common.saving import change

pytestmark = pytest.mark.django_db
AT = clock.now()


def _clock(**given: object) -> Clock:
    given = {"subject_id": 7, "kind": "accept", "limit_value": "1.50", "limit_unit": LimitUnit.URGENT_HOUR, **given}
    return Clock(subject_type="cases.case", started_at=AT, pauses=[["a", "b"]], **given)


def test_a_saved_row_reads_back_as_it_was_written() -> None:
    made = _clock()
    with CaptureQueriesContext(connection) as sent:
        made.save(force_insert=True)
    assert len(sent) == 1
    assert made.pk
    read = Clock.objects.get()
    for field in Clock._meta.concrete_fields:
        if field.name != "limit_value":
            assert getattr(read, field.attname) == getattr(made, field.attname), field.name
    assert str(read.limit_value) == "1.50"


def test_an_update_writes_the_named_columns_of_one_row() -> None:
    first, second = _clock(), _clock(subject_id=8)
    first.save()
    second.save()
    first.kind, first.stopped_at = "file", AT
    with CaptureQueriesContext(connection) as sent:
        first.save(update_fields=["stopped_at"])
    assert len(sent) == 1
    read = {one.pk: (one.kind, one.stopped_at) for one in Clock.objects.all()}
    assert read == {first.pk: ("accept", first.stopped_at), second.pk: ("accept", None)}


def test_an_expression_takes_djangos_own_way() -> None:
    made = _clock()
    made.save()
    made.extensions = F("extensions") + 2
    made.save()
    assert Clock.objects.get().extensions == 2


def test_a_constraint_is_kept() -> None:
    _clock().save()
    with pytest.raises(IntegrityError), transaction.atomic():
        _clock().save(force_insert=True)
    assert Clock.objects.count() == 1


def test_change_finds_rows_by_value_and_by_emptiness_and_counts_them() -> None:
    running, stopped = _clock(), _clock(subject_id=8, stopped_at=AT)
    running.save()
    stopped.save()
    assert change(Clock, {"kind": "accept", "stopped_at": None}, kind="file", pauses=[]) == 1
    assert change(Clock, {"id": stopped.pk, "stopped_at": None}, kind="file") == 0
    assert change(Clock, {"id": stopped.pk, "stopped_at": stopped.stopped_at}, warned_at=stopped.stopped_at) == 1
    running.refresh_from_db()
    stopped.refresh_from_db()
    assert (running.kind, running.pauses) == ("file", [])
    assert (stopped.kind, stopped.warned_at) == ("accept", stopped.stopped_at)


def test_the_same_statement_again_takes_its_own_values() -> None:
    day = AT.date()
    assert [take_numbers(day, count)[-1][-4:] for count in (1, 2, 3, 1, 1, 1)] == [
        "0001", "0003", "0006", "0007", "0008", "0009",
    ]  # fmt: skip
