"""``verify_journal`` and ``seal_journal`` on the command line, and the daily run."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from cases.journal.models import Seal
from cases.journal.seals import seal
from citygrid.common import idempotency, periodic
from tests.cases.tampering import B, rewrite, row, write_journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal(db):
    write_journal()


def test_the_command_prints_counts_when_all_is_well(journal, capsys):
    call_command("verify_journal")
    said = capsys.readouterr().out
    assert "12" in said
    assert "2" in said


def test_the_command_fails_and_names_the_row(journal, capsys):
    event = row(B, 2)
    rewrite(event, kind="thing.forged")
    with pytest.raises(CommandError) as failure:
        call_command("verify_journal")
    assert failure.value.returncode == 1
    assert str(event.pk) in capsys.readouterr().err


def test_the_command_verifies_one_chain(journal, capsys):
    rewrite(row(B, 2), kind="thing.forged")
    call_command("verify_journal", subject="test.thing/a")
    assert "6" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("verify_journal", subject="test.thing/b")
    for nonsense in ("test.thing/zzz", "nonsense", "/", "a/"):
        with pytest.raises(CommandError):
            call_command("verify_journal", subject=nonsense)


def test_the_command_takes_seals_kept_elsewhere(journal, capsys):
    last = Seal.objects.latest("id")
    call_command("verify_journal", seal=[f"{last.up_to}:{last.hash}"])
    with pytest.raises(CommandError):
        call_command("verify_journal", seal=[f"{last.up_to}:{'0' * 64}"])
    with pytest.raises(CommandError, match="KEY:HASH"):
        call_command("verify_journal", seal=["nonsense"])


def test_sealing_by_command_shows_what_to_keep_elsewhere(journal, capsys):
    call_command("seal_journal")
    newest = Seal.objects.latest("id")
    assert f"{newest.up_to}:{newest.hash}" in capsys.readouterr().out
    assert newest.events == 12
    call_command("seal_journal")
    assert Seal.objects.count() == 3


def test_the_worker_seals_daily_and_forgets_old_answers_daily():
    daily = {job.run for job in periodic.jobs() if job.every == timedelta(days=1)}
    assert {seal, idempotency.purge} <= daily
