"""Streets, by the quality of their whistles (handbook §3.5): precise or sent back, objected to, brought to an end.

A whistle counts in the period in which it was blown, the last time if it was sent back and blown afresh. What
was recalled before anybody came counts only in what its review said. How often a street whistles is no rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from cases.casework.states import Outcome
from cases.evaluation.figures import Facts, Figure
from cases.evaluation.periods import Period
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.whistles.states import ReportState, ReviewVerdict, WhistleState

UNIT = "area"  # which column names the unit
SOURCE = _("what districts ask of a whistle’s quality; there is no national formula")
FINE = ("", ReviewVerdict.JUSTIFIED)


@dataclass(frozen=True, slots=True)
class WhistleFacts:
    """What counts of a whistle."""

    recalled: bool
    reviewed: bool  # the platform has said what it thinks of it
    returned: bool  # sent back, or converted to ordinary dispatch
    verdict: str
    objected: bool  # a called department objected, and the ruling excused it
    issued: bool
    settled: bool  # issued, and nobody called is still expected or at work
    concluded: bool
    solved: bool


def items(period: Period, at: datetime) -> Any:
    """Return the whistles that count in a period, with what is judged; nothing of them hangs on ``at``."""
    ins = ReportIn.objects.filter(whistle=OuterRef("pk"))
    found = Whistle.objects.filter(blown_at__gte=period.start, blown_at__lt=period.end)
    return found.annotate(
        recalled=_flag(Q(state=WhistleState.RECALLED)),
        reviewed=_flag(Q(reviewed_at__isnull=False) | Q(returned_count__gt=0) | Q(state=WhistleState.CONVERTED)),
        returned=_flag(Q(returned_count__gt=0) | Q(state=WhistleState.CONVERTED)),
        verdict=F("review_verdict"),
        objected=Exists(ins.filter(state=ReportState.EXCUSED, objected_at__isnull=False)),
        issued=_flag(Q(issued_at__isnull=False)),
        settled=_flag(Q(Q(issued_at__isnull=False), ~Exists(ins.filter(ended_at=None)))),
        concluded=_flag(Q(concluded_at__isnull=False)),
        solved=_flag(Q(concluded_at__isnull=False, outcome=Outcome.SOLVED)),
    )


NAMES = tuple(WhistleFacts.__dataclass_fields__)


def facts(found: Any, *own: str) -> list[Facts]:
    """Return what :func:`items` holds, counted by street, facts and the column ``own``: one query."""
    rows = found.order_by().values_list(UNIT, *NAMES, *own).annotate(n=Count("pk"))
    size = 1 + len(NAMES)
    return [Facts(row[0], WhistleFacts(*row[1:size]), row[-1], own=all(row[size:-1])) for row in rows]


def keys(found: Any, unit: int, figure: Figure, part: str) -> list[int]:
    """Return the keys of the whistles of one street that a figure counts."""
    rows = found.filter(**{UNIT: unit}).values_list("pk", *NAMES)
    return [row[0] for row in rows if figure.takes(WhistleFacts(*row[1:]), part)]


def _flag(test: Q) -> Case:
    return Case(When(test, then=Value(True)), default=Value(False), output_field=BooleanField())


def _reviewed(about: WhistleFacts) -> bool:
    return about.reviewed


def _issued(about: WhistleFacts) -> bool:
    return about.issued and not about.recalled


FIGURES = (
    Figure(
        "precise", _("precise whistles"),
        _("whistles neither sent back nor converted, found justified, with no department excused by a ruling ÷ "
          "whistles that were reviewed"),
        SOURCE, counted=_reviewed,
        good=lambda about: not about.returned and about.verdict in FINE and not about.objected,
    ),
    Figure(
        "returned", _("returned whistles"), _("whistles sent back or converted ÷ whistles that were reviewed"), SOURCE,
        counted=_reviewed, good=lambda about: about.returned, bad=True,
    ),
    Figure(
        "duplicate", _("duplicates"), _("whistles that the review calls a duplicate ÷ whistles that were reviewed"),
        SOURCE, counted=_reviewed, good=lambda about: about.verdict == ReviewVerdict.DUPLICATE, bad=True,
    ),
    Figure(
        "self_solvable", _("solvable alone"),
        _("whistles of which the review says that the street could do it alone ÷ whistles that were reviewed"), SOURCE,
        counted=_reviewed, good=lambda about: about.verdict == ReviewVerdict.SELF_SOLVABLE, bad=True,
    ),
    Figure(
        "objected", _("objections upheld"),
        _("whistles with a department that was excused after its objection ÷ whistles that were issued"), SOURCE,
        counted=_issued, good=lambda about: about.objected, bad=True,
    ),
    Figure(
        "conclusion", _("joint conclusions"),
        _("whistles with a joint conclusion ÷ whistles on which every department has finished"), SOURCE,
        counted=lambda about: _issued(about) and (about.settled or about.concluded),
        good=lambda about: about.concluded,
    ),
    Figure(
        "solved", _("solved together"), _("whistles whose joint conclusion says “solved” ÷ joint conclusions"), SOURCE,
        counted=lambda about: about.concluded and not about.recalled, good=lambda about: about.solved,
    ),
)  # fmt: skip

COUNTERS = (
    ("whistles", _("whistles blown"), lambda about: True),
    ("recalled", _("recalled"), lambda about: about.recalled),
)
