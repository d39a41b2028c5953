"""Whose ticket is it? The hotline and managers see those of their area; units those that they have or had."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from cases.deadlines.urgency import Urgency
from cases.hotline.states import OPEN, WITH_UNIT, TicketState
from cases.hotline.units import LEADER_ROLES, STAFF_ROLES, own_units, working_units
from cases.workflow.fsm import Findable
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from gridmap.areas.models import AreaLink
from gridmap.scope import ScopedQuerySet, instant


class TicketQuerySet(Findable, Urgency, ScopedQuerySet[Any]):  # type: ignore[override]
    """Reads of tickets."""

    view_perm = Perm.TICKET_VIEW

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep the tickets of the person's areas or units."""
        if not getattr(user, "is_active", False):
            return self.none()
        acting = Acting.of(user, instant(at))
        seen = Q(pk__in=[])
        if roots := acting.roots(Perm.TICKET_VIEW):
            seen |= Q(area__in=AreaLink.objects.filter(ancestor__in=roots).values("descendant"))
        if own := own_units(acting):
            rounds: Any = apps.get_model("cases", "TicketRound")
            seen |= Q(unit__in=own) | Q(pk__in=rounds.objects.filter(unit__in=own).values("ticket"))
        return self.filter(seen)

    def open(self) -> Self:
        """Tickets that are not at an end."""
        return self.filter(state__in=OPEN)

    def to_call_back(self) -> Self:
        """The queue of callbacks: what was replied to, the longest waiting first."""
        return self.filter(state__in=[TicketState.REPLIED, TicketState.CALLBACK_OPEN]).order_by("replied_at", "pk")

    def waiting_for(self, acting: Acting) -> Self:
        """Keep the tickets whose next move is this person's."""
        found = Q(pk__in=[])
        places: dict[str, set[int]] = {}
        for role, area, _department, served in acting.posts:
            root = area if area is not None else served
            if root is not None:
                places.setdefault(role, set()).add(root)
        for role, states in _BY_PLACE.items():
            if roots := places.get(role):
                below = AreaLink.objects.filter(ancestor__in=roots).values("descendant")
                found |= Q(state__in=states, area__in=below) & ~_not_for(role, acting.user.pk)
        return self.filter(found | _at_unit(acting))


_BY_PLACE = {
    Role.HOTLINE_OPERATOR: [TicketState.LOGGED],
    Role.CALLBACK_AGENT: [TicketState.REPLIED, TicketState.CALLBACK_OPEN],
}


def _at_unit(acting: Acting) -> Q:
    """Return what waits for somebody of a unit: its staff, its named handler, or who signs its replies off."""
    written = apps.get_model("cases", "TicketRound").objects.filter(
        ticket=OuterRef("pk"), number=OuterRef("round_number"), written_at__isnull=False, replied_at=None
    )
    to_sign_off = Q(Exists(written)) & Q(state=TicketState.HANDLING)
    staff = Q(state__in=WITH_UNIT, unit__in=working_units(acting, STAFF_ROLES)) & ~to_sign_off
    leaders = Q(unit__in=working_units(acting, LEADER_ROLES)) & to_sign_off
    mine = Q(Exists(written.filter(replied_by=acting.user.pk)))
    return staff | leaders & ~mine | Q(state=TicketState.HANDLING, handler=acting.user.pk)


def _not_for(role: Role, user_id: int) -> Q:
    """Return what is not this person's although the role's: nobody asks the callers whose tickets one logged."""
    return Q(logged_by=user_id) if role == Role.CALLBACK_AGENT else Q(pk__in=[])
