"""How the two import commands speak: times in, sentences out."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from gridmap.importing.report import Report, Weight

_MOST_OF_A_KIND = 20
FIGURES: dict[str, Any] = {
    "rows": pgettext_lazy("figure of an import", "rows"),
    "units": pgettext_lazy("figure of an import", "areas"),
    "new": pgettext_lazy("figure of an import", "new"),
    "added": pgettext_lazy("figure of an import", "added"),
    "towns_added": pgettext_lazy("figure of an import", "towns added"),
    "changed": pgettext_lazy("figure of an import", "changed"),
    "renamed": pgettext_lazy("figure of an import", "renamed"),
    "recoded": pgettext_lazy("figure of an import", "with a new code"),
    "codes_adopted": pgettext_lazy("figure of an import", "codes adopted"),
    "moved": pgettext_lazy("figure of an import", "moved"),
    "missing": pgettext_lazy("figure of an import", "missing in the file"),
    "retired": pgettext_lazy("figure of an import", "retired"),
    "abolished": pgettext_lazy("figure of an import", "abolished"),
    "unchanged": pgettext_lazy("figure of an import", "unchanged"),
}


def moment(text: str) -> datetime:
    """Read an ISO time; without a zone it is UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def conclude(command: BaseCommand, result: Any, file: Path | None) -> str:
    """Write the report, to ``file`` too if there is one; return the last line. Raises ``CommandError`` for faults."""
    report: Report = result.report
    if file:
        file.write_text(json.dumps(report.as_data(), ensure_ascii=False, indent=2), "utf-8")
    print_report(report, command.stdout, command.style)
    if report.errors:
        raise CommandError(_("Nothing was imported, as the file has faults (see above)."))
    return summary(report, applied=result.applied)


def print_report(report: Report, out: Any, style: Any) -> None:
    """Write the findings, of each kind the first ones; the JSON report has all."""
    paint = {Weight.ERROR: style.ERROR, Weight.WARNING: style.WARNING, Weight.NOTE: str}
    shown: Counter[str] = Counter()
    for finding in report.findings:
        shown[finding.kind] += 1
        if shown[finding.kind] <= _MOST_OF_A_KIND:
            out.write(paint[finding.weight](finding.message))
    if more := sum(max(0, number - _MOST_OF_A_KIND) for number in shown.values()):
        out.write(_("%(count)s more findings are in the report (--report FILE).") % {"count": more})


def summary(report: Report, *, applied: bool) -> str:
    """Return the last line: counts and seconds."""
    counts = _(", ").join(f"{FIGURES[name]} {number}" for name, number in report.counts.items())
    words = {"counts": counts, "seconds": report.about["seconds"]}
    if applied:
        return _("Imported in %(seconds)s s: %(counts)s.") % words
    return _("Nothing was written (dry run) after %(seconds)s s: %(counts)s.") % words
