"""Whoever gets past the triggers is found out: every kind of tampering, and the row that was touched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.forms.models import model_to_dict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.journal.canonical import digest
from cases.journal.models import Event, Seal
from cases.journal.seals import SealHash, seal
from cases.journal.verify import Verification
from citygrid.common import facts
from tests import cast
from tests.cases.tampering import A, B, remove, rewrite, rewrite_chain, row, write_journal
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db
SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def journal(db):
    write_journal()


def found():
    return list(Verification().faults())


def whats(faults):
    return {fault.what for fault in faults}


def test_an_untouched_journal_is_whole(journal):
    run = Verification()
    assert list(run.faults()) == []
    assert (run.events, run.subjects, run.seals, run.unsealed) == (12, 2, 2, 2)


def test_an_empty_journal_is_whole():
    assert found() == []


def test_a_journal_with_rolled_back_writes_is_whole(journal):
    for _again in range(3):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            facts.record("thing.changed", A, at=cast.START)
            raise ZeroDivisionError
    with transaction.atomic():
        facts.record("thing.changed", A, at=cast.START)
    seal(cast.START + timedelta(days=20))
    assert found() == []


ALTERATIONS = {
    "kind": "thing.forged", "subject_text": "thing Z", "at": cast.START + timedelta(microseconds=1),
    "recorded_at": cast.START, "actor_id": 7, "actor_text": "somebody else", "from_state": "x", "to_state": "x",
    "facts": {"number": 99}, "source_ip": "10.0.0.1", "request_id": "forged", "hash": "f" * 64,
}  # fmt: skip


@pytest.mark.parametrize("sequence", [1, 3, 6])
@pytest.mark.parametrize("column", ALTERATIONS)
def test_an_altered_row_is_named(journal, column, sequence):
    event = row(A, sequence)
    rewrite(event, **{column: ALTERATIONS[column]})
    faults = [fault for fault in found() if fault.what == "altered"]
    assert [(f.event_id, f.subject, f.sequence) for f in faults] == [(event.pk, "test.thing/a", sequence)]
    assert str(event.pk) in str(faults[0])
    assert "test.thing/a" in str(faults[0])


def test_marking_a_row_as_published_is_no_alteration(journal):
    Event.objects.filter(pk=row(A, 2).pk).update(published_at=cast.START)
    assert found() == []


def test_a_row_moved_to_another_number_is_named(journal):
    event = row(A, 6)
    rewrite(event, sequence=9)
    assert {(f.what, f.event_id) for f in found()} == {("altered", event.pk), ("gap", event.pk)}


def test_a_row_moved_to_another_subject_is_named(journal):
    event = row(A, 6)
    rewrite(event, subject_id="b", sequence=7)
    assert {("altered", event.pk), ("unlinked", event.pk)} <= {(f.what, f.event_id) for f in found()}


def test_a_renumbered_key_is_named_even_when_not_sealed(journal):
    event = row(A, 6)
    rewrite(event, id=event.pk + 500)
    assert ("altered", event.pk + 500) in {(f.what, f.event_id) for f in found()}


def test_two_rows_that_changed_places_are_named(journal):
    first, second = row(A, 2), row(A, 4)
    rewrite(first, sequence=40)
    rewrite(second, sequence=2)
    rewrite(first, sequence=4)
    assert {first.pk, second.pk} <= {f.event_id for f in found() if f.what == "altered"}


@pytest.mark.parametrize("sequence", [1, 2, 5])
def test_a_row_removed_from_the_middle_of_a_chain_is_named(journal, sequence):
    event = row(A, sequence)
    remove(event)
    faults = found()
    gap = next(fault for fault in faults if fault.what == "gap")
    assert (gap.subject, gap.sequence) == ("test.thing/a", sequence + 1)
    assert f"{sequence} to {sequence}" in str(gap)
    if SQLITE:
        assert event.pk in {fault.event_id for fault in faults if fault.what == "removed"}


def test_the_last_rows_of_a_chain_are_missed_where_they_were_sealed(journal):
    lost = [row(A, sequence) for sequence in (4, 5, 6)]
    remove(*lost)
    shortages = [str(fault) for fault in found() if fault.what == "seal_count"]
    assert len(shortages) == 2
    assert str(lost[0].pk) in shortages[0]
    assert str(lost[1].pk) in shortages[1]


def test_a_whole_chain_is_missed_where_it_was_sealed(journal):
    remove(*Event.objects.of(B))
    assert "seal_count" in whats(found())


def test_rows_removed_since_the_last_seal_are_named_on_sqlite(journal):
    remove(row(A, 6), row(B, 6))
    # On PostgreSQL nothing tells this from a rolled back transaction; the documentation says so.
    assert whats(found()) == ({"removed"} if SQLITE else set())


def test_a_row_put_in_without_the_key_is_named(journal):
    last = row(A, 6)
    forged = Event(**model_to_dict(last) | {"id": None, "sequence": 7, "previous_hash": last.hash, "hash": "0" * 64})
    forged.at = forged.recorded_at = cast.START
    forged.save(force_insert=True)
    assert [(f.what, f.event_id) for f in found()] == [("altered", forged.pk)]


def test_a_row_replaced_by_somebody_with_the_key_breaks_the_chain(journal):
    event = row(A, 3)
    event.facts = {"number": 99}
    rewrite(event, facts=event.facts, hash=digest(event))
    faults = found()
    assert ("unlinked", row(A, 4).pk) in {(f.what, f.event_id) for f in faults}
    assert "seal_mismatch" in whats(faults)


def test_a_chain_rewritten_to_its_end_by_somebody_with_the_key_contradicts_the_seal(journal):
    rewrite_chain(A)
    assert whats(found()) == {"seal_mismatch"}


@pytest.mark.parametrize("column", ["events", "hash", "sealed_at"])
def test_a_changed_seal_is_found(journal, column):
    first = Seal.objects.earliest("id")
    value = {"events": 7, "hash": "e" * 64, "sealed_at": cast.START + timedelta(days=99)}[column]
    with unguarded():
        Seal.objects.filter(pk=first.pk).update(**{column: value})
    assert any(fault.what.startswith("seal_") and f"Seal {first.pk} " in str(fault) for fault in found())


def test_a_seal_forged_without_the_key_is_found(journal, settings):
    last = Seal.objects.latest("id")
    real_keys = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["guessed"]
    forged = SealHash(last.hash)
    for event in Event.objects.filter(id__gt=last.up_to).order_by("id"):
        forged.add(event.pk, event.hash)
    up_to = Event.objects.latest("id").pk
    Seal.objects.create(
        up_to=up_to, events=12, sealed_at=cast.START, previous_hash=last.hash,
        hash=forged.close(up_to=up_to, events=12, sealed_at=cast.START),
    )  # fmt: skip
    settings.FIELD_KEYS = real_keys
    assert whats(found()) == {"seal_mismatch"}


def test_a_removed_seal_is_found_when_another_follows(journal):
    first = Seal.objects.earliest("id")
    with unguarded():
        first.delete()
    assert whats(found()) == {"seal_unlinked"}


def test_removed_last_seals_are_found_by_one_kept_elsewhere(journal):
    last = Seal.objects.latest("id")
    with unguarded():
        last.delete()
    assert found() == []
    assert whats(Verification().faults(witnesses={last.up_to: last.hash})) == {"witness"}


def test_a_new_key_in_front_leaves_the_proof_valid_and_a_lost_one_does_not(journal, settings):
    settings.FIELD_KEYS = ["new key", *settings.FIELD_KEYS]
    assert found() == []
    settings.FIELD_KEYS = ["new key"]
    assert len([fault for fault in found() if fault.what == "altered"]) == 12


def test_a_dropped_trigger_is_reported(journal):
    with unguarded():
        assert whats(found()) == {"unguarded"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_to_a_random_row_is_found(journal, data):
    column = data.draw(st.sampled_from([*ALTERATIONS, "previous_hash", "remove"]))
    event = data.draw(st.sampled_from(list(Event.objects.order_by("id")[: 12 if SQLITE else 10])))
    place = transaction.savepoint()
    if column == "remove":
        remove(event)
        assert found()
    else:
        rewrite(event, **{column: ALTERATIONS.get(column, "d" * 64)})
        assert event.pk in {fault.event_id for fault in found() if fault.what == "altered"}
    transaction.savepoint_rollback(place)
