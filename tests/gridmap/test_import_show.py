"""What the import commands and the page say at the end."""

from __future__ import annotations

from gridmap.areas.models import Level
from gridmap.divisions.compare import Diff
from gridmap.importing.plan import Plan
from gridmap.importing.report import Report
from gridmap.importing.show import FIGURES, summary


def test_every_figure_of_a_summary_has_a_name_in_words():
    assert set(FIGURES) == {"rows", "units", *Plan(Level.GRID).counts(), *Diff(Level.STREET).counts()}


def test_a_summary_tells_a_trial_from_an_import():
    report = Report()
    report.about["seconds"] = 0.2
    report.counts.update(rows=3, units=2, missing=1)

    assert summary(report, applied=True) == "Imported in 0.2 s: rows 3, areas 2, missing in the file 1."
    assert summary(report, applied=False).startswith("Nothing was written (dry run) after 0.2 s: rows 3")
