"""Each journal event is passed on once, by whichever publisher claims it; what fails is tried again."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction

from cases.journal.models import Event
from citygrid.accounts.models import User
from citygrid.common import clock, facts
from citygrid.common.facts import Subject
from notifications import publisher
from notifications.publisher import GRACE, group_of, publish_due, sweep

THING = Subject("test.thing", "1", "thing")


@pytest.fixture
def sent(monkeypatch):
    """Collect what would go through the channel layer."""
    found: list[tuple[str, int]] = []

    async def collect(messages):
        found.extend((group, message["event"]) for group, message in messages)

    monkeypatch.setattr(publisher, "_send", collect)
    return found


@pytest.fixture
def user(db):
    return User.objects.create_user("somebody", display_name="Somebody")


def record(subject, kind="account.changed"):
    with transaction.atomic():
        return facts.record(kind, subject, at=clock.now())


def later():
    return clock.now() + 2 * GRACE


def test_a_fact_about_an_account_goes_to_its_group_and_other_facts_to_nobody(user, sent):
    event, other = record(user), record(THING)
    at = later()
    assert publish_due(at=at) == 2
    assert sent == [(group_of(user.pk), event.pk)]
    assert set(Event.objects.values_list("pk", "published_at")) == {(event.pk, at), (other.pk, at)}


def test_publishing_again_tells_nobody_twice(user, sent):
    record(user)
    assert [publish_due(at=later()), publish_due(at=later())] == [1, 0]
    assert len(sent) == 1


def test_young_events_are_left_to_the_process_that_recorded_them(user, sent):
    event = record(user)
    assert publish_due(at=event.recorded_at + GRACE - timedelta(milliseconds=1)) == 0
    assert publish_due(at=event.recorded_at + GRACE) == 1


def test_a_limit_takes_the_oldest_first_and_the_sweep_takes_all(user, sent, monkeypatch):
    events = [record(user).pk for _ in range(7)]
    assert publish_due(at=later(), limit=3) == 3
    assert [event for _, event in sent] == events[:3]
    assert sweep(later()) == 4
    assert [event for _, event in sent] == events


def test_what_could_not_be_sent_stays_due(user, sent, monkeypatch):
    record(user)

    async def broken(messages):
        raise ConnectionError("the channel layer is away")

    with monkeypatch.context() as away:
        away.setattr(publisher, "_send", broken)
        with pytest.raises(ConnectionError):
            publish_due(at=later())
    assert Event.objects.unpublished().count() == 1
    assert publish_due(at=later()) == 1
    assert len(sent) == 1


def test_the_commit_wakes_the_publisher(user, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        event = record(user)
        record(THING)
        assert sent == []
    assert sent == [(group_of(user.pk), event.pk)]
    assert [row.subject_type for row in Event.objects.unpublished()] == ["test.thing"]


def test_what_is_rolled_back_is_not_told(user, sent, django_capture_on_commit_callbacks):
    class Undone(Exception):
        pass

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Undone), transaction.atomic():
        facts.record("account.changed", user, at=clock.now())
        raise Undone
    assert sent == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_publishers_at_the_same_time_tell_each_event_once(sent, monkeypatch):
    monkeypatch.setattr(facts, "_followers", [])
    user = User.objects.create_user("somebody", display_name="Somebody")
    events = [record(user).pk for _ in range(120)]
    at, line = later(), threading.Barrier(4)

    def publish():
        line.wait()
        try:
            while Event.objects.unpublished().exists():
                publish_due(at=at, limit=7)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(event for _, event in sent) == Counter(events)
