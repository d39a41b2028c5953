"""The queues of tickets that a person may look into, with how many wait in each and how many are overdue."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from cases.deadlines.urgency import running
from cases.hotline.limits import SUBJECT_TYPE
from cases.hotline.models import Ticket, TicketRound
from cases.hotline.states import OPEN, WITH_UNIT
from cases.hotline.states import TicketState as S
from cases.hotline.units import own_units
from cases.web.tabs import Tab, kept, midnight
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role


def tabs_for(acting: Acting) -> list[Tab]:
    """Return the person's queues, counted. Three queries at most."""
    visible = Ticket.objects.visible_to(acting.user, acting.at)
    found = [Tab("mine", _("Waiting for me"), lambda tickets: tickets.waiting_for(acting))]
    found[0].count = found[0].keep(visible).count()
    if acting.holds(Perm.TICKET_VIEW_UNIT):
        found += _counted(Ticket.objects.all(), _of_unit(acting))
    if acting.holds(Perm.TICKET_VIEW):
        found += _counted(visible, _of_hotline(acting))
    if acting.holds_role(Role.HOTLINE_OPERATOR):
        found.append(Tab("logged_by", _("Logged by me"), kept(Q(logged_by=acting.user)), urgent=False))
    return [*found, Tab("all", _("All"), lambda tickets: tickets, urgent=False)]


def _counted(tickets: Any, queues: dict[str, tuple[Any, Q]]) -> list[Tab]:
    # Every queue is of open tickets: said once more, the many that ended are not looked at.
    counts = tickets.open().aggregate(**{key: Count("pk", filter=keep) for key, (_label, keep) in queues.items()})
    return [
        Tab(key, label, kept(keep), count=counts[key], red=counts[key] if key.endswith("overdue") else 0)
        for key, (label, keep) in queues.items()
    ]


def _of_hotline(acting: Acting) -> dict[str, tuple[Any, Q]]:
    return {
        "dispatch": (_("To dispatch"), Q(state=S.LOGGED, returned=False)),
        "returned": (_("Returned"), Q(state=S.LOGGED, returned=True)),
        "sign": (_("To sign"), Q(state=S.DISPATCHED)),
        "units": (_("With the units"), Q(state=S.HANDLING)),
        "overdue": (_("Overdue"), Q(state__in=OPEN, pk__in=_with_clock(due_at__lt=acting.at))),
        "call": (_("To call back"), Q(state__in=[S.REPLIED, S.CALLBACK_OPEN])),
        "again": (_("Done again"), Q(state__in=WITH_UNIT, redo_count__gt=0)),
    }


def _of_unit(acting: Acting) -> dict[str, tuple[Any, Q]]:
    ours = Q(unit__in=own_units(acting))
    today = Q(pk__in=_with_clock(due_at__gte=acting.at, due_at__lt=midnight(acting.at)))
    late = Q(pk__in=_with_clock(due_at__lt=acting.at))
    rounds = TicketRound.objects.filter(written_at__isnull=False, replied_at=None, ended_at=None)
    written = Q(pk__in=rounds.values("ticket"))
    return {
        "our_sign": (_("To sign"), ours & Q(state=S.DISPATCHED)),
        "our_hand": (_("In hand"), ours & Q(state=S.HANDLING)),
        "our_signoff": (_("To sign off"), ours & Q(state=S.HANDLING) & written),
        "our_today": (_("Due today"), ours & Q(state__in=WITH_UNIT) & today),
        "our_overdue": (_("Overdue"), ours & Q(state__in=WITH_UNIT) & late),
        "our_again": (_("Done again"), ours & Q(state__in=WITH_UNIT, redo_count__gt=0)),
    }


def _with_clock(**when: Any) -> Any:
    return running(SUBJECT_TYPE).filter(**when).order_by().values("subject_id")
