"""Reads categories from a table: adds, renames and retires them, and never deletes one.

The table has one row for each minor category, with the columns of :data:`COLUMNS`. It is the whole list of every
standard that it names: a category of such a standard that is not in the table is retired. Standards it does not name
are left alone. Reading the same table again changes nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.catalogue.models import Category, CategoryKind, CategoryStandard, code_of
from cases.catalogue.standards import KNOWN
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Invalid
from citygrid.common.textfiles import content_of, text_of
from gridmap.posts.rights import require

COLUMNS = ("standard", "kind", "major_code", "major_name", "major_name_en", "minor_code", "name", "name_en")
_MAY_BE_EMPTY = {"major_name_en", "name_en"}
_NAMES = ("major_name", "major_name_en", "name", "name_en")
_LONGEST: dict[str, int] = {name: Category._meta.get_field(name).max_length for name in _NAMES}  # type: ignore[union-attr,misc]
_MOST_BYTES = 5_000_000

Row = dict[str, str]


@dataclass(slots=True)
class Report:
    """What an import did, or would do: codes of categories."""

    added: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def changes(self) -> int:
        """How many categories are different afterwards."""
        return len({*self.added, *self.renamed, *self.retired, *self.restored})


def import_categories(*, path: Path, at: datetime, by: Any = None, dry_run: bool = False) -> Report:
    """Bring the catalogue in line with the table at ``path`` (CSV in UTF-8 or GB 18030), wholly or not at all.

    With ``dry_run`` nothing is kept. ``by`` is ``None`` for the system itself. Raises ``NotAllowed``, and ``Invalid``
    with a sentence for each faulty row (``fields["rows"]``).
    """
    if by is not None:
        require(by, Perm.CATALOGUE_MANAGE, at=at)
    table = read(path)
    with transaction.atomic():
        report = _bring_in_line(table, at, by)
        if dry_run:
            transaction.set_rollback(True)
    return report


def read(path: Path) -> list[Row]:
    """Return the rows of the table, each checked. Raises ``Invalid`` naming every faulty line."""
    too_large = _("The file %(name)s is too large for a list of categories.") % {"name": path.name}
    content = content_of(path, most=_MOST_BYTES, too_large=too_large)
    reader = csv.DictReader(io.StringIO(_decode(content, path.name), newline=""))
    if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
        raise Invalid(
            _("The first line must name the columns %(all)s. These are missing: %(missing)s.")
            % {"all": ", ".join(COLUMNS), "missing": ", ".join(missing)}
        )
    rows: list[Row] = []
    faults: list[str] = []
    seen: dict[tuple[str, ...], int] = {}
    try:
        for raw in reader:
            row = {name: (raw[name] or "").strip() for name in COLUMNS}
            rows.append(row)
            place = (row["standard"], row["kind"], row["major_code"], row["minor_code"])
            found = list(_faults(row))
            if place in seen:
                found.append(_("It repeats the category of line %(line)d.") % {"line": seen[place]})
            seen.setdefault(place, reader.line_num)
            faults += [_("Line %(line)d: %(fault)s") % {"line": reader.line_num, "fault": fault} for fault in found]
    except csv.Error as error:
        faults.append(_("Line %(line)d: %(fault)s") % {"line": reader.line_num, "fault": error})
    if not rows and not faults:
        faults.append(_("The table has no rows. An empty list would retire nothing and add nothing."))
    if faults:
        raise Invalid(
            _("The table has %(count)d faults, so nothing was changed. %(first)s")
            % {"count": len(faults), "first": faults[0]},
            fields={"rows": faults},
        )
    return rows


def _decode(content: bytes, name: str) -> str:
    text = text_of(content)
    if text is not None:
        return text
    raise Invalid(_("The file %(name)s is not a text table. Save it as CSV in UTF-8.") % {"name": name})


def _faults(row: Row) -> Iterable[str]:
    for name in COLUMNS:
        if not row[name] and name not in _MAY_BE_EMPTY:
            yield _("The column “%(column)s” is empty.") % {"column": name}
    if row["kind"] and row["kind"] not in CategoryKind.values:
        yield _("The kind “%(kind)s” is not known; write component or event.") % {"kind": row["kind"]}
    for name in ("major_code", "minor_code"):
        if row[name] and not re.fullmatch(r"[0-9]{2}", row[name]):
            yield _("The code “%(code)s” in “%(column)s” has not two digits.") % {"code": row[name], "column": name}
    for name in _NAMES:
        limit = _LONGEST[name]
        if len(row[name]) > limit:
            yield _("The text in “%(column)s” has more than %(limit)d characters.") % {"column": name, "limit": limit}


def _bring_in_line(table: list[Row], at: datetime, by: Any) -> Report:
    report = Report()
    standards = {code: standard_of(code, at, by) for code in dict.fromkeys(row["standard"] for row in table)}
    known = {
        category.code: category for category in Category.objects.filter(standard__in=standards.values())
    }  # fmt: skip
    listed = set()
    for row in table:
        standard = standards[row["standard"]]
        code = code_of(standard, row["kind"], row["major_code"], row["minor_code"])
        listed.add(code)
        if code in known:
            _update(known[code], row, report, at, by)
        else:
            _add(standard, row, report, at, by)
    for code, category in known.items():
        if code not in listed and category.retired_at is None:
            _retire(category, report, at, by)
    return report


def standard_of(code: str, at: datetime, by: Any) -> CategoryStandard:
    """Return the standard, creating one that the product knows. Raises ``Invalid`` for any other."""
    found = CategoryStandard.objects.filter(code=code).first()
    if found:
        return found
    spec = KNOWN.get(code)
    if spec is None:
        raise Invalid(
            _("The standard “%(code)s” is not known. Add it in the administration first; these are known: %(known)s.")
            % {
                "code": code,
                "known": ", ".join(
                    [*KNOWN, *CategoryStandard.objects.exclude(code__in=KNOWN).values_list("code", flat=True)]
                ),
            }
        )
    standard = CategoryStandard.objects.create(
        code=code, key=spec.key, name=spec.name, name_en=spec.name_en,
        extends=standard_of(spec.extends, at, by) if spec.extends else None,
    )  # fmt: skip
    facts.record("category_standard.added", standard, at=at, by=by, code=code, key=spec.key)
    return standard


def _add(standard: CategoryStandard, row: Row, report: Report, at: datetime, by: Any) -> None:
    category = Category.objects.create(**{**row, "standard": standard})
    facts.record("category.added", category, at=at, by=by, code=category.code, name=category.name)
    report.added.append(category.code)


def _update(category: Category, row: Row, report: Report, at: datetime, by: Any) -> None:
    changed = {name: row[name] for name in _NAMES if getattr(category, name) != row[name]}
    restored = category.retired_at is not None
    if not changed and not restored:
        report.unchanged += 1
        return
    before = {name: getattr(category, name) for name in changed}
    for name, value in changed.items():
        setattr(category, name, value)
    category.retired_at = None
    category.save(update_fields=[*changed, "retired_at"])
    if changed:
        facts.record("category.renamed", category, at=at, by=by, before=before, after=changed)
        report.renamed.append(category.code)
    if restored:
        facts.record("category.restored", category, at=at, by=by, code=category.code)
        report.restored.append(category.code)


def _retire(category: Category, report: Report, at: datetime, by: Any) -> None:
    category.retired_at = at
    category.save(update_fields=["retired_at"])
    facts.record("category.retired", category, at=at, by=by, code=category.code)
    report.retired.append(category.code)
