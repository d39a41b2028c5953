"""What a move of a whistle changes besides its state: the seven steps. Runs inside the engine's transaction."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from cases.whistles import guards, limits
from cases.whistles.districts import district_on, guest_district_of, level_above
from cases.whistles.report_ins import ReportIn
from cases.whistles.sources import WhistleSource, tell
from cases.whistles.states import ReviewVerdict
from cases.workflow.engine import Move, advance_by_system, create
from cases.workflow.table import ClockRule, ClockVerb
from citygrid.common.errors import Invalid, NotAllowed


def edit(move: Move) -> None:
    """Take over what was changed; what is left empty stays."""
    whistle, inputs = move.subject, move.inputs
    whistle.description = inputs["description"] or whistle.description
    whistle.geom = inputs["position"] or whistle.geom
    whistle.address = inputs["address"] or whistle.address


def add_source(move: Move) -> None:
    """Note one more source in words."""
    inputs = move.inputs
    WhistleSource.objects.create(
        whistle=move.subject, kind=inputs["kind"], reference=inputs["reference"] or "", note=inputs["note"],
        added_by=move.by, added_at=move.at,
    )  # fmt: skip


def name_department(move: Move) -> None:
    """Name a department with what is asked of it; named again, the asking is changed."""
    whistle, department = move.subject, move.inputs["department"]
    # The street's own district, also where the level above decides by now.
    home = district_on(move.acting.path(whistle.area_id)) or whistle.area
    guest = guest_district_of(department, home.pk, move.acting.path)
    whistle.calls.update_or_create(
        department=department,
        defaults={
            "asked": move.inputs["asked"],
            "platform_area": guest,
            "agreed": None,
            "answered_at": None,
            "answered_by": None,
        },
    )
    whistle.cross_district = whistle.calls.exclude(platform_area=None).exists()


def drop_department(move: Move) -> None:
    """Leave a department out again."""
    whistle = move.subject
    called(move, "department").delete()
    if whistle.lead_department_id == move.inputs["department"].pk:
        whistle.lead_department = None
    whistle.cross_district = whistle.calls.exclude(platform_area=None).exists()


def called(move: Move, name: str) -> Any:
    """Return the call of the department that the input names. Raises ``Invalid`` for one that is not named."""
    found = move.subject.calls.filter(department=move.inputs[name]).first()
    if found is None:
        names = _(", ").join(str(call.department) for call in move.subject.calls.select_related("department"))
        raise Invalid(
            _("The whistle does not name this department. It names: %(names)s.") % {"names": names},
            fields={name: [_("Choose one of the departments that the whistle names.")]},
        )
    return found


def judge(move: Move) -> None:
    """Keep why the street cannot do it alone."""
    move.subject.why_not_alone = move.inputs["why_not_alone"]


def may_blow_kind(move: Move) -> None:
    """Raise ``NotAllowed`` for a kind that is not the person's to blow."""
    kind = move.inputs["kind"]
    if not any(move.acting.holds_role(role) for role in kind.blown_by):
        roles = _(", ").join(str(role.label) for role in move.row.roles if role in kind.blown_by)
        raise NotAllowed(
            _("A whistle of the kind “%(kind)s” can be blown by: %(roles)s.") % {"kind": kind.label, "roles": roles}
        )


def blow(move: Move) -> None:
    """Fix kind, lead, place and time. An emergency is issued in the same breath and reviewed afterwards."""
    whistle, inputs = move.subject, move.inputs
    whistle.kind, whistle.lead_department = inputs["kind"], called(move, "lead").department
    whistle.geom = inputs["position"] or whistle.geom
    whistle.address = inputs["address"] or whistle.address
    if whistle.geom is None:
        raise Invalid(
            _("Say where the departments have to come to."), fields={"position": [_("Set the place on the map.")]}
        )
    whistle.appear_at = None
    if inputs["appear_at"] is not None:
        _appoint(move)
    whistle.blown_at, whistle.blown_by = move.at, move.by
    whistle.reviewed_at, whistle.review_verdict = None, ""
    if whistle.kind.at_once:
        move.then.append(partial(advance_by_system, whistle, "issue_at_once", at=move.at, by=move.by))


def _appoint(move: Move) -> None:
    """Set the time to appear, to the minute. Raises ``Invalid`` for one that cannot be."""
    whistle, when = move.subject, limits.to_the_minute(move.inputs["appear_at"])
    if not whistle.kind.takes_appointment:
        fault = _("Departments have to come at once to a whistle of this kind; leave the time empty.")
        raise Invalid(fault, fields={"appear_at": [fault]})
    if when <= limits.to_the_minute(move.at):
        raise Invalid(_("Give a time to come."), fields={"appear_at": [_("Give a time to come.")]})
    whistle.appear_at = when


def approve(move: Move) -> None:
    """Note the review."""
    move.subject.reviewed_at, move.subject.review_verdict = move.at, ReviewVerdict.JUSTIFIED


def send_back(move: Move) -> None:
    """Count the return; the street blows afresh."""
    whistle = move.subject
    whistle.returned_count += 1
    whistle.calls.exclude(platform_area=None).update(agreed=None, answered_at=None, answered_by=None)


def agree(move: Move) -> None:
    """Answer for the units of the own district: they may be called."""
    _answer(move, agreed=True)


def disagree(move: Move) -> None:
    """Answer for the units of the own district: they are not called."""
    _answer(move, agreed=False)


def _answer(move: Move, *, agreed: bool) -> None:
    mine = [call.pk for call in guards.open_guests(move)]
    move.subject.calls.filter(pk__in=mine).update(agreed=agreed, answered_at=move.at, answered_by=move.by)


def issue(move: Move) -> None:
    """Call every department: one report-in each, with clocks of its own."""
    whistle = move.subject
    if move.inputs.get("appear_at") is not None:
        _appoint(move)
    if whistle.appear_at is not None and whistle.appear_at <= limits.to_the_minute(move.at):
        raise Invalid(
            _("The time to appear has passed. Set another one."),
            fields={"appear_at": [_("Give a time to come.")]},
        )
    calls = [call for call in whistle.calls.select_related("department").order_by("pk") if not call.refused]
    if whistle.lead_department_id not in {call.department_id for call in calls}:
        raise Invalid(
            _("The lead department is not among those that are called. Name another lead first."),
            fields={"department": [_("Name another lead.")]},
        )
    whistle.issued_at = move.at
    for call in calls:
        report_in = ReportIn(whistle=whistle, call=call, department=call.department, called_at=move.at)
        create(report_in, "call", by=None, at=move.at)
    move.noted["departments"] = [call.department.code for call in calls]


def review_afterwards(move: Move) -> None:
    """Keep what the platform says of an emergency."""
    verdict = move.inputs["verdict"]
    if verdict != ReviewVerdict.JUSTIFIED and not move.opinion:
        raise Invalid(
            _("Say in a sentence why it was not a justified emergency."),
            fields={"opinion": [_("This is needed with such a verdict.")]},
        )
    move.subject.reviewed_at, move.subject.review_verdict = move.at, verdict


def name_lead(move: Move) -> None:
    """Let another of the named departments consolidate."""
    call = called(move, "department")
    if call.refused:
        raise Invalid(
            _("The other district does not let this unit come."), fields={"department": [_("Choose another one.")]}
        )
    move.subject.lead_department = call.department


def escalate(move: Move) -> None:
    """Hand the deciding to the platform of the level above."""
    whistle, above = move.subject, level_above(move.subject.platform_area_id, move.at)
    whistle.platform_area, whistle.escalated = above, True
    move.noted["to"] = str(above)


def recall(move: Move) -> None:
    """Call the departments off and let the sources go."""
    for report_in in move.subject.report_ins.select_related("whistle__kind", "call").order_by("pk"):
        if report_in.ended_at is None:
            advance_by_system(report_in, "call_off", at=move.at, by=move.by)
    ends_without_result(move)


def ends_without_result(move: Move) -> None:
    """Note the end; the sources go their ordinary way."""
    move.subject.ended_at = move.at
    move.then.append(partial(tell, move, "let_go"))


def stops_review(move: Move) -> None:
    """Stop the platform's clock."""
    move.clocks.append(ClockRule(ClockVerb.STOP, limits.REVIEW))
