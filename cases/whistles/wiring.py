"""Connect the room with those below it: its tables, the lists its inputs name, and what a whistle does to its cases."""

from __future__ import annotations

from typing import Any

from cases.casework.models import Case
from cases.casework.states import Outcome, State
from cases.casework.whistled import DRAFTING
from cases.evidence.models import HOLDERS
from cases.whistles.districts import street_on
from cases.whistles.kinds import WhistleKind
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.whistles.report_table import REPORT_IN
from cases.whistles.services import join_source, open_draft
from cases.whistles.sources import LINKS, Link
from cases.whistles.states import SourceKind
from cases.whistles.table import WHISTLE
from cases.workflow.engine import Move, advance_by_system, register
from cases.workflow.inputs import RESOLVERS
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from gridmap.departments.models import Department


def connect() -> None:
    """Called once, when Django is ready."""
    register(Whistle, WHISTLE)
    register(ReportIn, REPORT_IN)
    HOLDERS[:] = sorted({*HOLDERS, Whistle._meta.label_lower, ReportIn._meta.label_lower})
    RESOLVERS.update(
        {
            "whistles": lambda key, by, at: Whistle.objects.visible_to(by, at).filter(number=key).first(),
            "whistle-kinds": lambda key, by, at: WhistleKind.objects.in_force(at).filter(code=key).first(),
            "whistle-departments": lambda key, by, at: callable_departments(by, at).filter(code=key).first(),
            # Whether the whistle names it is checked by the move.
            "called-departments": lambda key, by, at: Department.objects.filter(code=key).first(),
        }
    )
    DRAFTING[:] = [_draft_from_case]
    LINKS[SourceKind.CASE] = Link(fed_back=_move_case_on, let_go=_let_case_go, again=_hand_case_on)


def callable_departments(user: Any, at: Any) -> Any:
    """Return the departments that a whistle may name: all in force, also of other districts, for who may whistle."""
    if not Acting.of(user, at).holds(Perm.WHISTLE_VIEW):
        return Department.objects.none()
    return Department.objects.in_force(at)


def _draft_from_case(move: Move) -> str:
    """Open a draft about the case, or let it join the one that is named; return the whistle's number."""
    case, whistle = move.subject, move.inputs["whistle"]
    if whistle is None:
        street: Any = street_on(move.acting.path(case.area_id))
        whistle = open_draft(
            description=case.description, street=street, position=case.geom, address=case.address, by=move.by,
            at=move.at,
        )  # fmt: skip
    join_source(whistle=whistle, kind=SourceKind.CASE, subject=case, reference=case.number, by=move.by, at=move.at)
    return str(whistle.number)


def _waits(case: Case, move: Move) -> bool:
    """Whether the case still waits for this whistle: it may have been closed by force meanwhile."""
    return case.state == State.HANDLING and case.whistle_number == move.subject.number


def _move_case_on(case: Case, move: Move) -> None:
    whistle = move.subject
    if _waits(case, move):
        advance_by_system(
            case, "whistle_fed_back", at=move.at, by=move.by, whistle=whistle.number,
            outcome=whistle.outcome or Outcome.PARTLY, result=whistle.feedback,
        )  # fmt: skip


def _let_case_go(case: Case, move: Move) -> None:
    if _waits(case, move):
        advance_by_system(case, "whistle_ended", at=move.at, by=move.by, whistle=move.subject.number)


def _hand_case_on(case: Case, move: Move, new: Whistle) -> None:
    if _waits(case, move):
        advance_by_system(case, "whistle_again", at=move.at, by=move.by, whistle=new.number)
