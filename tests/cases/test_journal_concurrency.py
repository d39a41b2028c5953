"""Many writers at once: chains stay without gaps, seals stay true, and crosswise writers get a sentence."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import translation

from cases.journal.models import Event, Seal
from cases.journal.seals import seal
from cases.journal.verify import Verification
from citygrid.common import facts
from citygrid.common.errors import Busy
from citygrid.common.facts import Subject
from tests import cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
on_postgis = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


def thing(key):
    return Subject("test.thing", str(key), f"thing {key}")


def write(*keys):
    with transaction.atomic():
        for key in keys:
            facts.record("thing.changed", thing(key), at=cast.START)


def together(jobs, threads=8):
    """Run the jobs in threads that each close their connection; return results and exceptions."""

    def guarded(job):
        try:
            with translation.override("en"):  # a thread starts in the language of the installation
                return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(guarded, jobs))


def test_eight_writers_of_one_subject_leave_no_gap():
    results = together([lambda: write("one")] * 80)
    assert Counter(results) == {None: 80}
    assert list(Event.objects.order_by("id").values_list("sequence", flat=True)) == list(range(1, 81))
    assert list(Verification().faults()) == []


def test_writers_of_different_subjects_and_sealers_leave_everything_whole():
    jobs: list[partial[Any]] = [partial(write, n % 7, n % 7 + 10) for n in range(70)]
    jobs[20:20] = jobs[50:50] = [partial(seal, cast.START, patience=timedelta(seconds=20))] * 3
    faults = [result for result in together(jobs) if isinstance(result, Exception)]
    assert all(isinstance(fault, Busy) for fault in faults), faults
    seal(cast.START + timedelta(days=1))
    assert Seal.objects.latest("id").events == Event.objects.count() == 140
    assert list(Verification().faults()) == []


@on_postgis
@pytest.mark.postgis
def test_writers_of_different_subjects_do_not_wait_for_each_other():
    written, done = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            facts.record("thing.changed", thing("slow"), at=cast.START)
            written.set()
            assert done.wait(10)

    def quick():
        assert written.wait(10)
        write("quick")
        done.set()

    assert together([slow, quick]) == [None, None]


@on_postgis
@pytest.mark.postgis
def test_crosswise_writers_are_told_to_try_again():
    meeting = threading.Barrier(2, timeout=10)

    def crosswise(first, second):
        with transaction.atomic():
            facts.record("thing.changed", thing(first), at=cast.START)
            meeting.wait()
            facts.record("thing.changed", thing(second), at=cast.START)

    results = together([lambda: crosswise("a", "b"), lambda: crosswise("b", "a")])
    refused = [result for result in results if result is not None]
    assert [type(fault) for fault in refused] == [Busy]
    assert (refused[0].status, refused[0].code) == (409, "busy")
    assert Event.objects.count() == 2
    assert list(Verification().faults()) == []


@on_postgis
@pytest.mark.postgis
def test_a_seal_waits_for_an_earlier_key_that_commits_later():
    taken, later, commit = threading.Event(), threading.Event(), threading.Event()

    def early_key_late_commit():
        with transaction.atomic():
            facts.record("thing.changed", thing("early"), at=cast.START)
            taken.set()
            assert commit.wait(20)

    def late_key_early_commit():
        assert taken.wait(10)
        write("late")
        later.set()

    def seals():
        assert later.wait(10)
        with pytest.raises(Busy, match="long transaction"):
            seal(cast.START, patience=timedelta(seconds=0.5))
        commit.set()
        return seal(cast.START)

    sealed = together([early_key_late_commit, late_key_early_commit, seals])[2]
    assert sealed.events == 2
    assert list(Verification().faults()) == []


@on_postgis
@pytest.mark.postgis
def test_a_seal_does_not_stop_writers():
    taken, commit = threading.Event(), threading.Event()

    def long_writer():
        with transaction.atomic():
            facts.record("thing.changed", thing("long"), at=cast.START)
            taken.set()
            assert commit.wait(20)

    def sealer():
        assert taken.wait(10)
        write("before")
        return seal(cast.START, patience=timedelta(seconds=15))

    def writer():
        assert taken.wait(10)
        for _again in range(5):
            write("meanwhile")
        commit.set()

    results = together([long_writer, sealer, writer])
    assert results[0] is results[2] is None
    assert isinstance(results[1], Seal)
    assert list(Verification().faults()) == []


def test_two_sealers_at_once_make_one_seal():
    write("one")
    results = together([lambda: seal(cast.START)] * 6)
    assert Seal.objects.count() == 1
    assert all(result is None or isinstance(result, Seal | Busy) for result in results), results
