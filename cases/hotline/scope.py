"""Whose ticket is it? The hotline and managers see those of their area; units those that they have or had."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from cases.deadlines.urgency import Urgency
from cases.hotline.states import OPEN, TO_CALL, WITH_UNIT, TicketState
from cases.hotline.units import LEADER_ROLES, STAFF_ROLES, own_units, working_units
from cases.workflow.fsm import Findable
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from citygrid.common.prepared import Prepared
from gridmap.areas.models import AreaLink
from gridmap.scope import ScopedQuerySet, instant


def reach(acting: Acting) -> dict[str, list[int]]:
    """Return what :meth:`TicketQuerySet.in_scope` takes of a person."""
    return {"roots": acting.roots(Perm.TICKET_VIEW), "units": own_units(acting)}


class TicketQuerySet(Findable, Urgency, ScopedQuerySet[Any]):  # type: ignore[override]
    """Reads of tickets."""

    view_perm = Perm.TICKET_VIEW

    def visible_to(self, user: Any, at: datetime | None = None) -> Self:
        """Keep the tickets of the person's areas or units."""
        if not getattr(user, "is_active", False):
            return self.none()
        return self.in_scope(**reach(Acting.of(user, instant(at))))

    def in_scope(self, roots: list[int], units: list[int]) -> Self:
        """Keep the tickets below the areas ``roots``, and those that the units have or once had."""
        seen = Q(pk__in=[])
        if roots:
            seen |= Q(area__in=AreaLink.objects.filter(ancestor__in=roots).values("descendant"))
        if units:
            rounds: Any = apps.get_model("cases", "TicketRound")
            seen |= Q(unit__in=units) | Q(pk__in=rounds.objects.filter(unit__in=units).values("ticket"))
        return self.filter(seen)

    def find_for(self, user: Any, at: datetime, **key: Any) -> Any:
        """Return the ticket with that ``pk`` or ``number``, if the person may see it, else ``None``."""
        if not getattr(user, "is_active", False):
            return None
        found = _ONE["number" if "number" in key else "pk"](**key, **reach(Acting.of(user, at)))
        return found[0] if found else None

    def open(self) -> Self:
        """Tickets that are not at an end."""
        return self.filter(state__in=OPEN)

    def waiting_for(self, acting: Acting) -> Self:
        """Keep the tickets whose next move is this person's."""
        found = _at_unit(acting)
        for role in _BY_PLACE:
            found |= _of_places(acting, role)
        return self.filter(found)

    def to_be_called_by(self, acting: Acting) -> Self:
        """Keep the tickets whose callers this person may call back: those of the queue that :meth:`waiting_for` keeps.

        Said without the conditions that such a ticket meets anyway: repeated, they mislead the planner of PostgreSQL.
        """
        return self.filter(_of_places(acting, Role.CALLBACK_AGENT))


def _scoped(roots: list[int], units: list[int]) -> Any:
    ticket: Any = apps.get_model("cases", "Ticket")
    return ticket.objects.in_scope(roots, units)


_ONE = {
    "pk": Prepared(lambda pk, roots, units: _scoped(roots, units).filter(pk=pk)),
    "number": Prepared(lambda number, roots, units: _scoped(roots, units).filter(number=number)),
}
_BY_PLACE = {
    Role.HOTLINE_OPERATOR: [TicketState.LOGGED],
    Role.CALLBACK_AGENT: list(TO_CALL),
}


def _of_places(acting: Acting, role: Role) -> Q:
    """Return what waits for the posts of this role in or below their areas."""
    places = {area if area is not None else served for post, area, _d, served in acting.posts if post == role}
    roots = sorted(place for place in places if place is not None)
    if not roots:
        return Q(pk__in=[])
    below = AreaLink.objects.filter(ancestor__in=roots).values("descendant")
    return Q(state__in=_BY_PLACE[role], area__in=below) & ~_not_for(role, acting)


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


def _not_for(role: Role, acting: Acting) -> Q:
    """Return what is not this person's although the role's: nobody asks callers about the own work, or one's unit's."""
    if role != Role.CALLBACK_AGENT:
        return Q(pk__in=[])
    rounds: Any = apps.get_model("cases", "TicketRound")
    units = working_units(acting, tuple(Role(post[0]) for post in acting.posts))
    return Q(logged_by=acting.user.pk) | Q(pk__in=rounds.objects.filter(unit__in=units).values("ticket"))
