"""Brings filing conditions in line with a city's sheet: new ones added, others changed into a new version.

Conditions are known again by their category and text. Reading the same sheet again changes nothing. Every row is used,
or named with its number and the reason why not.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.catalogue import sheets
from cases.catalogue.conditions import FilingCondition
from cases.catalogue.importing import standard_of
from cases.catalogue.limit_text import Unreadable, WrittenLimit, parse_limits
from cases.catalogue.maintain import add_condition, change_condition, limits_of, retire_condition
from cases.catalogue.models import Category, CategoryKind, CategoryStandard, code_of
from cases.catalogue.sheets import Sheet, SheetRow
from cases.catalogue.standards import KNOWN
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Invalid, Refusal
from gridmap.posts.rights import require

_KIND_WORDS = {CategoryKind.COMPONENT: "部件", CategoryKind.EVENT: "事件"}
_TEXTS = ("text", "closing_text", "supervising_body", "responsible_body", "legal_basis", "collection_requirement")


@dataclass(slots=True)
class Report:
    """What an import did, or would do: codes of conditions and categories, and the rows that could not be used."""

    rows: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    unchanged: int = 0
    continued: int = 0  # rows over which a merged condition of a row above reaches
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Run:
    """One import as it goes on."""

    standards: list[CategoryStandard]  # the standard, then its extensions
    at: datetime
    by: Any
    report: Report = field(default_factory=Report)
    categories: dict[str, Category] = field(default_factory=dict)
    known: dict[int, dict[str, FilingCondition]] = field(default_factory=lambda: defaultdict(dict))
    seen: dict[tuple[int, str], str] = field(default_factory=dict)


def import_standards(
    *, path: Path, standard: str, at: datetime, by: Any = None, sheet: str = "", kind: str = "", retire: bool = False,
    skip_faulty: bool = False, dry_run: bool = False,
) -> Report:  # fmt: skip
    """Read the sheet at ``path`` into the standard with the short key ``standard``; wholly, or not at all.

    ``sheet`` names one table of a workbook; without it all with the headings are read. ``kind`` says whether the rows
    are components or events where the sheet does not. ``retire`` retires what the sheet no longer lists under the
    categories that it names. ``skip_faulty`` takes the good rows although others cannot be used. Categories that the
    standard lacks are added to its local extension, if it has one, else to itself. Raises ``NotAllowed``, and
    ``Invalid`` with a sentence for each faulty row (``fields["rows"]``).
    """
    if by is not None:
        require(by, Perm.CATALOGUE_MANAGE, at=at)
    tables = [table for table in sheets.read(path) if not sheet or table.name == sheet]
    if not tables:
        raise Invalid(_("The file has no table “%(sheet)s” with the headings that are needed.") % {"sheet": sheet})
    with transaction.atomic():
        run = _begin(standard, at, by)
        for table in tables:
            _read(table, run, kind or _kind_of(table, path))
        if run.report.faults and not skip_faulty:
            raise Invalid(
                _("%(count)d rows of the sheet cannot be used, so nothing was changed. %(first)s")
                % {"count": len(run.report.faults), "first": run.report.faults[0]},
                fields={"rows": run.report.faults},
            )
        if retire:
            _retire_missing(run)
        if dry_run:
            transaction.set_rollback(True)
    return run.report


def _begin(key: str, at: datetime, by: Any) -> _Run:
    code = next((code for code, spec in KNOWN.items() if spec.key == key), "")
    main = CategoryStandard.objects.filter(key=key).first() or (standard_of(code, at, by) if code else None)
    if main is None:
        keys = [*(spec.key for spec in KNOWN.values()), *CategoryStandard.objects.values_list("key", flat=True)]
        raise Invalid(
            _("The standard “%(key)s” is not known. These are: %(known)s.")
            % {"key": key, "known": ", ".join(sorted(set(keys)))}
        )
    run = _Run([main, *main.extensions.order_by("pk")], at, by)
    run.categories = {row.code: row for row in Category.objects.filter(standard__in=run.standards)}
    rows = FilingCondition.objects.filter(category__standard__in=run.standards, valid_to=None)
    for row in rows.prefetch_related("limits").order_by("code"):
        run.known[row.category_id].setdefault(_plain(row.text), row)
    return run


def _kind_of(table: Sheet, path: Path) -> str:
    """Return what all rows are, by the table's name, its title or the file's name; empty where these do not say."""
    for words in (table.name, *re.findall(r"[((](.*?)[))]", table.title), table.title, path.stem):
        found = [kind for kind, word in _KIND_WORDS.items() if word in words]
        if len(found) == 1:
            return found[0].value
    return ""


def _read(table: Sheet, run: _Run, kind: str) -> None:
    for row in table.rows:
        run.report.rows += 1
        if row.continues:
            run.report.continued += 1
            continue
        place = _("%(sheet)s, row %(row)d") % {"sheet": table.name, "row": row.number}
        try:
            _take(row, place, run, kind)
        except Unreadable as fault:
            run.report.faults.append(f"{place}: {fault}")
        except Refusal as refusal:
            fields = getattr(refusal, "fields", {})
            words = "; ".join(f"{name}: {' '.join(faults)}" for name, faults in fields.items())
            run.report.faults.append(f"{place}: {refusal} {words}".strip())


def _take(row: SheetRow, place: str, run: _Run, kind: str) -> None:
    cells = row.cells
    limits = parse_limits(cells["limits"])
    texts = {name: cells.get(name, "") for name in _TEXTS}
    if clause := cells.get("legal_clause"):
        texts["legal_basis"] = "\n".join(text for text in (texts["legal_basis"], clause) if text)
    own = next((name.value for name, word in _KIND_WORDS.items() if word == cells.get("kind")), kind)
    if own not in CategoryKind.values:
        raise Unreadable(_("Nothing says whether this is a component or an event; say it with --kind."))
    with transaction.atomic():  # a row that is refused leaves no category behind
        category = _category(cells, own, run)
        key = (category.pk, _plain(texts["text"]))
        if key in run.seen:
            raise Unreadable(_("It repeats the condition of %(place)s.") % {"place": run.seen[key]})
        _keep(category, texts, limits, run)
    run.seen[key] = place


def _category(cells: dict[str, str], kind: str, run: _Run) -> Category:
    """Return the category of a row, adding one that is missing. Raises :class:`Unreadable`."""
    major, minor = (cells[name].zfill(2) for name in ("major_code", "minor_code"))
    for code in (major, minor):
        if not re.fullmatch(r"[0-9]{2}", code):
            raise Unreadable(_("“%(code)s” is no code of two digits.") % {"code": code})
    name = re.sub(r"\s+", "", cells["name"])
    if not name:
        raise Unreadable(_("The minor category has no name."))
    fitting = [run.categories.get(code_of(standard, kind, major, minor)) for standard in run.standards]
    for category in fitting:
        if category is not None and _same_name(category.name, name):
            return category
    if fitting[0] is not None:
        raise Unreadable(
            _("%(code)s is “%(known)s” in the standard, not “%(name)s”.")
            % {"code": fitting[0].code, "known": fitting[0].name, "name": name}
        )
    if fitting[-1] is not None:
        raise Unreadable(
            _("%(code)s is “%(known)s” in the city's extension, not “%(name)s”.")
            % {"code": fitting[-1].code, "known": fitting[-1].name, "name": name}
        )
    category = Category(
        standard=run.standards[-1], kind=kind, major_code=major, minor_code=minor, name=name[:60],
        major_name=re.sub(r"\s+", "", cells.get("major_name", ""))[:60],
    )  # fmt: skip
    category.save()
    facts.record("category.added", category, at=run.at, by=run.by, code=category.code, name=category.name)
    run.categories[category.code] = category
    run.report.categories.append(category.code)
    return category


def _keep(category: Category, texts: dict[str, str], limits: tuple[WrittenLimit, ...], run: _Run) -> None:
    known = run.known[category.pk].get(_plain(texts["text"]))
    if known is None:
        row = add_condition(category=category, texts=texts, limits=limits, at=run.at, by=run.by)
        run.report.added.append(row.code)
    else:
        # A sheet without a column says nothing of it; a changed word of the text alone is found by its plain form.
        said = {name: text for name, text in texts.items() if text or name in ("text", "closing_text")}
        if all(getattr(known, name) == text.strip() for name, text in said.items()) and limits_of(known) == [*limits]:
            run.report.unchanged += 1
            return
        row = change_condition(condition=known, texts=said, limits=limits, at=run.at, by=run.by)
        run.report.changed.append(row.code)
    run.known[category.pk][_plain(row.text)] = row


def _retire_missing(run: _Run) -> None:
    for category_id in {category_id for category_id, _text in run.seen}:
        for text, row in run.known[category_id].items():
            if (category_id, text) not in run.seen:
                retire_condition(condition=row, at=run.at, by=run.by)
                run.report.retired.append(row.code)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _same_name(known: str, name: str) -> bool:
    """Whether two names differ in brackets alone, or by what one says in them."""
    a, b = _plain(known), _plain(name)
    forms = [{text, re.sub(r"[()]", "", text), re.sub(r"\(.*?\)", "", text)} for text in (a, b)]
    return bool(forms[0] & forms[1])
