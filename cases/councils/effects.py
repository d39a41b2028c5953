"""What a move of a council matter changes besides its state. Runs inside the engine's transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from cases.casework.services import report_case
from cases.casework.states import TERMINAL as CASE_ENDED
from cases.casework.states import Outcome, Source
from cases.workflow.engine import Move
from citygrid.common.errors import Invalid

FAST = timedelta(minutes=5)  # by how much the clock of somebody's device may be ahead
MOST_PEOPLE = 100_000
# The room of whistles, beside this one, says here how a matter becomes a draft; it answers the draft's number.
WHISTLING: list[Callable[[Move], str]] = []


def check_meeting(move: Move) -> None:
    """Raise ``Invalid`` for a meeting that lies in the past."""
    if move.inputs["meeting_at"] <= move.at:
        fault = _("Give a time to come.")
        raise Invalid(fault, fields={"meeting_at": [fault]})


def put_on_agenda(move: Move) -> None:
    """Note when and where it will be spoken of."""
    move.subject.meeting_at, move.subject.meeting_place = move.inputs["meeting_at"], move.inputs["meeting_place"]


def take_off_agenda(move: Move) -> None:
    """Wait for another meeting."""
    move.subject.meeting_at, move.subject.meeting_place = None, ""


def check_minutes(move: Move) -> None:
    """Raise ``Invalid`` for minutes of a meeting to come, or a number that cannot be."""
    faults = {}
    if move.inputs["held_at"] > move.at + FAST:
        faults["held_at"] = [_("This time is still to come.")]
    faults |= _counts(move, "attended", least=1)
    _refuse(faults)


def hold_meeting(move: Move) -> None:
    """Keep the minutes."""
    matter, given = move.subject, move.inputs
    matter.held_at, matter.attended, matter.minutes = given["held_at"], int(given["attended"]), given["minutes"]


def check_votes(move: Move) -> None:
    """Raise ``Invalid`` for more votes than people, or a resolution that more were against than for."""
    faults = _counts(move, "in_favour") | _counts(move, "against")
    _refuse(faults)
    for_it, against = move.inputs["in_favour"], move.inputs["against"]
    if for_it + against > move.subject.attended:
        faults["in_favour"] = [_("Only %(people)s people took part.") % {"people": move.subject.attended}]
    if for_it <= against:
        faults["against"] = [_("A resolution has more votes in favour than against. Decline the matter instead.")]
    _refuse(faults)


def _counts(move: Move, name: str, least: int = 0) -> dict[str, list[str]]:
    value: Decimal = move.inputs[name]
    if value == int(value) and least <= value <= MOST_PEOPLE:
        return {}
    return {name: [_("Give a whole number from %(least)s on.") % {"least": least}]}


def _refuse(faults: dict[str, list[str]]) -> None:
    if faults:
        raise Invalid(_("Some inputs cannot be used; each is explained."), fields=faults)


def resolve(move: Move) -> None:
    """Keep what was resolved, and by how many."""
    matter, given = move.subject, move.inputs
    matter.resolution, matter.resolved_at = given["resolution"], move.at
    matter.in_favour, matter.against = int(given["in_favour"]), int(given["against"])


def link_case(move: Move) -> None:
    """Open a case about it, or join one; the case is the street's report."""
    matter, given = move.subject, move.inputs
    if given["case"] is not None:
        # Locked: a case that ends at this moment tells those who wait for it, and must find the matter among them.
        matter.case = type(given["case"])._base_manager.select_for_update().get(pk=given["case"].pk)
        if matter.case.state in CASE_ENDED:
            fault = _("%(case)s has ended. Open a new case, or join one that is open.") % {"case": matter.case.number}
            raise Invalid(fault, fields={"case": [fault]})
    else:
        faults = {name: [_("This is needed for a new case.")] for name in ("category", "position") if not given[name]}
        _refuse(faults)
        matter.case = report_case(
            category=given["category"], description=f"{matter.title}\n{matter.resolution}",
            lon=given["position"].x, lat=given["position"].y, at=move.at, by=move.by, source=Source.STREET,
            address=given["address"] or "",
        )  # fmt: skip
    move.noted["case"] = matter.case.number


def link_whistle(move: Move) -> None:
    """Draft a whistle whose source it is."""
    for draft in WHISTLING:
        move.subject.whistle_number = draft(move)
    move.noted["whistle"] = move.subject.whistle_number


def carried_out(move: Move) -> None:
    """Keep what the residents did."""
    move.subject.outcome, move.subject.result = Outcome.SOLVED, move.inputs["result"]


def told(move: Move) -> None:
    """Keep what the case or whistle came to."""
    move.subject.outcome, move.subject.result = move.inputs["outcome"], move.inputs["result"]


def let_go(move: Move) -> None:
    """Wait for another way."""
    move.subject.case, move.subject.whistle_number = None, ""


def handed_on(move: Move) -> None:
    """Follow the next whistle."""
    move.subject.whistle_number = move.inputs["origin"]


def take_up_again(move: Move) -> None:
    """Begin again from the resolution; what was done stays in the journal."""
    matter = move.subject
    matter.case, matter.whistle_number, matter.outcome, matter.result = None, "", "", ""


def publish(move: Move) -> None:
    """Keep what the residents are told."""
    move.subject.follow_up = move.inputs["follow_up"]
    ends(move)


def ends(move: Move) -> None:
    """Note the end."""
    move.subject.ended_at = move.at
