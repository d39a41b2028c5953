"""``/api/v1/approvals/``: requests about cases and tickets, and the decisions on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api import named
from cases.api.children import request_shown
from cases.api.described import MoveSerializer, RequestDetailSerializer, RequestSerializer
from cases.api.moves import actions_of, whose_turn
from cases.api.reader import Reader
from cases.api.references import about_case, referred, ticket_named
from cases.api.subjects import Shown, SubjectDetail, SubjectList, SubjectMove
from cases.approvals.models import Approval
from cases.approvals.services import ask
from cases.approvals.states import RequestKind, RequestState
from citygrid.accounts.roles import Role
from citygrid.common.api.filters import flag_filter
from citygrid.common.idempotency import IdempotentMixin


def _row(one: Approval) -> dict[str, Any]:
    return {
        **request_shown(one),
        "case": one.case.number if one.case else None,
        "ticket": one.ticket.number if one.ticket else None,
        "area": named.area(one.area),
        "department": named.department(one.department),
        "legal_basis": one.legal_basis,
        "steps": [
            {"role": role, "label": str(Role(role).label), "done": number < one.step}
            for number, role in enumerate(one.steps)
        ],
        "decided_by": named.person(one.decided_by),
        "decision": one.decision,
    }


def _rows(asked: Sequence[Approval], reader: Reader) -> list[dict[str, Any]]:
    return [_row(one) for one in asked]


def _detail(one: Approval, reader: Reader) -> dict[str, Any]:
    return {**_row(one), "whose_turn": whose_turn(one), "actions": actions_of(one, reader.acting, {})}


def _joined(asked: Any) -> Any:
    return asked.select_related("case", "ticket__unit", "area", "department", "requested_by", "decided_by")


def _load(reader: Reader, **key: Any) -> Approval | None:
    found: Approval | None = _joined(Approval.objects.visible_to(reader.user, reader.at)).filter(**key).first()
    return found


REQUESTS = Shown(Approval, "pk", rows=_rows, detail=_detail, joined=_joined, load=_load).register()


class RequestFilters(django_filters.FilterSet):
    """Narrow a list of requests."""

    state = django_filters.MultipleChoiceFilter(
        choices=RequestState.choices, label=gettext_lazy("State; may be repeated.")
    )
    kind = django_filters.ChoiceFilter(choices=RequestKind.choices, label=gettext_lazy("Kind."))
    case = django_filters.CharFilter(method="about", max_length=24, label=gettext_lazy("Number of a case."))
    ticket = django_filters.CharFilter(method="about_ticket", max_length=24, label=gettext_lazy("Number of a ticket."))
    mine = flag_filter(method="waits_for_me", label=gettext_lazy("1 keeps the requests that you are to decide."))

    class Meta:
        model = Approval
        fields: list[str] = []

    def about(self, queryset: Any, name: str, value: str) -> Any:
        """Keep those of one case."""
        return about_case(queryset, value, self.request, name)

    def about_ticket(self, queryset: Any, name: str, value: str) -> Any:
        """Keep those of one ticket."""
        return queryset.filter(ticket=ticket_named(value, self.request, name))

    def waits_for_me(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the reader's own work."""
        return queryset.waiting_for(Reader.of(self.request).acting) if value == "1" else queryset


class NewRequestSerializer(serializers.Serializer[Any]):
    """A request to be made."""

    case = serializers.CharField(max_length=24, required=False, help_text="Number. Or:")
    ticket = serializers.CharField(max_length=24, required=False, help_text="Number.")
    kind = serializers.ChoiceField(choices=RequestKind.choices)
    reason = serializers.CharField(max_length=4000)
    legal_basis = serializers.CharField(
        required=False, allow_blank=True, max_length=300, default="",
        help_text="Of an exclusion: the code of the ground, as far as the city names any.",
    )  # fmt: skip
    until = serializers.DateTimeField(required=False, allow_null=True, default=None, help_text="Of a suspension.")
    evidence = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=20)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """A request is about one thing."""
        if ("case" in given) == ("ticket" in given):
            raise serializers.ValidationError({"case": [_("Name one case or one ticket.")]})
        return given


class RequestListView(IdempotentMixin, SubjectList):
    """Requests about cases and tickets that one sees."""

    shown = REQUESTS
    queryset = Approval.objects.none()
    serializer_class = RequestSerializer
    filterset_class = RequestFilters
    ordering = "-requested_at"
    ordering_fields = ("requested_at",)

    @extend_schema(operation_id="approvals_list", responses=RequestSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of requests."""
        return self.page()

    @extend_schema(
        operation_id="approvals_create", request=NewRequestSerializer, responses={201: RequestDetailSerializer}
    )
    def post(self, request: Any) -> Response:
        """Ask for a return, an extension, a suspension, a cancellation or an exclusion, or appeal against a timeout."""
        body = NewRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = body.validated_data, self.reader
        about = "case" if "case" in given else "ticket"
        made = ask(
            **{about: referred(about, f"{about}s", given[about], reader)}, kind=RequestKind(given["kind"]),
            reason=given["reason"], legal_basis=given["legal_basis"], until=given["until"],
            evidence=[str(key) for key in given.get("evidence", [])], by=reader.user, at=reader.at,
        )  # fmt: skip
        return Response(self.shown.find(reader, pk=made.pk), status=201)


class RequestDetailView(SubjectDetail):
    """One request."""

    shown = REQUESTS
    queryset = Approval.objects.none()

    @extend_schema(operation_id="approvals_retrieve", responses=RequestDetailSerializer)
    def get(self, request: Any, pk: int) -> Response:
        """Answer one request with what you can do with it."""
        return self.show(pk)


class RequestMoveView(SubjectMove):
    """A move of one request."""

    shown = REQUESTS
    queryset = Approval.objects.none()

    @extend_schema(operation_id="approvals_move", request=MoveSerializer, responses=RequestDetailSerializer)
    def post(self, request: Any, pk: int, name: str) -> Response:
        """Approve, refuse or withdraw. Answers the fresh request."""
        return self.move(pk, name)
