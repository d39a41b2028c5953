"""Appending to the journal, and reading it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.journal.canonical import digest, plain
from cases.journal.models import Event
from cases.journal.verify import Verification
from citygrid.common import context, facts
from citygrid.common.facts import Subject
from gridmap.areas.models import Area
from tests import cast

THING = Subject("test.thing", "1", "a thing")
texts = st.text(max_size=60)
numbers = st.one_of(
    st.integers(-(10**30), 10**30), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.1, -0.0, 1e20, 1e23, 5e-324, 1.7e308, 1.5e-7]),
)  # fmt: skip
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts, st.datetimes(timezones=st.timezones())),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(texts, values, max_size=5), text=texts, at=st.datetimes(timezones=st.just(UTC)))
def test_a_row_read_back_has_the_hash_it_was_written_with(data, text, at):
    with transaction.atomic():
        told = facts.Fact("thing.changed", Subject("test.thing", "h", text), at, data=data)
        written = facts._sink[0](told)
    read = Event.objects.get(pk=written.pk)
    assert digest(read) == read.hash == written.hash
    assert read.facts == written.facts


@pytest.mark.parametrize(
    ("given_value", "kept"),
    [
        (2.0, 2), (0.5, 0.5), (1e23, 10**23), (-0.0, 0), ("a\0b", "a\ufffdb"), ("\ud800", "?"), ((1, 2), [1, 2]),
        ({3, 1, 2}, [1, 2, 3]), ({1: "x"}, {"1": "x"}), (True, True),
        (datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))), "2026-01-01T00:00:00.000000+00:00"),
        (datetime(2026, 1, 1).date(), "2026-01-01"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_facts_are_brought_into_a_form_that_both_engines_keep(given_value, kept):
    assert plain(given_value) == kept
    assert type(plain(given_value)) is type(kept)


@pytest.mark.django_db
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_cannot_hold_is_refused(number):
    with transaction.atomic(), pytest.raises(ValueError, match="NaN"):
        facts.record("thing.changed", THING, at=cast.START, number=number)


@pytest.mark.django_db
def test_a_name_that_does_not_fit_is_refused_rather_than_cut():
    for subject, kind in ((THING, "x" * 61), (Subject("t" * 61, "1", ""), "a.b"), (Subject("t", "1" * 41, ""), "a.b")):
        with transaction.atomic(), pytest.raises(ValueError, match="does not fit"):
            facts.record(kind, subject, at=cast.START)


@pytest.mark.django_db
def test_a_time_without_zone_is_refused():
    with transaction.atomic(), pytest.raises(ValueError, match="zone"):
        facts.record("thing.changed", THING, at=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.django_db(transaction=True)
def test_a_fact_needs_the_transaction_that_makes_it_true():
    with pytest.raises(RuntimeError, match="transaction"):
        facts.record("thing.changed", THING, at=cast.START)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_fact_vanishes_with_what_it_told_of():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        facts.record("thing.changed", THING, at=cast.START)
        raise ZeroDivisionError
    with transaction.atomic():
        facts.record("thing.changed", THING, at=cast.START)
    assert Event.objects.get().sequence == 1


@pytest.mark.django_db
def test_every_subject_has_its_own_chain():
    other = Subject("test.thing", "2", "another")
    with transaction.atomic():
        for subject in (THING, other, THING):
            facts.record("thing.changed", subject, at=cast.START)
    mine = list(Event.objects.of(THING).order_by("sequence"))
    assert [event.sequence for event in mine] == [1, 2]
    assert mine[1].previous_hash == mine[0].hash
    assert Event.objects.of(other).get().previous_hash == ""


@pytest.mark.django_db
def test_many_facts_at_once_make_the_same_chains(django_assert_max_num_queries):
    """Chains that exist go on, new ones begin, and one subject may come several times."""
    subjects = [Subject("test.thing", str(key), f"thing {key}") for key in (1, 9, 10, 1, 2, 1)]
    with transaction.atomic():
        facts.record("thing.changed", THING, at=cast.START)
        told = [facts.Fact("thing.changed", one, cast.START, data={"n": n}) for n, one in enumerate(subjects)]
        with django_assert_max_num_queries(6):
            facts.store_all(told)
        facts.record("thing.changed", THING, at=cast.START)
    chain = list(Event.objects.of(THING).order_by("sequence"))
    assert [event.sequence for event in chain] == [1, 2, 3, 4, 5]
    assert [event.facts.get("n") for event in chain] == [None, 0, 3, 5, None]
    assert [event.previous_hash for event in chain[1:]] == [event.hash for event in chain[:-1]]
    assert [event.pk for event in chain] == sorted(event.pk for event in chain)
    assert all(digest(event) == event.hash for event in Event.objects.all())
    assert list(Verification().faults()) == []


@pytest.mark.django_db
def test_many_facts_are_refused_for_one_that_cannot_be_kept():
    good = facts.Fact("thing.changed", THING, cast.START)
    with transaction.atomic(), pytest.raises(ValueError, match="NaN"):
        facts.store_all([good, facts.Fact("thing.changed", THING, cast.START, data={"number": math.nan})])
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_whoever_follows_hears_of_each_of_many(monkeypatch):
    heard: list[str] = []
    monkeypatch.setattr(facts, "_followers", [lambda fact, stored: heard.append(f"{fact.subject.id} {stored.pk}")])
    with transaction.atomic():
        facts.store_all([facts.Fact("thing.changed", Subject("test.thing", key, ""), cast.START) for key in "ba"])
    assert heard == [f"{event.subject_id} {event.pk}" for event in Event.objects.order_by("pk")]


@pytest.mark.django_db
def test_a_chain_is_found_by_the_thing_itself(city):
    assert Event.objects.of(city[cast.OURS]).filter(kind="area.added").get().facts["code"] == cast.OURS


@pytest.mark.django_db
def test_an_event_notes_who_from_where_and_in_which_request(people):
    tokens = context.request_id.set("request-0001"), context.source_ip.set("10.0.0.9")
    with transaction.atomic():
        facts.record("area.changed", Area.objects.get(code=cast.OURS), at=cast.START, by=people["sysadmin"])
    context.request_id.reset(tokens[0])
    context.source_ip.reset(tokens[1])
    event = Event.objects.latest("id")
    assert (event.actor_text, event.actor_id) == ("sysadmin", people["sysadmin"].pk)
    assert (event.request_id, event.source_ip) == ("request-0001", "10.0.0.9")


@pytest.mark.django_db
def test_only_who_may_read_the_journal_sees_it(people):
    readers = {name for name, user in people.items() if Event.objects.visible_to(user, cast.START).exists()}
    assert readers == {"auditor"}
    assert Event.objects.visible_to(people["auditor"]).count() == Event.objects.count()


@pytest.mark.django_db
@pytest.mark.parametrize("sequence", [1, 2])
def test_appending_takes_three_queries_at_most(django_assert_max_num_queries, sequence):
    with transaction.atomic():
        for number in range(sequence - 1):
            facts.record("thing.changed", THING, at=cast.START, number=number)
        with django_assert_max_num_queries(3, connection=connection):
            facts.record("thing.changed", THING, at=cast.START)
