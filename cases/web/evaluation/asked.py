"""What somebody asks of a board: which one, which period, own figures or the ranking, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.evaluation.boards import BOARDS, Board, Row
from cases.evaluation.periods import Period, days_code, of_month, parse, quarter
from citygrid.common.errors import Invalid

MONTHS, QUARTERS = 13, 5
DAYS = "days"  # chosen by two dates


class PeriodForm(forms.Form):
    """The picker of the period: a month, a quarter, a year, or days of one's own."""

    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)
    first = forms.DateField(
        label=gettext_lazy("Own days from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Mapping[str, Any], *, today: date) -> None:
        given = dict(data.items())
        if not given.get("period"):
            given["period"] = of_month(today).code
        if _is_days(given["period"]):
            found = parse(given["period"])
            given |= {"period": DAYS, "first": found.first.isoformat(), "last": found.last.isoformat()}
        super().__init__(given)
        self.today = today
        field: Any = self.fields["period"]
        field.choices = self._offered(str(given["period"]))

    def chosen(self) -> Period:
        """Return the period. Raises ``Invalid`` with a sentence where none can be made out."""
        if not self.is_valid():
            fault = next(iter(self.errors.values()))[0]
            raise Invalid(
                str(fault), fields={name: [str(text) for text in texts] for name, texts in self.errors.items()}
            )
        if self.cleaned_data["period"] != DAYS:
            return parse(self.cleaned_data["period"])
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        if first is None or last is None:
            fault = _("Give the first and the last day.")
            raise Invalid(fault, fields={"first" if first is None else "last": [fault]})
        return parse(days_code(first, last))

    def _offered(self, given: str) -> list[tuple[str, Any]]:
        month, quarters = of_month(self.today), [quarter(self.today.year, (self.today.month + 2) // 3)]
        months = [month]
        while len(months) < MONTHS:
            months.append(months[-1].before())
        while len(quarters) < QUARTERS:
            quarters.append(quarters[-1].before())
        years = [parse(f"{self.today.year:04}"), parse(f"{self.today.year - 1:04}")]
        offered = [
            (_("month"), [(one.code, one.label) for one in months]),
            (_("quarter"), [(one.code, one.label) for one in quarters]),
            (_("year"), [(one.code, one.label) for one in years]),
            (DAYS, _("my own days")),
        ]
        known = {one.code for one in (*months, *quarters, *years)} | {DAYS}
        if given not in known:  # an older one, from a link
            with suppress(Invalid):  # the field refuses in words what is none
                offered.insert(0, (given, parse(given).label))
        return offered


def _is_days(text: str) -> bool:
    try:
        return parse(text).kind == "days"
    except Invalid:
        return False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that can be answered."""

    board: Board
    period: Period
    ranking: bool
    sort: str

    @classmethod
    def read(cls, query: Mapping[str, Any], form: PeriodForm, *, own: bool) -> Asked:
        """Read the query string; what is no board or order falls back to the first. Raises ``Invalid``."""
        board = BOARDS.get(str(query.get("board")), BOARDS["hotline"])
        sort = str(query.get("sort", ""))
        names = {"unit", "place", *(figure.name for figure in board.figures)}
        return cls(
            board, form.chosen(), ranking=not own or query.get("ranking") == "1",
            sort=sort if sort.lstrip("-") in names else "place",
        )  # fmt: skip

    def ordered(self, rows: list[Row]) -> list[Row]:
        """Return the rows in the order that was asked for; those without data come last either way."""
        name, down = self.sort.lstrip("-"), self.sort.startswith("-")
        if name == "unit":
            return sorted(rows, key=lambda row: row.unit.code, reverse=down)
        if name == "place":
            key: dict[Any, Any] = {row.unit.pk: row.place for row in rows}
        else:
            key = {row.unit.pk: one.share for row in rows for one in row.values if one.figure.name == name}
        known = [row for row in rows if key[row.unit.pk] is not None]
        return sorted(known, key=lambda row: key[row.unit.pk], reverse=down) + [
            row for row in rows if key[row.unit.pk] is None
        ]
