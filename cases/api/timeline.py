"""``/api/v1/cases/{number}/timeline/``: what happened to a case, from the journal."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api.described import EventSerializer
from cases.api.named import when
from cases.api.subjects import SubjectView, not_found
from cases.casework.models import Case
from cases.casework.timeline import timeline_of
from cases.journal.models import Event
from cases.workflow.engine import LIFECYCLES

STATES = {model._meta.label_lower: life.states for model, life in LIFECYCLES.items()}


class TimelineView(SubjectView):
    """The journal of one case."""

    queryset = Event.objects.none()
    serializer_class = EventSerializer
    ordering = "id"
    ordering_fields = ("id",)

    @extend_schema(operation_id="cases_timeline", responses=EventSerializer(many=True))
    def get(self, request: Any, number: str) -> Response:
        """Answer one page of events of the case, its field tasks and its requests, in the order of their writing."""
        case = Case.objects.visible_to(self.reader.user, self.reader.at).filter(number=number).only("pk").first()
        if case is None:
            raise not_found()
        events: Any = self.paginate_queryset(timeline_of(case))
        return self.get_paginated_response([event_shown(event) for event in events])


def event_shown(event: Event) -> dict[str, Any]:
    """Return an event."""
    facts = dict(event.facts)
    opinion = facts.pop("opinion", "")
    return {
        "id": event.pk,
        "kind": event.kind,
        "label": event.label,
        "subject": event.subject_text,
        "at": when(event.at),
        "by": event.actor_text,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "state_label": str(STATES.get(event.subject_type, {}).get(event.to_state, "")),
        "opinion": opinion,
        "facts": facts,
    }
