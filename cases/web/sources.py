"""What a whistle comes from, and what a case or ticket led to, each with the way there if the person sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cases.casework.models import Case
from cases.councils.models import CouncilMatter
from cases.hotline import ended
from cases.hotline.models import Ticket
from cases.web.reader import works_on_tickets
from cases.whistles.models import Whistle
from cases.whistles.sources import WhistleSource
from cases.whistles.states import SourceKind
from cases.workflow.people import Acting


@dataclass(frozen=True, slots=True)
class Source:
    """A source of a whistle."""

    one: WhistleSource
    url: str  # empty where there is nothing to see, or not for this person
    state: Any


def sources_of(whistle: Whistle, acting: Acting) -> list[Source]:
    """Return the sources of a whistle in their order. Four queries at most."""
    rows = list(whistle.sources.order_by("pk"))
    found: dict[tuple[str, int], tuple[str, Any]] = {}
    models: list[tuple[str, str, Any]] = [
        (SourceKind.CASE, "case", Case), (SourceKind.TICKET, "ticket", Ticket),
        (SourceKind.COUNCIL, "council_matter", CouncilMatter),
    ]  # fmt: skip
    for kind, way, model in models:
        keys = [row.subject_id for row in rows if row.kind == kind and row.subject_id]
        for one in model.objects.visible_to(acting.user, acting.at).filter(pk__in=keys) if keys else ():
            found[kind, one.pk] = reverse(way, args=[one.number]), one.get_state_display()
    return [Source(row, *found.get((row.kind, row.subject_id or 0), ("", ""))) for row in rows]


def whistles_from(subject: Any, acting: Acting) -> list[Whistle]:
    """Return the whistles of which a case or ticket is a source, the newest first."""
    sources = WhistleSource.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    seen = Whistle.objects.visible_to(acting.user, acting.at).filter(pk__in=sources.values("whistle"))
    return list(seen.select_related("kind").order_by("-drafted_at", "-pk"))


def tickets_about(case: Case, acting: Acting) -> list[Ticket]:
    """Return the tickets of a case and of those merged into it, in the order of their receipt."""
    if not works_on_tickets(acting):
        return []
    seen = ended.tickets_of(case).visible_to(acting.user, acting.at)
    return list(seen.select_related("unit").order_by("received_at", "pk"))
