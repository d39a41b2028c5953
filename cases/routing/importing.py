"""Reads the matrix from a table: CSV in UTF-8 or GB 18030. A second run with the same table changes nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.catalogue.models import Category, CategoryStandard
from cases.routing.maintain import About, add_responsibility, change_responsibility
from cases.routing.models import Responsibility
from citygrid.common.errors import Conflict, Invalid
from citygrid.common.textfiles import content_of, text_of
from gridmap.areas.models import Area
from gridmap.departments.models import Department

COLUMNS = ("category", "area", "department", "co_departments", "reason")
_MOST_BYTES = 5_000_000


@dataclass(slots=True)
class Report:
    """How many rows an import added, changed and found as they were."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@transaction.atomic
def import_responsibilities(*, path: Path, at: datetime, by: Any = None) -> Report:
    """Bring the matrix in line with the table, wholly or not at all. Rows that the table does not name stay.

    ``category`` is the code of a category (CJ214-E0102) or of a whole major class (CJ214-E01); ``co_departments`` are
    codes with spaces between. Raises ``NotAllowed``, and ``Invalid`` with a sentence for each faulty row in
    ``fields["rows"]``.
    """
    report, faults = Report(), list[str]()
    for line, row in _read(path):
        try:
            with transaction.atomic():
                _take(row, report, at, by)
        except (Invalid, Conflict) as refusal:
            details = [text for texts in getattr(refusal, "fields", {}).values() for text in texts]
            faults.append(_("Line %(line)d: %(fault)s") % {"line": line, "fault": " ".join(details) or refusal})
    if faults:
        raise Invalid(
            _("The table has %(count)d faults, so nothing was changed. %(first)s")
            % {"count": len(faults), "first": faults[0]},
            fields={"rows": faults},
        )
    return report


def _read(path: Path) -> list[tuple[int, dict[str, str]]]:
    too_large = _("The file %(name)s is too large for a responsibility matrix.") % {"name": path.name}
    text = text_of(content_of(path, most=_MOST_BYTES, too_large=too_large))
    if text is None:
        raise Invalid(_("The file %(name)s is not a text table. Save it as CSV in UTF-8.") % {"name": path.name})
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        raise Invalid(
            _("The first line must name the columns %(all)s. These are missing: %(missing)s.")
            % {"all": ", ".join(COLUMNS), "missing": ", ".join(missing)}
        )
    try:
        rows = [(reader.line_num, {name: (raw[name] or "").strip() for name in COLUMNS}) for raw in reader]
    except csv.Error as error:
        fault = _("Line %(line)d: %(fault)s") % {"line": reader.line_num, "fault": error}
        raise Invalid(fault, fields={"rows": [fault]}) from None
    if not rows:
        raise Invalid(_("The table has no rows."))
    return rows


def _take(row: dict[str, str], report: Report, at: datetime, by: Any) -> None:
    about, area = about_of(row["category"]), _found(Area, row["area"], "area")
    department = _found(Department, row["department"], "department")
    helpers = [_found(Department, code, "co_departments") for code in row["co_departments"].split()]
    given = {"department": department, "co_departments": helpers, "reason": row["reason"], "at": at, "by": by}
    columns = {"category": None, **about.as_columns()}
    present = Responsibility.objects.filter(valid_to=None, area=area, **columns).first()
    if present is None:
        add_responsibility(about=about, area=area, **given)
        report.added += 1
    elif change_responsibility(row=present, **given) is present:
        report.unchanged += 1
    else:
        report.changed += 1


def about_of(code: str) -> About:
    """Return what a code such as CJ214-E0102 or CJ214-E01 stands for. Raises ``Invalid``."""
    category = Category.objects.select_related("standard").filter(code=code).first()
    if category is not None:
        return About(category=category)
    key, _dash, rest = code.rpartition("-")
    standard = CategoryStandard.objects.filter(key=key).first()
    kind = {"C": "component", "E": "event"}.get(rest[:1])
    if standard is None or kind is None or len(rest) != 3:
        fault = _("There is no category or major class “%(code)s”.") % {"code": code}
        raise Invalid(fault, fields={"category": [fault]})
    return About(standard=standard, kind=kind, major_code=rest[1:])


def _found(model: Any, code: str, field: str) -> Any:
    found = model.objects.filter(code=code).first()
    if found is None:
        fault = _("The column “%(column)s” names “%(code)s”, which does not exist.") % {"column": field, "code": code}
        raise Invalid(fault, fields={field: [fault]})
    return found
