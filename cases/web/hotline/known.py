"""What the hotline knows of a number that calls: who it may be, masked, and what they called about before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, When

from cases.hotline import identity
from cases.hotline.callers import Caller, with_phones
from cases.hotline.limits import SUBJECT_TYPE
from cases.hotline.models import Ticket
from cases.hotline.scope import reach
from cases.hotline.states import OPEN, TicketState
from cases.web.rows import Light, lights_of
from cases.workflow.people import Acting
from citygrid.common.errors import Invalid
from citygrid.common.prepared import Prepared, filled
from gridmap.registers import checks

MOST = 8  # tickets shown; the list of all is one click away
URGEABLE = (TicketState.DISPATCHED, TicketState.HANDLING)


@dataclass(frozen=True, slots=True)
class Former:
    """An earlier ticket, with its most urgent clock while it is open."""

    ticket: Ticket
    light: Light | None

    @property
    def open(self) -> bool:
        """Whether somebody still works on it."""
        return self.ticket.state in OPEN

    @property
    def urgeable(self) -> bool:
        """Whether a unit has it, which can be urged."""
        return self.ticket.state in URGEABLE


@dataclass(frozen=True, slots=True)
class History:
    """Callers with a number, and their tickets, open ones first; ``fault`` says why nothing could be looked up."""

    callers: list[Caller] = field(default_factory=list)
    tickets: list[Former] = field(default_factory=list)
    count: int = 0
    open_count: int = 0
    fault: str = ""


def history(phone: str, acting: Acting) -> History:
    """Look a number up, on record, and return what is known. What cannot be a number is not looked up."""
    try:
        number = checks.phone(phone)
    except Invalid as refusal:
        return History(fault=str(refusal))
    found = identity.look_up(phone=number, by=acting.user, at=acting.at)
    if not found:
        return History()
    of = {"callers": filled([one.pk for one in found]), **reach(acting)}
    shown = _SHOWN(**of)
    lights = lights_of([one.pk for one in shown], acting.at, SUBJECT_TYPE)
    rows = [Former(one, lights.get(one.pk)) for one in shown]
    counts = dict(_COUNTS(**of))
    open_count = sum(count for state, count in counts.items() if state in OPEN)
    return History(list(with_phones(found)), rows, sum(counts.values()), open_count)


def _of_callers(callers: list[int], roots: list[int], units: list[int]) -> Any:
    return Ticket.objects.in_scope(roots, units).filter(caller__in=callers)


_SHOWN = Prepared(
    lambda **of: (
        _of_callers(**of)
        .select_related("unit", "category", "demand_type", "area")
        .order_by(Case(When(state__in=OPEN, then=0), default=1), "-received_at", "-pk")[:MOST]
    )
)
_COUNTS = Prepared(lambda **of: _of_callers(**of).order_by().values_list("state").annotate(n=Count("pk")))
