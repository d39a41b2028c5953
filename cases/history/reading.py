"""From a row to a case of an older system, with everything that was found on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.casework.models import Case
from cases.casework.origins import Origin
from cases.casework.states import TERMINAL, State
from cases.catalogue.models import Category
from cases.history import cells
from cases.history.kinds import Kind, Weight
from cases.history.mapping import CaseMap
from cases.history.maps import folded
from cases.history.report import Finding
from cases.history.tables import Row


def width(model: Any, name: str) -> int:
    """Return how many characters a column holds."""
    most: int = model._meta.get_field(name).max_length
    return most


MOST_TEXT = 4000  # characters of a description or result
MOST_YEARS = 50  # from the opening to the deadline; what is later stands for "none"
_ORIGIN = ("status", "category", "department", "channel")
_WIDTHS = {"address": width(Case, "address")} | {name: width(Origin, name) for name in _ORIGIN}
_LONGEST_NUMBER = width(Origin, "number")
_BETWEEN = " · "


@dataclass(slots=True)
class Draft:
    """A row as it was understood. What is ``None`` is not known or could not be used; ``findings`` say why."""

    row: int
    number: str = ""
    state: State | None = None
    category: Category | None = None
    point: tuple[float, float] | None = None
    opened: datetime | None = None
    due: datetime | None = None
    ended: datetime | None = None
    texts: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def find(self, kind: Kind, column: str, message: str) -> None:
        """Note a finding."""
        self.findings.append(Finding(self.row, self.number, kind, column, message))

    @property
    def refused(self) -> bool:
        """Whether one of the findings forbids to take the row over."""
        return any(one.kind.weight == Weight.REFUSED for one in self.findings)


class Reader:
    """Reads the rows of one file one after the other, and knows the numbers that came before."""

    def __init__(self, given: CaseMap, at: datetime) -> None:
        self._map, self._at = given, at
        self._seen: dict[str, int] = {}

    def read(self, row: Row) -> Draft:
        """Return what a row says."""
        draft = Draft(row.number)
        self._number(draft, row)
        for fault in row.faults:
            draft.find(Kind.UNREADABLE_ROW, "", fault)
        self._status(draft, row)
        self._category(draft, row)
        self._times(draft, row)
        self._place(draft, row)
        self._texts(draft, row)
        return draft

    def _cell(self, row: Row, name: str) -> Any:
        columns = self._map.columns.get(name)
        return row.cells.get(columns[0]) if columns else None

    def _column(self, name: str) -> str:
        return ", ".join(self._map.columns.get(name, ()))

    def _number(self, draft: Draft, row: Row) -> None:
        number, column = cells.text(self._cell(row, "number")), self._column("number")
        draft.number = number[:_LONGEST_NUMBER]
        if not number:
            draft.find(Kind.NO_NUMBER, column, _("The row has no number by which it could be known again."))
        elif len(number) > _LONGEST_NUMBER:
            most = {"most": _LONGEST_NUMBER}
            draft.find(Kind.LONG_NUMBER, column, _("The number is longer than %(most)s characters.") % most)
        elif number in self._seen:
            first = {"row": self._seen[number]}
            draft.find(
                Kind.DUPLICATE_NUMBER, column, _("Row %(row)s has this number already; that one counts.") % first
            )
        else:
            self._seen[number] = row.number

    def _status(self, draft: Draft, row: Row) -> None:
        word = cells.text(self._cell(row, "status"))
        draft.state = self._map.states.get(folded(word))
        if draft.state is None:
            sentence = _("The map does not say what the status “%(word)s” means.") % {"word": word[:60]}
            draft.find(Kind.UNKNOWN_STATUS, self._column("status"), sentence)
        self._keep(draft, "status", word)

    def _category(self, draft: Draft, row: Row) -> None:
        word, column = cells.text(self._cell(row, "category")), self._column("category")
        draft.category = self._map.categories.get(folded(word))
        self._keep(draft, "category", word)
        if draft.category is not None:
            return
        draft.category = self._map.other_category
        if draft.category is None:
            sentence = _("The map gives no category for “%(word)s”.") % {"word": word[:60]}
            draft.find(Kind.UNKNOWN_CATEGORY, column, sentence)
        else:
            sentence = _("The map gives no category for “%(word)s”; %(code)s is used.")
            draft.find(Kind.OTHER_CATEGORY, column, sentence % {"word": word[:60], "code": draft.category.code})

    def _times(self, draft: Draft, row: Row) -> None:
        self._opened(draft, row)
        if draft.state in TERMINAL:
            self._ended(draft, row)
        elif "closed" in self._map.columns and cells.text(self._cell(row, "closed")):
            sentence = _("The case is open and yet has a time of ending, which is left out.")
            draft.find(Kind.OPEN_WITH_END, self._column("closed"), sentence)
        if "due" in self._map.columns:
            self._due(draft, row)

    def _opened(self, draft: Draft, row: Row) -> None:
        column = self._column("opened")
        with self._readable(draft, Kind.UNREADABLE_TIME, column):
            draft.opened = cells.moment(self._cell(row, "opened"), self._map)
            if draft.opened is None:
                draft.find(Kind.NO_OPENING_TIME, column, _("The row does not say when the case was opened."))
            elif draft.opened > self._at:
                draft.find(Kind.IN_THE_FUTURE, column, _("The case was opened in the future."))

    def _ended(self, draft: Draft, row: Row) -> None:
        column = self._column("closed")
        with self._readable(draft, Kind.UNREADABLE_TIME, column):
            draft.ended = cells.moment(self._cell(row, "closed"), self._map)
            if draft.ended is None:
                sentence = _("The case ended, but the row does not say when; no time is invented for it.")
                draft.find(Kind.ENDED_WITHOUT_TIME, column, sentence)
            elif draft.ended > self._at:
                draft.find(Kind.IN_THE_FUTURE, column, _("The case ended in the future."))
            elif draft.opened is not None and draft.ended < draft.opened:
                sentence = _("The case ended before it was opened. Correct one of the two times.")
                draft.find(Kind.ENDED_BEFORE_OPENED, column, sentence)

    def _due(self, draft: Draft, row: Row) -> None:
        column = self._column("due")
        with self._readable(draft, Kind.UNREADABLE_DEADLINE, column):
            draft.due = cells.moment(self._cell(row, "due"), self._map)
            if draft.due is None:
                draft.find(
                    Kind.NO_DEADLINE, column, _("The case has no deadline and counts neither as in time nor late.")
                )
            elif draft.opened is not None and draft.due < draft.opened:
                draft.due = None
                sentence = _("The deadline lies before the opening; the case is taken over without it.")
                draft.find(Kind.DUE_BEFORE_OPENED, column, sentence)
            elif draft.opened is not None and draft.due.year - draft.opened.year > MOST_YEARS:
                year, draft.due = draft.due.year, None
                raise cells.Unreadable(_("The year %(year)s cannot be meant.") % {"year": year})

    def _place(self, draft: Draft, row: Row) -> None:
        names = [name for name in ("position", "longitude", "latitude") if name in self._map.columns]
        column = ", ".join(self._column(name) for name in names)
        with self._readable(draft, Kind.UNREADABLE_PLACE, column):
            draft.point = cells.position(self._point(row), self._map)
            if draft.point is None:
                draft.find(Kind.NO_PLACE, column, _("The row gives no place, and a case needs one."))

    def _point(self, row: Row) -> tuple[float, float] | None:
        if "position" in self._map.columns:
            return cells.pair(cells.text(self._cell(row, "position")), self._map)
        if "longitude" in self._map.columns:
            lon, lat = (cells.text(self._cell(row, name)) for name in ("longitude", "latitude"))
            return cells.degrees(lon, lat)
        if row.point is None:
            return None
        if len(row.point) != 2:
            raise cells.Unreadable(_("The geometry is no point."))
        return row.point[0], row.point[1]

    def _texts(self, draft: Draft, row: Row) -> None:
        for name in ("description", "result", "address", "department", "channel"):
            parts = [cells.text(row.cells.get(column)) for column in self._map.columns.get(name, ())]
            self._keep(draft, name, _BETWEEN.join(dict.fromkeys(part for part in parts if part)))
        if not draft.texts["description"]:
            draft.texts["description"] = draft.texts["category"] or (draft.category.name if draft.category else "")
            sentence = _("The row has no description; the name of its category stands for it.")
            draft.find(Kind.NO_DESCRIPTION, self._column("description"), sentence)

    def _keep(self, draft: Draft, name: str, value: str) -> None:
        width = _WIDTHS.get(name, MOST_TEXT)
        draft.texts[name] = value[:width].strip()
        if len(value) > width:
            draft.find(
                Kind.TEXT_CUT, self._column(name), _("Only the first %(most)s characters were kept.") % {"most": width}
            )

    @contextmanager
    def _readable(self, draft: Draft, kind: Kind, column: str) -> Iterator[None]:
        try:
            yield
        except cells.Unreadable as fault:
            draft.find(kind, column, str(fault))
