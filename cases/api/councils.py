"""``/api/v1/council-matters/``: take proposals of residents, find, watch, and move them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from cases.api import named
from cases.api.children import evidence
from cases.api.described import EventSerializer, MoveSerializer
from cases.api.described_council import MatterRowSerializer, MatterSerializer, NewMatterSerializer
from cases.api.moves import actions_of, whose_turn
from cases.api.named import when
from cases.api.reader import Reader
from cases.api.references import case_named, in_area
from cases.api.subjects import Shown, SubjectDetail, SubjectList, SubjectMove, SubjectView, not_found
from cases.api.timeline import event_shown
from cases.api.whistles import whistle_named
from cases.casework.states import Outcome
from cases.councils.models import CouncilMatter
from cases.councils.services import propose
from cases.councils.states import OPEN, MatterState
from cases.evidence.models import Evidence
from cases.journal.models import Event
from cases.whistles.models import Whistle
from citygrid.accounts.permissions import Perm
from citygrid.common.api.filters import flag_filter, no_such
from citygrid.common.errors import Invalid
from citygrid.common.idempotency import IdempotentMixin
from gridmap.areas.models import Area

COUNCIL_RIGHTS = (Perm.COUNCIL_VIEW,)


def _row(one: CouncilMatter) -> dict[str, Any]:
    return {
        "number": one.number,
        "state": one.state,
        "state_label": named.label(MatterState, one.state),
        "area": named.area(one.area),
        "title": one.title,
        "proposed_by": one.proposed_by,
        "proposed_at": when(one.proposed_at),
        "meeting_at": when(one.meeting_at),
        "meeting_place": one.meeting_place,
        "held_at": when(one.held_at),
        "resolved_at": when(one.resolved_at),
        "case": one.case.number if one.case else None,
        "whistle": one.whistle_number or None,
        "outcome": one.outcome,
        "outcome_label": named.label(Outcome, one.outcome),
        "ended_at": when(one.ended_at),
        "version": one.version,
    }


def _rows(matters: Sequence[CouncilMatter], reader: Reader) -> list[dict[str, Any]]:
    return [_row(one) for one in matters]


def _detail(one: CouncilMatter, reader: Reader) -> dict[str, Any]:
    return {
        **_row(one),
        "whose_turn": whose_turn(one),
        "actions": actions_of(one, reader.acting, {}),
        "proposal": one.proposal,
        "recorded_by": named.person(one.recorded_by),
        "attended": one.attended,
        "minutes": one.minutes,
        "resolution": one.resolution,
        "in_favour": one.in_favour,
        "against": one.against,
        "result": one.result,
        "follow_up": one.follow_up,
        "evidence": [evidence(piece) for piece in Evidence.objects.of_holder(one).select_related("uploaded_by")],
    }


def _joined(matters: Any) -> Any:
    return matters.select_related("area", "case")


def _load(reader: Reader, **key: Any) -> CouncilMatter | None:
    seen = _joined(CouncilMatter.objects.visible_to(reader.user, reader.at))
    found: CouncilMatter | None = seen.select_related("recorded_by").filter(**key).first()
    return found


MATTERS = Shown(CouncilMatter, "number", rows=_rows, detail=_detail, load=_load, joined=_joined).register()


class MatterFilters(django_filters.FilterSet):
    """Narrow a list of council matters."""

    state = django_filters.MultipleChoiceFilter(
        choices=MatterState.choices, label=gettext_lazy("State; may be repeated.")
    )
    area = django_filters.CharFilter(
        method="within", max_length=40, label=gettext_lazy("Code of an area; all below it is included.")
    )
    case = django_filters.CharFilter(method="of_case", max_length=24, label=gettext_lazy("Number of a case."))
    whistle = django_filters.CharFilter(method="of_whistle", max_length=24, label=gettext_lazy("Number of a whistle."))
    open = flag_filter(method="not_ended", label=gettext_lazy("1 keeps the matters that are not at an end."))
    mine = flag_filter(method="waits_for_me", label=gettext_lazy("1 keeps the matters whose next move is yours."))

    class Meta:
        model = CouncilMatter
        fields: list[str] = []

    def within(self, queryset: Any, name: str, value: str) -> Any:
        """Keep those of an area and of all below it."""
        return in_area(queryset, value, name)

    def of_case(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what a case is about."""
        return queryset.filter(case=case_named(value, self.request, name))

    def of_whistle(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what a whistle is about."""
        whistle = Whistle.objects.filter(pk=whistle_named(value, self.request, name))
        return queryset.filter(whistle_number__in=whistle.values("number"))

    def not_ended(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what is open."""
        return queryset.filter(state__in=OPEN) if value == "1" else queryset

    def waits_for_me(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the reader's own work."""
        return queryset.waiting_for(self.request.reader.acting) if value == "1" else queryset


class MatterListView(IdempotentMixin, SubjectList):
    """Matters of the councils of one's areas."""

    shown = MATTERS
    rights = COUNCIL_RIGHTS
    queryset = CouncilMatter.objects.none()
    serializer_class = MatterRowSerializer
    filterset_class = MatterFilters
    ordering = "-proposed_at"
    ordering_fields = ("proposed_at", "number")

    @extend_schema(operation_id="council_matters_list", responses=MatterRowSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of council matters."""
        return self.page()

    @extend_schema(
        operation_id="council_matters_create",
        request=NewMatterSerializer,
        responses={
            201: MatterSerializer,
            200: OpenApiResponse(MatterSerializer, description="The matter that this client_request_id made before."),
        },
    )
    def post(self, request: Any) -> Response:
        """Take a proposal for the council of a community or street."""
        body = NewMatterSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = body.validated_data, self.reader
        area = Area.objects.visible_to(reader.user, reader.at).in_force(reader.at).filter(code=given["area"]).first()
        if area is None:
            fault = no_such(given["area"], "areas")
            raise Invalid(fault, fields={"area": [fault]})
        matter = propose(
            area=area, title=given["title"], proposal=given["proposal"], proposed_by=given["proposed_by"],
            client_request_id=given["client_request_id"], by=reader.user, at=reader.at,
        )  # fmt: skip
        fresh = matter.proposed_at == reader.at
        return Response(self.shown.find(reader, pk=matter.pk), status=201 if fresh else 200)


class MatterDetailView(SubjectDetail):
    """One council matter."""

    shown = MATTERS
    rights = COUNCIL_RIGHTS
    queryset = CouncilMatter.objects.none()

    @extend_schema(operation_id="council_matters_retrieve", responses=MatterSerializer)
    def get(self, request: Any, number: str) -> Response:
        """Answer one council matter with its minutes, its resolution, and what you can do with it."""
        return self.show(number)


class MatterMoveView(SubjectMove):
    """A move of one council matter."""

    shown = MATTERS
    rights = COUNCIL_RIGHTS
    queryset = CouncilMatter.objects.none()

    @extend_schema(operation_id="council_matters_move", request=MoveSerializer, responses=MatterSerializer)
    def post(self, request: Any, number: str, name: str) -> Response:
        """Make a move; the body holds the inputs that the action names. Answers the fresh council matter."""
        return self.move(number, name)


class MatterTimelineView(SubjectView):
    """The journal of one council matter."""

    rights = COUNCIL_RIGHTS
    queryset = Event.objects.none()
    serializer_class = EventSerializer
    ordering = "id"
    ordering_fields = ("id",)

    @extend_schema(operation_id="council_matters_timeline", responses=EventSerializer(many=True))
    def get(self, request: Any, number: str) -> Response:
        """Answer one page of events of the council matter, in the order of their writing."""
        seen = CouncilMatter.objects.visible_to(self.reader.user, self.reader.at)
        matter = seen.filter(number=number).first()
        if matter is None:
            raise not_found()
        events: Any = self.paginate_queryset(Event.objects.of(matter))
        return self.get_paginated_response([event_shown(event) for event in events])
