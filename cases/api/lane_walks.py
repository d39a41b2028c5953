"""``/api/v1/lane-walks/``: hand in walks through lanes, find them, and note that they were read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import django_filters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from cases.api import named
from cases.api.children import evidence
from cases.api.described import MoveSerializer
from cases.api.described_lane import NewWalkSerializer, WalkRowSerializer, WalkSerializer
from cases.api.lanes import LANE_RIGHTS, item_shown, lane_named, lane_of, lane_ref
from cases.api.moves import actions_of, whose_turn
from cases.api.named import when
from cases.api.reader import Reader
from cases.api.references import in_area, position_of
from cases.api.subjects import Shown, SubjectDetail, SubjectList, SubjectMove
from cases.evidence.models import Evidence
from cases.stewards.models import LaneWalk, WalkFinding
from cases.stewards.services import Found, record_walk
from cases.stewards.states import Finding, WalkState
from citygrid.common.api.filters import flag_filter
from citygrid.common.errors import Invalid
from citygrid.common.idempotency import IdempotentMixin


def _row(one: LaneWalk) -> dict[str, Any]:
    found = Counter(finding.finding for finding in one.findings.all())
    return {
        "id": one.pk,
        "state": one.state,
        "state_label": named.label(WalkState, one.state),
        "lane": lane_ref(one.lane),
        "area": named.area(one.area),
        "steward": named.person(one.steward),
        "walked_at": when(one.walked_at),
        "position": named.point(one.geom),
        "accuracy_m": one.accuracy_m,
        "distance_m": one.distance_m,
        "counts": {name: found[name] for name in Finding.values},
        "read_at": when(one.read_at),
        "version": one.version,
    }


def _rows(walks: Sequence[LaneWalk], reader: Reader) -> list[dict[str, Any]]:
    return [_row(one) for one in walks]


def _detail(one: LaneWalk, reader: Reader) -> dict[str, Any]:
    findings = one.findings.select_related("item", "case").order_by("item__position", "pk")
    return {
        **_row(one),
        "whose_turn": whose_turn(one),
        "actions": actions_of(one, reader.acting, {}),
        "far_reason": one.far_reason,
        "note": one.note,
        "answer": one.answer,
        "findings": [_finding(finding) for finding in findings],
        "evidence": [evidence(piece) for piece in Evidence.objects.of_holder(one).select_related("uploaded_by")],
    }


def _finding(one: WalkFinding) -> dict[str, Any]:
    return {
        "item": item_shown(one.item),
        "finding": one.finding,
        "finding_label": named.label(Finding, one.finding),
        "note": one.note,
        "case": one.case.number if one.case else None,
    }


def _joined(walks: Any) -> Any:
    return walks.select_related("lane", "area", "steward").prefetch_related("findings")


def _load(reader: Reader, **key: Any) -> LaneWalk | None:
    found: LaneWalk | None = _joined(LaneWalk.objects.visible_to(reader.user, reader.at)).filter(**key).first()
    return found


WALKS = Shown(LaneWalk, "pk", rows=_rows, detail=_detail, load=_load, joined=_joined).register()


class WalkFilters(django_filters.FilterSet):
    """Narrow a list of walks."""

    state = django_filters.MultipleChoiceFilter(
        choices=WalkState.choices, label=gettext_lazy("State; may be repeated.")
    )
    lane = django_filters.CharFilter(method="of_lane", max_length=20, label=gettext_lazy("Code of a lane."))
    area = django_filters.CharFilter(
        method="within", max_length=40, label=gettext_lazy("Code of an area; all below it is included.")
    )
    mine = flag_filter(method="waits_for_me", label=gettext_lazy("1 keeps the walks whose next move is yours."))
    own = flag_filter(method="walked_by_me", label=gettext_lazy("1 keeps the walks that you handed in."))

    class Meta:
        model = LaneWalk
        fields: list[str] = []

    def of_lane(self, queryset: Any, name: str, value: str) -> Any:
        """Keep one lane's."""
        return lane_named(queryset, value, self.request, name)

    def within(self, queryset: Any, name: str, value: str) -> Any:
        """Keep those of an area and of all below it."""
        return in_area(queryset, value, name)

    def waits_for_me(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the reader's own work."""
        return queryset.waiting_for(self.request.reader.acting) if value == "1" else queryset

    def walked_by_me(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the reader's own walks."""
        return queryset.filter(steward=self.request.user) if value == "1" else queryset


class WalkListView(IdempotentMixin, SubjectList):
    """Walks through the lanes of one's areas, and one's own."""

    shown = WALKS
    rights = LANE_RIGHTS
    queryset = LaneWalk.objects.none()
    serializer_class = WalkRowSerializer
    filterset_class = WalkFilters
    ordering = "-walked_at"
    ordering_fields = ("walked_at", "id")

    @extend_schema(operation_id="lane_walks_list", responses=WalkRowSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of walks."""
        return self.page()

    @extend_schema(
        operation_id="lane_walks_create",
        request=NewWalkSerializer,
        responses={
            201: WalkSerializer,
            200: OpenApiResponse(WalkSerializer, description="The walk that this client_request_id handed in before."),
        },
    )
    def post(self, request: Any) -> Response:
        """Hand in a walk; each entry that is reported becomes a case."""
        body = NewWalkSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = body.validated_data, self.reader
        place: Any = position_of(given)
        accuracy = given.get("accuracy")
        walk = record_walk(
            lane=lane_of(given["lane"], reader), findings=_found(given["findings"]), lon=place.x, lat=place.y,
            accuracy_m=None if accuracy is None else round(accuracy), far_reason=given["far_reason"],
            note=given["note"], photos=[str(key) for key in given.get("photos", [])],
            client_request_id=given["client_request_id"], by=reader.user, at=reader.at,
        )  # fmt: skip
        fresh = walk.walked_at == reader.at
        return Response(self.shown.find(reader, pk=walk.pk), status=201 if fresh else 200)


def _found(given: Sequence[dict[str, Any]]) -> list[Found]:
    often = [code for code, times in Counter(one["item"] for one in given).items() if times > 1]
    if often:
        faults = {code: [_("Answer each entry of the checklist once.")] for code in often}
        raise Invalid(_("Some entries of the checklist are not answered; each is explained."), fields=faults)
    return [Found(one["item"], one["finding"], one["note"]) for one in given]


class WalkDetailView(SubjectDetail):
    """One walk."""

    shown = WALKS
    rights = LANE_RIGHTS
    queryset = LaneWalk.objects.none()

    @extend_schema(operation_id="lane_walks_retrieve", responses=WalkSerializer)
    def get(self, request: Any, pk: int) -> Response:
        """Answer one walk with what was found, and what you can do with it."""
        return self.show(pk)


class WalkMoveView(SubjectMove):
    """A move of one walk."""

    shown = WALKS
    rights = LANE_RIGHTS
    queryset = LaneWalk.objects.none()

    @extend_schema(operation_id="lane_walks_move", request=MoveSerializer, responses=WalkSerializer)
    def post(self, request: Any, pk: int, name: str) -> Response:
        """Make a move; the body holds the inputs that the action names. Answers the fresh walk."""
        return self.move(pk, name)
