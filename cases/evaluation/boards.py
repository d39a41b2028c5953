"""The boards that stand side by side and are never added up (handbook §5.5): hotline, departments, streets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.evaluation import reports, scope, tickets, whistled
from cases.evaluation.figures import Facts, Figure, Value, counted, ranked, value, weighted
from cases.evaluation.periods import Period
from cases.hotline.models import Ticket
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.workflow.people import Acting
from gridmap.areas.models import Area
from gridmap.departments.models import Department


@dataclass(frozen=True)
class Board:
    """One table: whose items, which figures, and what the rank goes by."""

    family: str
    label: Any
    about: Any  # in a sentence, what counts
    room: Any  # the module with items(), facts(), keys(), FIGURES and COUNTERS
    units: Any  # the model of the units, by their keys
    listed: Any  # the model whose rows a figure's list shows
    score_label: Any
    score_rule: Any
    weights: Callable[[], Iterable[tuple[str, int]]]  # figure → its weight in the score

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures, in the order of its columns."""
        found: tuple[Figure, ...] = self.room.FIGURES
        return found

    def figure(self, name: str) -> Figure | None:
        """Return a figure by its name."""
        return next((one for one in self.figures if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Row:
    """One unit on a board."""

    unit: Any
    counters: dict[str, int]
    values: tuple[Value, ...]
    score: Fraction | None
    place: int | None  # by the score, the highest first


BOARDS = {
    board.family: board
    for board in (
        Board(
            "hotline", _("Three rates"),
            _("Tickets first dispatched to the unit in the period; each counts once at each unit, with the caller's "
              "last answer."),
            tickets, Department, Ticket, _("score"),
            _("the three rates with their weights; no score where one of them has no data"), tickets.weights,
        ),
        Board(
            "whistle", _("Departments at whistles"),
            _("Report-ins of departments called in the period, as the streets rated them."),
            reports, Department, ReportIn, _("points"), _("the mean of the points in all"), lambda: [("total", 100)],
        ),
        Board(
            "whistle_street", _("Streets' whistles"), _("Whistles blown in the period, by their quality."),
            whistled, Area, Whistle, _("precise"), _("the share of precise whistles"), lambda: [("precise", 100)],
        ),
    )
}  # fmt: skip


def rows(board: Board, found: Any) -> list[Row]:
    """Return the rows of a board over the items found, the best first. Two queries, however many units there are."""
    facts = board.room.facts(found)
    return _rows(board, facts, facts)


def own_rows(board: Board, period: Period, acting: Acting) -> list[Row]:
    """Return the rows of the person's own figures; the place of each is that among all units of the city.

    Two queries: all items are judged once, and each says whether it is the person's own.
    """
    if not scope.has_figures(acting):
        return []
    facts = board.room.facts(scope.marked(board, items(board, period, acting.at), acting), "own")
    return _rows(board, [one for one in facts if one.own], facts)


def _rows(board: Board, shown: Iterable[Facts], among: Iterable[Facts]) -> list[Row]:
    """Return a row for each unit of the facts shown, with its place among the units of all."""
    whole = {unit: _values(board, facts) for unit, facts in _by_unit(among).items()}
    places = ranked((unit, _score(board, values)) for unit, values in whole.items())
    by_unit = _by_unit(shown)
    units = board.units.objects.in_bulk(list(by_unit))
    made = []
    for unit, facts in by_unit.items():
        values = whole[unit] if shown is among else _values(board, facts)
        counters = {name: counted(facts, test) for name, _label, test in board.room.COUNTERS}
        made.append(Row(units[unit], counters, values, _score(board, values), places.get(unit)))
    return sorted(made, key=_best_first)


def _by_unit(facts: Iterable[Facts]) -> dict[int, list[Facts]]:
    found: dict[int, list[Facts]] = {}
    for one in facts:
        found.setdefault(one.unit, []).append(one)
    return found


def _values(board: Board, facts: Sequence[Facts]) -> tuple[Value, ...]:
    return tuple(value(figure, facts) for figure in board.figures)


def _best_first(row: Row) -> Any:
    return row.place is None, row.place or 0, row.unit.code


def own_row(board: Board, period: Period, acting: Acting, code: str) -> Row | None:
    """Return one row of the person's own figures, by the code of its unit; ``None`` if there is none."""
    return next((row for row in own_rows(board, period, acting) if row.unit.code == code), None)


def total(board: Board, found: Any) -> tuple[dict[str, int], tuple[Value, ...], Fraction | None]:
    """Return counters, figures and score of all items found together."""
    facts = board.room.facts(found)
    values = _values(board, facts)
    return {name: counted(facts, test) for name, _label, test in board.room.COUNTERS}, values, _score(board, values)


def items(board: Board, period: Period, at: datetime) -> Any:
    """Return all items of a period as they stand at ``at``; narrow them before they leave the process."""
    return board.room.items(period, at)


def listed(board: Board, found: Any, *, unit: int, figure: Figure, part: str) -> Any:
    """Return the very tickets, report-ins or whistles of a unit that a figure counted, by the figure's own rule.

    ``part`` is ``counted`` for all of them, ``good`` for the numerator, ``missed`` for the rest.
    """
    return board.listed.objects.filter(pk__in=board.room.keys(found, unit, figure, part))


def _score(board: Board, values: Sequence[Value]) -> Fraction | None:
    shares = {one.figure.name: one.share for one in values}
    return weighted((shares[name], weight) for name, weight in board.weights())
