"""What the hotline knows of a number that calls: who it may be, masked, and what they called about before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cases.hotline import identity
from cases.hotline.callers import Caller
from cases.hotline.limits import SUBJECT_TYPE
from cases.hotline.models import Ticket
from cases.hotline.states import OPEN, TicketState
from cases.web.rows import Light, lights_of
from cases.workflow.people import Acting
from citygrid.common.errors import Invalid
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
    keys = [one.pk for one in found]
    if not keys:
        return History()
    callers = list(Caller.objects.visible_to(acting.user, acting.at).filter(pk__in=keys).prefetch_related("phones"))
    seen: Any = Ticket.objects.visible_to(acting.user, acting.at).filter(caller__in=keys)
    joins = ("unit", "category", "demand_type", "area")
    ended = seen.exclude(state__in=OPEN).select_related(*joins).order_by("-received_at", "-pk")[:MOST]
    going = list(seen.filter(state__in=OPEN).select_related(*joins).order_by("-received_at", "-pk")[:MOST])
    shown = [*going, *list(ended)[: MOST - len(going)]]
    lights = lights_of([one.pk for one in shown], acting.at, SUBJECT_TYPE)
    rows = [Former(one, lights.get(one.pk)) for one in shown]
    return History(callers, rows, seen.count(), seen.filter(state__in=OPEN).count())
