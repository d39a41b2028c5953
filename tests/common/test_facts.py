"""The port to the journal."""

from __future__ import annotations

import pytest

from citygrid.common import facts
from citygrid.common.facts import Subject
from citygrid.common.models import Heartbeat
from tests import cast


@pytest.fixture
def sunk(monkeypatch):
    kept: list = []

    def sink(fact):
        kept.append(fact)
        return len(kept)

    monkeypatch.setattr(facts, "_sink", [sink])
    return kept


def test_a_row_is_named_by_its_model_key_and_words(sunk):
    assert facts.record("worker.started", Heartbeat(pk=7, worker="w1"), at=cast.START, reason="test") == 1
    fact = sunk[0]
    assert fact.subject == Subject("common.heartbeat", "7", "w1")
    assert (fact.kind, fact.at, fact.by, dict(fact.data)) == ("worker.started", cast.START, None, {"reason": "test"})


def test_a_subject_without_a_row_can_be_named_by_hand(sunk):
    facts.record("import.failed", Subject("file", "a.zip", "a.zip"), at=cast.START, from_state="new", to_state="failed")
    assert (sunk[0].subject.text, sunk[0].from_state, sunk[0].to_state) == ("a.zip", "new", "failed")


def test_without_a_journal_nothing_is_recorded_in_silence(monkeypatch):
    monkeypatch.setattr(facts, "_sink", [])
    with pytest.raises(RuntimeError, match="No journal"):
        facts.record("worker.started", Heartbeat(pk=7, worker="w1"), at=cast.START)


def test_the_last_journal_plugged_in_is_the_one(monkeypatch):
    monkeypatch.setattr(facts, "_sink", [])
    facts.plug(lambda fact: "first")
    facts.plug(lambda fact: "second")
    assert facts.record("worker.started", Heartbeat(pk=7, worker="w1"), at=cast.START) == "second"
