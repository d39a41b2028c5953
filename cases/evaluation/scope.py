"""Whose figures are one's own: those over the tickets and whistles that one sees. The ranking is for all.

Own figures come with numerators, denominators and the list behind them; every item counted is one that the person may
see. The ranking has every unit, with rates and places alone.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, Q, Value, When

from cases.hotline.units import own_units
from cases.workflow.people import Acting
from citygrid.accounts.permissions import Perm
from gridmap.areas.models import AreaLink


def own(board: Any, found: Any, acting: Acting) -> Any:
    """Keep the items of a board that make up the person's own figures."""
    if not has_figures(acting):
        return found.none()
    return found.filter(_OWN[board.family](acting))


def marked(board: Any, found: Any, acting: Acting) -> Any:
    """Keep all items, and say of each as ``own`` whether it makes up the person's own figures."""
    own = Case(When(_OWN[board.family](acting), then=Value(True)), default=Value(False), output_field=BooleanField())
    return found.annotate(own=own)


def has_figures(acting: Acting) -> bool:
    """Whether the person is shown figures at all."""
    return acting.holds(Perm.EVALUATION_VIEW)


def _below(acting: Acting, perm: Perm) -> Any:
    return AreaLink.objects.filter(ancestor__in=acting.roots(perm)).values("descendant")


def _tickets(acting: Acting) -> Q:
    """Tickets of one's area at whatever unit, and those that one's own unit had."""
    return Q(ticket__area__in=_below(acting, Perm.TICKET_VIEW)) | Q(unit__in=own_units(acting))


def _reports(acting: Acting) -> Q:
    """Report-ins to the whistles of one's area, and those of one's own departments."""
    departments = acting.departments(Perm.CASE_VIEW_DEPARTMENT)
    return Q(whistle__area__in=_below(acting, Perm.WHISTLE_VIEW)) | Q(department__in=departments)


def _whistles(acting: Acting) -> Q:
    """Whistles of one's area."""
    return Q(area__in=_below(acting, Perm.WHISTLE_VIEW))


_OWN = {"hotline": _tickets, "whistle": _reports, "whistle_street": _whistles}
