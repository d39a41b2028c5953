"""From a row to a ticket of an older hotline, with everything that was found on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cases.history import cells
from cases.history.kinds import Kind, Weight
from cases.history.maps import folded
from cases.history.report import Finding
from cases.history.tables import Row
from cases.history.ticket_mapping import TicketMap
from cases.hotline.models import Ticket
from cases.hotline.origins import TicketOrigin
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.services import CallerTold
from cases.hotline.states import TERMINAL, TicketState
from citygrid.common.errors import Invalid
from gridmap.departments.models import Department
from gridmap.registers import checks

MOST_TEXT = 4000  # characters of a text or an answer
_CONFIDENTIAL = frozenset({"1", "是", "保密", "y", "yes", "true", "confidential"})
_OPEN = frozenset({"", "0", "否", "公开", "不保密", "n", "no", "false"})
_BETWEEN = " · "


def width(model: Any, name: str) -> int:
    """Return how many characters a column holds."""
    most: int = model._meta.get_field(name).max_length
    return most


_WIDTHS = {
    "title": width(Ticket, "title"),
    "address": width(Ticket, "address"),
    "caller_name": 60,
    "caller_address": 200,
}
_WIDTHS |= {name: width(TicketOrigin, name) for name in ("status", "category", "unit", "channel")}
_LONGEST_NUMBER = width(TicketOrigin, "number")


@dataclass(slots=True)
class Draft:
    """A row as it was understood. What is ``None`` is not known or could not be used; ``findings`` say why."""

    row: int
    number: str = ""
    state: TicketState | None = None
    demand_type: DemandType | None = None
    category: TicketCategory | None = None
    unit: Department | None = None
    level: str = ""
    point: tuple[float, float] | None = None
    received: datetime | None = None
    ended: datetime | None = None
    phone: str = ""
    confidential: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def find(self, kind: Kind, column: str, message: str) -> None:
        """Note a finding."""
        self.findings.append(Finding(self.row, self.number, kind, column, message))

    @property
    def refused(self) -> bool:
        """Whether one of the findings forbids to take the row over."""
        return any(one.kind.weight == Weight.REFUSED for one in self.findings)

    @property
    def caller(self) -> CallerTold:
        """What the row says of who called."""
        return CallerTold(self.texts["caller_name"], self.phone, address=self.texts["caller_address"])


class Reader:
    """Reads the rows of one file one after the other, and knows the numbers that came before."""

    def __init__(self, given: TicketMap, at: datetime) -> None:
        self._map, self._at = given, at
        self._seen: dict[str, int] = {}

    def read(self, row: Row) -> Draft:
        """Return what a row says."""
        draft = Draft(row.number)
        self._number(draft, row)
        for fault in row.faults:
            draft.find(Kind.UNREADABLE_ROW, "", fault)
        self._texts(draft, row)
        self._words(draft)
        self._times(draft, row)
        self._place(draft, row)
        self._caller(draft, row)
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

    def _texts(self, draft: Draft, row: Row) -> None:
        """Read all texts. Lines keep their order; tabulators, blanks around and empty lines go."""
        for name in ("content", "title", "answer", "address", "status", "category", "unit", "channel", "demand_type",
                     "level", "caller_name", "caller_address"):  # fmt: skip
            parts = [tidy(row.cells.get(column)) for column in self._map.columns.get(name, ())]
            value = _BETWEEN.join(dict.fromkeys(part for part in parts if part))
            most = _WIDTHS.get(name, MOST_TEXT)
            draft.texts[name] = value[:most].strip()
            if len(value) > most:
                sentence = _("Only the first %(most)s characters were kept.") % {"most": most}
                draft.find(Kind.TEXT_CUT, self._column(name), sentence)
        draft.texts["content"] = draft.texts["content"] or draft.texts["title"]
        if not draft.texts["content"]:
            draft.find(Kind.NO_TEXT, self._column("content"), _("The row does not say what the caller wants."))

    def _words(self, draft: Draft) -> None:
        given, said = self._map, {name: folded(value) for name, value in draft.texts.items()}
        draft.state = given.state or given.states.get(said["status"])
        if draft.state is None:
            sentence = _("The map does not say what the status “%(word)s” means.")
            draft.find(Kind.UNKNOWN_STATUS, self._column("status"), sentence % {"word": draft.texts["status"][:60]})
        draft.demand_type = given.demand_types.get(said["demand_type"], given.other_demand_type)
        draft.category = given.categories.get(said["category"], given.other_category)
        if draft.category is None and said["category"]:
            sentence = _("The map gives no category for “%(word)s”; the ticket is taken over without one.")
            draft.find(Kind.NO_CATEGORY, self._column("category"), sentence % {"word": draft.texts["category"][:60]})
        draft.level = given.levels.get(said["level"], "")
        if draft.state == TicketState.CLOSED:
            draft.unit = given.units.get(said["unit"], given.other_unit)
            if draft.unit is None:
                sentence = _("A unit closed the ticket, and the map does not say which “%(word)s” is.")
                draft.find(Kind.UNKNOWN_UNIT, self._column("unit"), sentence % {"word": draft.texts["unit"][:60]})

    def _times(self, draft: Draft, row: Row) -> None:
        draft.received = self._time(draft, row, "received")
        if draft.received is None and not draft.refused:
            sentence = _("The row does not say when the ticket came in.")
            draft.find(Kind.NO_OPENING_TIME, self._column("received"), sentence)
        if draft.state not in TERMINAL:
            return
        draft.ended, column = self._time(draft, row, "closed"), self._column("closed")
        if draft.ended is None:
            sentence = _("The ticket ended, but the row does not say when; no time is invented for it.")
            draft.find(Kind.ENDED_WITHOUT_TIME, column, sentence)
        elif draft.received is not None and draft.ended < draft.received:
            sentence = _("The ticket ended before it came in. Correct one of the two times.")
            draft.find(Kind.ENDED_BEFORE_OPENED, column, sentence)

    def _time(self, draft: Draft, row: Row, name: str) -> datetime | None:
        try:
            found = cells.moment(self._cell(row, name), self._map)
        except cells.Unreadable as fault:
            draft.find(Kind.UNREADABLE_TIME, self._column(name), str(fault))
            return None
        if found is not None and found > self._at + timedelta(seconds=1):
            draft.find(Kind.IN_THE_FUTURE, self._column(name), _("This time is still to come."))
        return found

    def _place(self, draft: Draft, row: Row) -> None:
        names = [name for name in ("position", "longitude", "latitude") if name in self._map.columns]
        try:
            if "position" in names:
                found = cells.pair(cells.text(self._cell(row, "position")), self._map)
            elif names:
                found = cells.degrees(*(cells.text(self._cell(row, name)) for name in names))
            else:
                found = row.point if row.point and len(row.point) == 2 else None
            draft.point = cells.position(found, self._map)
        except cells.Unreadable as fault:
            draft.find(Kind.PLACE_DROPPED, ", ".join(self._column(name) for name in names), str(fault))

    def _caller(self, draft: Draft, row: Row) -> None:
        written = cells.text(self._cell(row, "caller_phone"))
        asked = folded(cells.text(self._cell(row, "confidential")))
        draft.confidential = asked not in _OPEN  # a word that nobody foresaw must not give a caller away
        if draft.confidential and asked not in _CONFIDENTIAL:  # the word is not told: it may name who called
            sentence = _("The word is none of those for confidential or open; the ticket is kept confidential.")
            draft.find(Kind.UNKNOWN_CONFIDENTIALITY, self._column("confidential"), sentence)
        if not written:
            return
        try:
            draft.phone = checks.phone(written)
        except Invalid:  # the number itself is not told: the report is not for whoever may know callers
            sentence = _("The number is none that can be called; the ticket is taken over without it.")
            draft.find(Kind.UNREADABLE_PHONE, self._column("caller_phone"), sentence)


def tidy(value: Any) -> str:
    """Return a cell as text whose lines have neither tabulators nor blanks around them; empty lines go."""
    lines = (" ".join(line.split()) for line in cells.text(value).splitlines())
    return "\n".join(line for line in lines if line)
