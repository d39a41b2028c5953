"""What the journal costs: one append, and a proof of ten thousand events."""

from __future__ import annotations

import pytest
from django.db import transaction

from cases.journal.seals import seal
from cases.journal.verify import Verification
from citygrid.common import facts
from citygrid.common.facts import Subject
from tests import cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
EVENTS, SUBJECTS = 10_000, 500


def record(number):
    thing = Subject("test.thing", str(number % SUBJECTS), "a thing")
    facts.record("thing.changed", thing, at=cast.START, number=number, text="一个不算短的说明", level="grid")


def test_append_one_event_with_its_commit(benchmark):
    numbers = iter(range(1_000_000))

    def append():
        with transaction.atomic():
            record(next(numbers))

    benchmark.pedantic(append, rounds=300, warmup_rounds=20)


def test_append_a_hundred_events_in_one_transaction(benchmark):
    def append():
        with transaction.atomic():
            for number in range(100):
                record(number)

    benchmark.pedantic(append, rounds=10, warmup_rounds=1)


def test_verify_ten_thousand_events(benchmark):
    with transaction.atomic():
        for number in range(EVENTS):
            record(number)
    seal(cast.START)
    run = Verification()
    faults = benchmark.pedantic(lambda: list(run.faults()), rounds=3)
    assert faults == []
    assert run.events == 3 * EVENTS
