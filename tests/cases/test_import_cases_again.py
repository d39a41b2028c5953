"""Cases of an older system: that nothing is taken over twice or by halves; the command."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.casework.models import Case
from cases.casework.origins import Origin
from cases.history import run as running
from cases.history.kinds import Kind
from cases.journal.models import Event
from cases.journal.verify import Verification
from citygrid.common.errors import Conflict
from tests.cases.history import MAP, NOW, as_csv, catalogue, map_file, row, run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def codes(city: Any) -> dict[str, Any]:
    return catalogue()


# --- again, half-way, at the same time --------------------------------------------------------------------------------
def test_a_second_run_changes_nothing_and_says_so(tmp_path):
    path = as_csv(tmp_path, [row("1"), row("2", 截止时间="")])
    run(path)
    events = Event.objects.count()
    report = run(path, at=NOW + timedelta(days=1))
    assert (report.taken_over, report.unchanged, report.different, report.refused) == (0, 2, 0, 0)
    assert report.findings == []
    assert Event.objects.count() == events
    assert Case.objects.count() == 2


def test_a_row_that_differs_from_what_was_taken_over_is_reported_and_not_applied(tmp_path):
    run(as_csv(tmp_path, [row("1"), row("2")]))
    report = run(as_csv(tmp_path, [row("1"), row("2", 处置结果="未处理")]))
    assert (report.counts, report.unchanged, report.different) == ({Kind.CHANGED: 1}, 1, 1)
    assert Case.objects.get(origin__number="2").result == "已清运"


def test_the_same_numbers_of_another_system_are_other_cases(tmp_path):
    run(as_csv(tmp_path, [row()]))
    assert run(as_csv(tmp_path, [row()]), MAP.replace("旧城管", "更旧的系统")).taken_over == 1
    assert sorted(Case.objects.values_list("number", flat=True)) == ["FD201503020001", "FD201503020002"]


def test_a_run_that_was_killed_is_started_again_and_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 2)
    path = as_csv(tmp_path, [row(str(number)) for number in range(5)])
    real, calls = running.take_over, []

    def killed(*args: Any, **more: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **more)

    monkeypatch.setattr(running, "take_over", killed)
    with pytest.raises(KeyboardInterrupt):
        run(path)
    assert Case.objects.count() == Origin.objects.count() == 2
    assert Event.objects.get(kind="cases.imported").facts["taken_over"] == 2
    report = run(path)
    assert (report.taken_over, report.unchanged) == (3, 2)
    assert Case.objects.count() == Event.objects.filter(kind="case.import_history").count() == 5
    assert list(Verification().faults()) == []


def test_a_batch_is_taken_over_wholly_or_not_at_all(tmp_path, monkeypatch):
    run(as_csv(tmp_path, [row("2")]))
    monkeypatch.setattr(running, "known", lambda *_args: {})  # somebody else was faster, after we had looked
    with pytest.raises(Conflict, match="by somebody else"):
        run(as_csv(tmp_path, [row("1"), row("2")]))
    assert Case.objects.count() == Origin.objects.count() == 1
    assert not Event.objects.filter(kind="case.import_history", facts__old_number="1").exists()


def test_a_dry_run_keeps_nothing(tmp_path):
    report = run(as_csv(tmp_path, [row("1"), row("2", 结案时间="")]), apply_it=False)
    assert (report.taken_over, report.refused) == (1, 1)
    assert not Case.objects.exists()
    assert not Event.objects.filter(kind="cases.imported").exists()


# --- the command ------------------------------------------------------------------------------------------------------
def test_the_command_reports_and_ends_with_a_fault_when_rows_were_refused(tmp_path, capsys):
    path = as_csv(tmp_path, [row("1"), row("=2+5", 结案时间=""), row("3", 截止时间="")])
    report = tmp_path / "found.csv"
    with pytest.raises(CommandError, match="1 rows were refused"):
        call_command("import_cases", str(path), "--map", str(map_file(tmp_path)), "--report", str(report))
    out = capsys.readouterr()
    assert "1 × ended, but not said when" in out.err
    assert "Row 3, =2+5" in out.err
    assert "1 × no deadline" in out.out
    assert "Of 3 rows 2 were taken over" in out.out
    lines = report.read_text("utf-8-sig").splitlines()
    assert lines[0] == "row,number,weight,kind,column,message"
    assert lines[1].startswith("3,'=2+5,refused,ended_without_time,结案时间,")
    assert lines[2].startswith("4,3,warning,no_deadline,截止时间,")


def test_the_command_says_that_a_second_run_changed_nothing(tmp_path, capsys):
    path, given = as_csv(tmp_path, [row()]), map_file(tmp_path)
    call_command("import_cases", str(path), "--map", str(given), "--dry-run")
    assert "Nothing was changed. Of 1 rows 1 would be" in capsys.readouterr().out
    for says in ("1 were taken over, 0 were there", "0 were taken over, 1 were there"):
        call_command("import_cases", str(path), "--map", str(given))
        assert says in capsys.readouterr().out


def test_the_command_says_in_a_sentence_what_is_wrong_with_the_map(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_cases", str(as_csv(tmp_path, [row()])), "--map", str(tmp_path / "none.toml"))
