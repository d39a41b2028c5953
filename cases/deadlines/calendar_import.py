"""Reads the calendar of one or more years from a file: our own CSV, or the JSON of the holiday-cn project."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.deadlines.models import CalendarYear, DayKind
from cases.deadlines.upkeep import set_year
from citygrid.common.errors import Invalid
from citygrid.common.textfiles import content_of

COLUMNS = ("date", "name_zh", "kind")
_MOST_BYTES = 1_000_000
_LONGEST_NAME = 40

YearDays = dict[date, tuple[str, str]]


@dataclass(slots=True)
class Report:
    """Which years an import changed, and which were so already."""

    changed: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)


@transaction.atomic
def import_calendar(*, path: Path, confirm: bool, at: datetime, by: Any = None, source: str = "") -> Report:
    """Replace the entries of every year in the file, wholly or not at all; confirm them where ``confirm`` says so.

    Reading the same file again changes nothing, and never takes a confirmation back. Raises ``NotAllowed``, and
    ``Invalid`` with a sentence for each faulty entry.
    """
    years, told = read(path)
    report = Report()
    for year, days in sorted(years.items()):
        changed = set_year(
            year=year, days=days, source=source or told or path.name, at=at, by=by,
            confirmed=confirm or _confirmed_as_is(year, days),
        )  # fmt: skip
        (report.changed if changed else report.unchanged).append(year)
    return report


def _confirmed_as_is(year: int, days: YearDays) -> bool:
    from_table = CalendarYear.objects.exclude(confirmed_at=None).filter(year=year).first()
    return from_table is not None and days == {
        day: (kind, name) for day, kind, name in from_table.days.values_list("day", "kind", "name")
    }


def read(path: Path) -> tuple[dict[int, YearDays], str]:
    """Return the days of each year in the file, and the source that it names. Raises ``Invalid``."""
    too_large = _("The file %(name)s is too large for a calendar.") % {"name": path.name}
    content = content_of(path, most=_MOST_BYTES, too_large=too_large)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(_("The file %(name)s is not a text in UTF-8.") % {"name": path.name}) from None
    return parse(text)


def parse(text: str) -> tuple[dict[int, YearDays], str]:
    """Return the days of each year in a text of either form, and the source that it names. Raises ``Invalid``."""
    rows, source = _json(text) if text.lstrip().startswith("{") else (_csv(text), "")
    years: dict[int, YearDays] = {}
    faults: list[str] = []
    for place, day_text, kind, name in rows:
        try:
            day = date.fromisoformat(day_text)
        except ValueError:
            faults.append(
                _("%(place)s: “%(text)s” is no date such as 2027-01-01.") % {"place": place, "text": day_text}
            )
            continue
        if kind not in DayKind.values:
            faults.append(
                _("%(place)s: the kind “%(kind)s” is not holiday or workday.") % {"place": place, "kind": kind}
            )
        elif day in years.get(day.year, {}):
            faults.append(_("%(place)s: %(day)s is there twice.") % {"place": place, "day": day})
        else:
            years.setdefault(day.year, {})[day] = (kind, name[:_LONGEST_NAME])
    if not years and not faults:
        faults.append(_("The calendar has no days: its notice is perhaps not published yet."))
    if faults:
        raise Invalid(
            _("The calendar cannot be used, so nothing was changed. %(first)s") % {"first": faults[0]},
            fields={"days": faults},
        )
    return years, source


def _csv(text: str) -> list[tuple[str, str, str, str]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        raise Invalid(
            _("The first line must name the columns %(all)s. These are missing: %(missing)s.")
            % {"all": ", ".join(COLUMNS), "missing": ", ".join(missing)}
        )
    rows = []
    for row in reader:
        date_text, name, kind = ((row[column] or "").strip() for column in COLUMNS)
        rows.append((_("Line %(line)d") % {"line": reader.line_num}, date_text, kind, name))
    return rows


def _json(text: str) -> tuple[list[tuple[str, str, str, str]], str]:
    """Read the form of holiday-cn: ``{"papers": […], "days": [{"name", "date", "isOffDay"}]}``."""
    try:
        content = json.loads(text)
        days = [(entry["date"], entry["name"], entry["isOffDay"]) for entry in content["days"]]
        papers = [str(paper) for paper in content.get("papers", [])]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Invalid(_("The file is no calendar: it needs “days” with “date”, “name” and “isOffDay”.")) from None
    rows = [
        (
            _("Entry %(number)d") % {"number": number}, str(day), DayKind.HOLIDAY if off else DayKind.WORKDAY,
            str(name),
        )
        for number, (day, name, off) in enumerate(days, start=1)
    ]  # fmt: skip
    return [(place, day, str(kind), name) for place, day, kind, name in rows], (papers[0] if papers else "")[:200]
