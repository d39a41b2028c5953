"""What stands beside a ticket: case, whistles, tickets about the same matter or of the same caller, the place."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.urls import reverse

from cases.casework.models import Case
from cases.hotline import identity
from cases.hotline.models import Ticket
from cases.hotline.services import exact_repeats
from cases.hotline.states import TERMINAL
from cases.web.maps import ground
from cases.web.nearby import nearby
from cases.web.reader import works_on_cases
from cases.web.sources import whistles_from
from cases.whistles.models import Whistle
from cases.workflow.people import Acting
from gridmap.areas.models import AreaVersion, Level

MOST = 6


@dataclass(slots=True)
class Beside:
    """All of it, as far as the person may see it."""

    case: Case | None = None
    main: Ticket | None = None
    linked: list[Ticket] = field(default_factory=list)
    same_words: list[Ticket] = field(default_factory=list)
    same_caller: list[Ticket] = field(default_factory=list)
    caller_count: int = 0
    whistles: list[Whistle] = field(default_factory=list)
    cases: list[Any] = field(default_factory=list)
    map: dict[str, Any] | None = None

    @property
    def candidates(self) -> list[Ticket]:
        """Tickets to which this one may be linked, each once."""
        return list({one.pk: one for one in (*self.same_words, *self.same_caller)}.values())


def around(ticket: Ticket, acting: Acting) -> Beside:
    """Return what stands beside the ticket."""
    found = Beside(whistles=whistles_from(ticket, acting))
    seen = Ticket.objects.visible_to(acting.user, acting.at).select_related("unit")
    root = ticket.main_ticket_id or ticket.pk
    for one in seen.filter(Q(pk=root) | Q(main_ticket=root)).exclude(pk=ticket.pk).order_by("received_at", "pk"):
        if one.pk == ticket.main_ticket_id:
            found.main = one
        else:
            found.linked.append(one)
    on_cases = works_on_cases(acting)
    if ticket.case_id is not None and on_cases:
        found.case = Case.objects.visible_to(acting.user, acting.at).filter(pk=ticket.case_id).first()
    if identity.of_hotline(acting):
        _for_hotline(found, ticket, acting)
    if ticket.geom is not None:
        if on_cases and ticket.case_id is None and ticket.state not in TERMINAL:
            found.cases = nearby(ticket.geom.x, ticket.geom.y, acting)
        found.map = _map(ticket, acting, found.cases)
    return found


def _map(ticket: Any, acting: Acting, cases: Any) -> dict[str, Any]:
    """Return what the map module needs: the place, its grid's outline, open cases nearby (lon/lat in degrees)."""
    drawn = None
    if ticket.area.level == Level.GRID:
        drawn = AreaVersion.objects.in_force(acting.at).filter(area=ticket.area_id).only("geom").first()
    return {
        "at": [ticket.geom.y, ticket.geom.x],
        "outline": json.loads(drawn.geom.json) if drawn else None,
        "nearby": [
            {"at": [one.case.geom.y, one.case.geom.x], "name": one.case.number,
             "url": reverse("case", args=[one.case.number])}
            for one in cases
        ],
    } | ground()  # fmt: skip


def _for_hotline(found: Beside, ticket: Ticket, acting: Acting) -> None:
    """Add what the hotline alone knows: the same caller's tickets, and the same words told before."""
    seen = Ticket.objects.visible_to(acting.user, acting.at).select_related("unit")
    if ticket.main_ticket_id is None and ticket.state not in TERMINAL:
        found.same_words = list(exact_repeats(ticket).filter(pk__in=seen.values("pk")).select_related("unit")[:MOST])
    if ticket.caller_id is not None:
        shown = [ticket.pk, *(one.pk for one in found.same_words)]
        theirs = seen.filter(caller=ticket.caller_id).exclude(pk__in=shown).order_by("-received_at", "-pk")
        found.same_caller = list(theirs[: MOST + 1])
        found.caller_count = theirs.count() if len(found.same_caller) > MOST else len(found.same_caller)
        found.same_caller = found.same_caller[:MOST]
