"""What a move of a report-in changes besides its state. Runs inside the engine's transaction."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from cases.whistles import limits
from cases.whistles.kinds import ClockKind
from cases.whistles.states import ReportState, WhistleState
from cases.workflow.engine import Move, advance_by_system
from cases.workflow.table import ClockRule, ClockVerb
from citygrid.common.errors import Invalid
from gridmap.measure import distance_m


def call(move: Move) -> None:
    """Start every clock that the kind of whistle has, for this department alone."""
    move.clocks += [ClockRule(ClockVerb.START, kind) for kind in limits.clocks_of(move.subject.whistle)]


def sign(move: Move) -> None:
    """Note who signed, and when."""
    move.subject.signed_at, move.subject.signed_by = move.at, move.by


def contact(move: Move) -> None:
    """Note when the department spoke with the street."""
    move.subject.contacted_at = move.at


def arrive(move: Move) -> None:
    """Check in: who came, where, how far from the place. The first to arrive sets the whistle to work."""
    one, inputs = move.subject, move.inputs
    one.arrived_at, one.arrived_by, one.people = move.at, move.by, inputs["people"]
    one.check_in = inputs["position"]
    one.check_in_accuracy_m = None if inputs["accuracy"] is None else max(0, int(inputs["accuracy"]))
    one.check_in_distance_m = round(distance_m(one.geom.x, one.geom.y, one.check_in.x, one.check_in.y), 1)
    move.noted["distance_m"] = one.check_in_distance_m
    most = one.whistle.kind.arrive_metres
    if one.check_in_distance_m > most and not inputs["far_reason"]:
        raise Invalid(
            _("You are %(metres)s m from the place, more than the %(limit)s m allowed. Go there, or say why.")
            % {"metres": round(one.check_in_distance_m), "limit": most},
            fields={"far_reason": [_("This is needed so far from the place.")]},
        )
    one.far_reason = inputs["far_reason"] or ""
    move.then.append(partial(_first_arrival, move))


def _first_arrival(move: Move) -> None:
    # The row is locked: of two who arrive at the same moment the second finds the whistle at work already.
    whistles: Any = apps.get_model("cases", "Whistle")
    whistle = whistles.objects.select_for_update().get(pk=move.subject.whistle_id)
    if whistle.state == WhistleState.ISSUED:
        advance_by_system(whistle, "first_arrival", at=move.at, by=move.by, department=str(move.subject.department))


def plan(move: Move) -> None:
    """Keep the plan."""
    move.subject.plan, move.subject.planned_at = move.inputs["plan"], move.at


def submit(move: Move) -> None:
    """Keep what was done."""
    one = move.subject
    one.outcome, one.result = move.inputs["outcome"], move.inputs["result"]
    one.submitted_at, one.submitted_by = move.at, move.by


def rework(move: Move) -> None:
    """Count the round; the result before stays in the journal."""
    move.subject.rework_count += 1
    move.subject.submitted_at = move.subject.submitted_by = None


def ends(move: Move) -> None:
    """Note the end."""
    move.subject.ended_at = move.at


def object_(move: Move) -> None:
    """Keep the objection; where the kind says so, the clocks stand still until the ruling."""
    one = move.subject
    one.objection, one.objected_at = move.opinion, move.at
    if one.whistle.kind.objection_pauses:
        move.clocks += [ClockRule(ClockVerb.PAUSE, kind) for kind in ClockKind.values]


def ruled(move: Move) -> None:
    """Keep the ruling; an excused department is out, another goes on."""
    one = move.subject
    one.ruling, one.ruled_at = move.opinion, move.at
    if one.state == ReportState.EXCUSED:
        ends(move)
    else:
        move.clocks += [ClockRule(ClockVerb.RESUME, kind) for kind in ClockKind.values]


def goes_on(move: Move) -> None:
    """Let the clocks go on after an objection was withdrawn."""
    move.clocks += [ClockRule(ClockVerb.RESUME, kind) for kind in ClockKind.values]


def where_it_was(move: Move) -> str:
    """The state before the objection."""
    return ReportState.SIGNED if move.subject.signed_at else ReportState.CALLED


def absent(move: Move) -> None:
    """Supervise and rate with nothing who did not come."""
    one = move.subject
    one.ended_at = one.supervised_at = move.at
    one.order = _("Say in writing why your department did not come to the whistle %(number)s.") % {"number": one.number}
    one.reply, one.replied_at = "", None
    ratings: Any = apps.get_model("cases", "Rating")
    ratings.objects.create(
        report_in=one, on_time=0, as_asked=0, cooperation=0, proof=0, total=0, rated_at=move.at,
        reason=_("The department did not come in time."),
    )  # fmt: skip


def supervise(move: Move) -> None:
    """Open an order that must be answered."""
    one = move.subject
    one.order, one.supervised_at, one.reply, one.replied_at = move.inputs["order"], move.at, "", None


def answer_order(move: Move) -> None:
    """Answer the order."""
    move.subject.reply, move.subject.replied_at = move.inputs["reply"], move.at


def contest(move: Move) -> None:
    """Keep why the department contests its rating."""
    rating = move.subject.rating
    rating.contested_at, rating.contest = move.at, move.opinion
    rating.save(update_fields=["contested_at", "contest"])


def rule_on_rating(move: Move) -> None:
    """Let the rating stand or set it aside; the points themselves stay as they were given."""
    rating = move.subject.rating
    rating.ruled_at, rating.ruled_by, rating.ruling = move.at, move.by, move.opinion
    rating.set_aside = move.inputs["set_aside"]
    rating.save(update_fields=["ruled_at", "ruled_by", "ruling", "set_aside"])
