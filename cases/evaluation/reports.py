"""Departments, as streets rate them (handbook §3.5): what each report-in says of the department that was called.

A report-in counts in the period in which the department was called. One that was called off with its whistle, or
excused by a ruling, counts in nothing; who did not come has no points.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Case, CharField, Count, F, OuterRef, Q, Subquery, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from cases.deadlines.models import Clock
from cases.evaluation.figures import Facts, Figure
from cases.evaluation.periods import Period
from cases.whistles.kinds import ClockKind
from cases.whistles.ratings import POINTS
from cases.whistles.report_ins import ReportIn
from cases.whistles.states import ReportState

UNIT = "department"  # which column names the unit
NOT_DUE, IN_TIME, NOT_IN_TIME = "", "in_time", "not_in_time"
SOURCE = _("the score sheet of this product, 30 + 40 + 15 + 15; there is no national formula")
FREED = (ReportState.EXCUSED, ReportState.CALLED_OFF)


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What counts of a report-in."""

    freed: bool  # excused by a ruling, or called off
    came: bool
    absent: bool
    signing: str
    coming: str
    rated: bool  # by the street, or by the clock for who did not come; not where a ruling set it aside


def items(period: Period, at: datetime) -> Any:
    """Return the report-ins that count in a period, with what is judged."""
    found = ReportIn.objects.filter(called_at__gte=period.start, called_at__lt=period.end).annotate(
        sign_by=Subquery(_clock(Value(ClockKind.SIGN.value))),
        come_by=Subquery(_clock(OuterRef("whistle__kind__absent_by"))),
    )
    return found.annotate(
        freed=_flag(Q(state__in=FREED)),
        came=_flag(Q(arrived_at__isnull=False)),
        absent=_flag(Q(state=ReportState.ABSENT)),
        signing=_kept("signed_at", "sign_by", at),
        coming=_kept("arrived_at", "come_by", at),
        rated=_flag(Q(rating__isnull=False, rating__set_aside=False)),
    )  # fmt: skip


NAMES = tuple(ReportFacts.__dataclass_fields__)
SUMS = ("total", *POINTS)


def facts(found: Any, *own: str) -> list[Facts]:
    """Return what :func:`items` holds, by department, facts and the column ``own``, with the sums of their points."""
    sums = {f"sum_{name}": Sum(f"rating__{name}") for name in SUMS}
    rows = found.order_by().values_list(UNIT, *NAMES, *own).annotate(n=Count("pk"), **sums)
    size = 1 + len(NAMES)
    end = size + len(own)
    return [
        Facts(row[0], ReportFacts(*row[1:size]), row[end],
              {name: total or 0 for name, total in zip(SUMS, row[end + 1 :], strict=True)}, own=all(row[size:end]))
        for row in rows
    ]  # fmt: skip


def keys(found: Any, unit: int, figure: Figure, part: str) -> list[int]:
    """Return the keys of the report-ins of one department that a figure counts."""
    rows = found.filter(**{UNIT: unit}).values_list("pk", *NAMES)
    return [row[0] for row in rows if figure.takes(ReportFacts(*row[1:]), part)]


def _clock(kind: Any) -> Any:
    clocks = Clock.objects.filter(
        subject_type=ReportIn._meta.label_lower, subject_id=OuterRef("pk"), kind=kind, exempt=False
    )
    return clocks.order_by("-started_at", "-pk").values("due_at")[:1]


def _kept(done: str, limit: str, at: datetime) -> Case:
    """Judge a limit: kept, not kept, or not due yet. A clock that stands still during an objection is not due."""
    return Case(
        When(**{f"{limit}__isnull": True}, then=Value(NOT_DUE)),
        When(**{f"{done}__lte": F(limit)}, then=Value(IN_TIME)),
        When(Q(**{f"{done}__isnull": False}) | Q(state=ReportState.ABSENT) | Q(**{f"{limit}__lt": at}),
             then=Value(NOT_IN_TIME)),
        default=Value(NOT_DUE), output_field=CharField(),
    )  # fmt: skip


def _flag(test: Q) -> Case:
    return Case(When(test, then=Value(True)), default=Value(False), output_field=BooleanField())


def _points(name: str, label: Any, rule: Any) -> Figure:
    most = POINTS.get(name, sum(POINTS.values()))
    return Figure(
        name, label, rule, SOURCE, counted=lambda about: about.rated and not about.freed, points=name, most=most
    )


FIGURES = (
    Figure(
        "attendance", _("attendance"), _("report-ins where the department came ÷ those that came or stayed away"),
        SOURCE, counted=lambda about: not about.freed and (about.came or about.absent), good=lambda about: about.came,
    ),
    Figure(
        "signing", _("signed in time"), _("report-ins signed for in time ÷ those to be signed for by now"), SOURCE,
        counted=lambda about: not about.freed and about.signing != NOT_DUE,
        good=lambda about: about.signing == IN_TIME,
    ),
    Figure(
        "arrival", _("arrived in time"), _("report-ins with arrival in time ÷ those that had to be there by now"),
        SOURCE, counted=lambda about: not about.freed and about.coming != NOT_DUE,
        good=lambda about: about.coming == IN_TIME,
    ),
    _points("on_time", _("points for coming on time"), _("points given for coming on time ÷ 30 for each rating")),
    _points("as_asked", _("points for quality"), _("points given for doing what was asked ÷ 40 for each rating")),
    _points("cooperation", _("points for cooperation"), _("points given for cooperation ÷ 15 for each rating")),
    _points("proof", _("points for evidence"), _("points given for evidence ÷ 15 for each rating")),
    _points("total", _("points in all"), _("points given ÷ 100 for each rating; absence is rated 0")),
)  # fmt: skip

COUNTERS = (
    ("called", _("called"), lambda about: True),
    ("freed", _("excused or called off"), lambda about: about.freed),
    ("absent", _("absent"), lambda about: about.absent),
)
