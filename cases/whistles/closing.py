"""The last two steps: rating every department, telling the source; or blowing again."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from cases.casework.numbers import next_number
from cases.whistles.ratings import HELP, LABELS, POINTS, REASON_BELOW, Rating
from cases.whistles.sources import WhistleSource, tell
from cases.whistles.states import ReportState, WhistleState
from cases.workflow.engine import Move, create
from citygrid.common.errors import Conflict, Invalid


def conclude(move: Move) -> None:
    """Keep the joint conclusion."""
    whistle = move.subject
    whistle.conclusion, whistle.outcome = move.inputs["conclusion"], move.inputs["outcome"]
    whistle.concluded_at = move.at
    if whistle.state == WhistleState.RATED:
        whistle.rated_at = move.at


def rated_or_submitted(move: Move) -> str:
    """Nobody took part: the clock has rated everybody."""
    return WhistleState.SUBMITTED if move.subject.to_be_rated() else WhistleState.RATED


def next_to_rate(move: Move) -> str:
    """Rated after the last department, else on with the next."""
    left = {one.department_id for one in move.subject.to_be_rated()} - {move.inputs["department"].pk}
    return WhistleState.SUBMITTED if left else WhistleState.RATED


def check_points(move: Move) -> None:
    """Raise ``Invalid`` for points outside the sheet or a low total without its reason, ``Conflict`` for a second."""
    inputs = move.inputs
    faults: dict[str, list[str]] = {}
    for name, most in POINTS.items():
        value = inputs[name]
        if value != int(value) or not 0 <= value <= most:
            faults[name] = [_("Give a whole number from 0 to %(most)s.") % {"most": most}]
    if faults:
        raise Invalid(_("Some points lie outside the sheet."), fields=faults)
    if sum(int(inputs[name]) for name in POINTS) < REASON_BELOW and not inputs["reason"]:
        raise Invalid(
            _("A rating below %(limit)s needs its reason.") % {"limit": REASON_BELOW},
            fields={"reason": [_("Say in a sentence why it is so low.")]},
        )
    one = _report_of(move)
    if one.is_rated:
        raise Conflict(
            _("%(department)s is rated already.") % {"department": one.department}, code="rated_already",
            current=move.subject,
        )  # fmt: skip


def rate(move: Move) -> None:
    """Keep the points of one department."""
    points = {name: int(move.inputs[name]) for name in POINTS}
    Rating.objects.create(
        report_in=_report_of(move), **points, total=sum(points.values()), reason=move.inputs["reason"] or "",
        rated_by=move.by, rated_at=move.at,
    )  # fmt: skip
    move.noted["total"] = sum(points.values())
    if move.subject.state == WhistleState.RATED:
        move.subject.rated_at = move.at


def _report_of(move: Move) -> Any:
    wanted = move.inputs["department"].pk
    for one in move.subject.report_ins.select_related("department", "rating"):
        if one.department_id == wanted and (one.state == ReportState.ACCEPTED or one.is_rated):
            return one
    raise Invalid(
        _("This department did not take part in the whistle; there is nothing to rate."),
        fields={"department": [_("Choose one of the departments that took part.")]},
    )


def feed_back(move: Move) -> None:
    """Tell the sources what came of it."""
    move.subject.feedback, move.subject.ended_at = move.inputs["feedback"], move.at
    move.then.append(partial(tell, move, "fed_back"))


def blow_again(move: Move) -> None:
    """Open the next whistle about the same, judged as this one was; the sources wait for it."""
    if move.subject.ended_at is None:
        move.subject.ended_at = move.at
    move.then.append(partial(_again, move))


def _again(move: Move) -> None:
    old = move.subject
    new = type(old)(
        number=next_number(move.at, "S"), state=WhistleState.JUDGED, area=old.area, platform_area=old.platform_area,
        description=old.description, geom=old.geom, address=old.address, why_not_alone=old.why_not_alone,
        cross_district=old.cross_district, escalated=old.escalated, drafted_by=move.by, drafted_at=move.at,
        again_of=old,
    )  # fmt: skip
    create(new, "draft_again", by=move.by, at=move.at, again_of=old.number)
    for call in old.calls.order_by("pk"):
        new.calls.create(department=call.department, asked=call.asked, platform_area=call.platform_area)
    for source in old.sources.order_by("pk"):
        copied = {name: getattr(source, name) for name in ("kind", "subject_type", "subject_id", "reference", "note")}
        WhistleSource.objects.create(whistle=new, **copied, added_by=move.by, added_at=move.at)
    tell(move, "again", new)


SHEET = tuple((name, LABELS[name], HELP[name]) for name in POINTS)
