"""Connect the room with those below it: lists of inputs, kinds of requests, and what cases tell their tickets."""

from __future__ import annotations

from cases.approvals.kinds import KINDS
from cases.approvals.states import RequestKind
from cases.casework.checks import WAITING
from cases.catalogue.models import Category
from cases.evidence.models import HOLDERS
from cases.hotline import outcomes, requests
from cases.hotline.models import Ticket
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.table import TICKET
from cases.hotline.units import unit_named
from cases.workflow.engine import AFTER_MOVE, register
from cases.workflow.inputs import RESOLVERS
from cases.workflow.people import Acting
from citygrid.accounts.models import User
from citygrid.common.prepared import Prepared
from gridmap.areas.models import Area

_DEMAND_TYPE = Prepared(lambda at, code: DemandType.objects.in_force(at).filter(code=code))
_CATEGORY = Prepared(lambda at, code: TicketCategory.objects.in_force(at).filter(code=code))


def connect() -> None:
    """Called once, when Django is ready, after the rooms below."""
    register(Ticket, TICKET)
    HOLDERS[:] = sorted({*HOLDERS, Ticket._meta.label_lower})
    AFTER_MOVE.append(outcomes.follow)
    WAITING[:] = [outcomes.waits]
    KINDS["ticket", RequestKind.RETURN] = requests.RETURN
    KINDS["ticket", RequestKind.EXCLUSION] = requests.EXCLUSION
    RESOLVERS.update(
        {
            "tickets": lambda key, by, at: Ticket.objects.visible_to(by, at).filter(number=key).first(),
            "units": lambda key, by, at: unit_named(key, Acting.of(by, at)),
            # Whom a unit can name is judged by the move, which knows the unit.
            "unit-staff": lambda key, by, at: User.objects.filter(username=key, is_active=True).first(),
            "demand-types": lambda key, by, at: next(iter(_DEMAND_TYPE(at=at, code=key)), None),
            "ticket-categories": lambda key, by, at: next(iter(_CATEGORY(at=at, code=key)), None),
            "areas": lambda key, by, at: Area.objects.visible_to(by, at).in_force(at).filter(code=key).first(),
            "categories": lambda key, by, at: Category.objects.in_force(at).filter(code=key).first(),
        }
    )
