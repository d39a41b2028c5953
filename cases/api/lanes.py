"""``/api/v1/lanes/``, who looks after them, and the checklist of a walk."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from cases.api import named
from cases.api.described_lane import (
    ChecklistItemSerializer,
    LaneClaimSerializer,
    LaneRowSerializer,
    LaneSerializer,
    NewLaneClaimSerializer,
)
from cases.api.named import when
from cases.api.reader import Reader
from cases.api.references import in_area
from cases.api.subjects import SubjectView, not_found
from cases.stewards.checklist import ChecklistItem
from cases.stewards.models import Lane, LaneClaim, LaneWalk
from cases.stewards.services import give_lane, stewards_of, take_lane
from citygrid.accounts.permissions import Perm
from citygrid.common.api.filters import flag_filter, no_such
from citygrid.common.api.refusals import Malformed
from citygrid.common.errors import Conflict, Invalid
from citygrid.common.idempotency import IdempotentMixin
from gridmap.posts.rights import require

# Whoever looks after an area, and the stewards of lanes.
LANE_RIGHTS = (Perm.LANE_VIEW, Perm.LANE_WALK)


def lane_ref(lane: Lane) -> dict[str, Any]:
    """Return a lane, named."""
    return {"code": lane.code, "name": lane.label}


def item_shown(item: ChecklistItem) -> dict[str, Any]:
    """Return an entry of the checklist."""
    return {"code": item.code, "name": item.label, "category": item.category_code}


def lane_of(code: str, reader: Reader) -> Lane:
    """Return the lane that a body names. Raises ``Invalid`` for one that the reader does not see."""
    lane: Lane | None = Lane.objects.visible_to(reader.user, reader.at).filter(code=code).first()
    if lane is None:
        fault = no_such(code, "lanes")
        raise Invalid(fault, fields={"lane": [fault]})
    return lane


def lane_named(queryset: Any, code: str, request: Any, field: str) -> Any:
    """Keep what is about the lane with that code: a steward's old walks stay the steward's when the lane is another's.

    ``queryset`` is what the reader sees. Raises ``Malformed`` when it has nothing and the lane is not the reader's.
    """
    found = queryset.filter(lane__code=code)
    reader = Reader.of(request)
    if not (found.exists() or Lane.objects.visible_to(reader.user, reader.at).filter(code=code).exists()):
        fault = no_such(code, "lanes")
        raise Malformed(fault, fields={field: [fault]})
    return found


class LaneFilters(django_filters.FilterSet):
    """Narrow a list of lanes."""

    area = django_filters.CharFilter(
        method="within", max_length=40, label=gettext_lazy("Code of an area; all below it is included.")
    )
    q = django_filters.CharFilter(
        method="search", max_length=100, label=gettext_lazy("Beginning of the code, or part of the name.")
    )
    mine = flag_filter(method="looked_after", label=gettext_lazy("1 keeps the lanes that you look after."))
    retired = flag_filter(method="with_retired", label=gettext_lazy("1 adds lanes that are no longer walked."))

    class Meta:
        model = Lane
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """Apply the filters; unless asked for, lanes that are no longer walked are left out."""
        if self.form.cleaned_data.get("retired") != "1":
            queryset = queryset.filter(Q(retired_at=None) | Q(retired_at__gt=Reader.of(self.request).at))
        return super().filter_queryset(queryset)

    def within(self, queryset: Any, name: str, value: str) -> Any:
        """Keep those of an area and of all below it."""
        return in_area(queryset, value, name)

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """Keep what the reader may mean."""
        return queryset.filter(Q(name__icontains=value) | Q(name_en__icontains=value) | Q(code__istartswith=value))

    def looked_after(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the reader's own."""
        return queryset.filter(mine=True) if value == "1" else queryset

    def with_retired(self, queryset: Any, name: str, value: str) -> Any:
        """Nothing to narrow: see :meth:`filter_queryset`."""
        return queryset


class _Lanes(SubjectView):
    """Lanes, each with whether the reader looks after it."""

    rights = LANE_RIGHTS
    queryset = Lane.objects.none()

    def get_queryset(self) -> Any:
        """Return what the reader may see."""
        reader = self.reader
        own = LaneClaim.objects.in_force(reader.at).filter(user=reader.user, lane=OuterRef("pk"))
        seen = Lane.objects.visible_to(reader.user, reader.at)
        return seen.select_related("area").annotate(mine=Exists(own))

    def row(self, lane: Any) -> dict[str, Any]:
        return {
            **lane_ref(lane),
            "area": named.area(lane.area),
            "line": [{"lon": lon, "lat": lat} for lon, lat in lane.geom.coords],
            "mine": lane.mine,
            "retired_at": when(lane.retired_at),
        }


class LaneListView(_Lanes):
    """Lanes of one's areas, and those that one looks after."""

    serializer_class = LaneRowSerializer
    filterset_class = LaneFilters
    ordering = "code"
    ordering_fields = ("code",)

    @extend_schema(operation_id="lanes_list", responses=LaneRowSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of lanes."""
        lanes: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([self.row(lane) for lane in lanes])


class LaneDetailView(_Lanes):
    """One lane."""

    @extend_schema(operation_id="lanes_retrieve", responses=LaneSerializer)
    def get(self, request: Any, code: str) -> Response:
        """Answer one lane with who looks after it and when it was last walked."""
        lane = self.get_queryset().filter(code=code).first()
        if lane is None:
            raise not_found()
        reader = self.reader
        claims = LaneClaim.objects.visible_to(reader.user, reader.at).in_force(reader.at).filter(lane=lane)
        walks = LaneWalk.objects.visible_to(reader.user, reader.at).filter(lane=lane)
        return Response({
            **self.row(lane),
            "stewards": [named.person(claim.user) for claim in claims.select_related("user").order_by("since", "pk")],
            "last_walked_at": when(walks.aggregate(last=Max("walked_at"))["last"]),
        })  # fmt: skip


class ClaimFilters(django_filters.FilterSet):
    """Narrow a list of who looks after which lane."""

    lane = django_filters.CharFilter(method="of_lane", max_length=20, label=gettext_lazy("Code of a lane."))
    ended = flag_filter(method="with_ended", label=gettext_lazy("1 adds those that have ended."))

    class Meta:
        model = LaneClaim
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """Apply the filters; unless asked for, what has ended is left out."""
        if self.form.cleaned_data.get("ended") != "1":
            queryset = queryset.in_force(Reader.of(self.request).at)
        return super().filter_queryset(queryset)

    def of_lane(self, queryset: Any, name: str, value: str) -> Any:
        """Keep one lane's."""
        return lane_named(queryset, value, self.request, name)

    def with_ended(self, queryset: Any, name: str, value: str) -> Any:
        """Nothing to narrow: see :meth:`filter_queryset`."""
        return queryset


class _Claims(IdempotentMixin, SubjectView):
    """Who looks after which lane."""

    rights = LANE_RIGHTS
    queryset = LaneClaim.objects.none()

    def get_queryset(self) -> Any:
        """Return what the reader may see."""
        return LaneClaim.objects.visible_to(self.reader.user, self.reader.at).select_related("lane__area", "user")

    def row(self, claim: LaneClaim) -> dict[str, Any]:
        return {
            "id": claim.pk,
            "lane": lane_ref(claim.lane),
            "steward": named.person(claim.user),
            "since": when(claim.since),
            "until": when(claim.until),
        }


class ClaimListView(_Claims):
    """Who looks after the lanes one sees; a steward sees the own claims alone."""

    serializer_class = LaneClaimSerializer
    filterset_class = ClaimFilters
    ordering = "id"
    ordering_fields = ("id",)

    @extend_schema(operation_id="lane_claims_list", responses=LaneClaimSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of who looks after which lane."""
        claims: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([self.row(claim) for claim in claims])

    @extend_schema(
        operation_id="lane_claims_create", request=NewLaneClaimSerializer, responses={201: LaneClaimSerializer}
    )
    def post(self, request: Any) -> Response:
        """Let a steward look after a lane from now on."""
        body = NewLaneClaimSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = body.validated_data, self.reader
        lane = lane_of(given["lane"], reader)
        require(reader.user, Perm.LANE_MANAGE, lane.area, reader.at)
        # Who has no post there is answered like who does not exist: no login name is given away.
        steward = stewards_of(lane.area, reader.at).filter(username=given["steward"]).first()
        if steward is None:
            fault = _("%(person)s holds no post of a lane steward there.") % {"person": given["steward"]}
            raise Invalid(fault, fields={"steward": [fault]})
        claim = give_lane(lane=lane, user=steward, by=reader.user, at=reader.at)
        return Response(self.row(claim), status=201)


class ClaimEndView(_Claims):
    """The end of a claim."""

    @extend_schema(operation_id="lane_claims_end", request=None, responses=LaneClaimSerializer)
    def post(self, request: Any, pk: int) -> Response:
        """End somebody's care of a lane, and answer it with its end."""
        claim = self.get_queryset().filter(pk=pk).first()
        if claim is None:
            raise not_found()
        reader = self.reader
        require(reader.user, Perm.LANE_MANAGE, claim.lane.area, reader.at)
        if claim.until is not None:  # the steward may have the lane again by a later claim, which is not meant
            raise Conflict(_("This has ended already."), code="not_now")
        take_lane(lane=claim.lane, user=claim.user, by=reader.user, at=reader.at)
        return Response(self.row(self.get_queryset().get(pk=pk)))


class ChecklistView(SubjectView):
    """The checklist of a walk."""

    rights = LANE_RIGHTS
    queryset = ChecklistItem.objects.all()
    serializer_class = ChecklistItemSerializer
    ordering = "position"
    ordering_fields = ("position",)

    @extend_schema(operation_id="lane_checklist_list", responses=ChecklistItemSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer the entries in force, in their order."""
        items: Any = self.paginate_queryset(ChecklistItem.objects.in_force(self.reader.at))
        return self.get_paginated_response([item_shown(item) for item in items])
