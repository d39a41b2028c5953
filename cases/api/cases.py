"""``/api/v1/cases/``: report, find, look at, and move cases."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.response import Response

from cases.api import case_rows, cases_shown
from cases.api.case_filters import CaseFilters
from cases.api.described import MoveSerializer
from cases.api.described_case import CaseRowSerializer, CaseSerializer, NewCaseSerializer
from cases.api.loading import load
from cases.api.pages import CasePages
from cases.api.subjects import Shown, SubjectDetail, SubjectList, SubjectMove
from cases.casework.models import Case
from cases.casework.services import report_case
from cases.catalogue.models import Category
from citygrid.common.errors import Invalid
from citygrid.common.idempotency import IdempotentMixin
from citygrid.common.prepared import Prepared

CASES = Shown(
    Case, "number", rows=case_rows.rows, detail=cases_shown.detail, load=load, joined=lambda cases: cases
).register()

_CATEGORY = Prepared(lambda code: Category.objects.filter(code=code))


class CaseListView(IdempotentMixin, SubjectList):
    """Cases of one's areas and departments."""

    shown = CASES
    queryset = Case.objects.none()
    serializer_class = CaseRowSerializer
    filterset_class = CaseFilters
    pagination_class = CasePages
    ordering = "-reported_at"
    ordering_fields = ("reported_at", "number", "due_at")

    @extend_schema(operation_id="cases_list", responses=CaseRowSerializer(many=True))
    def get(self, request: Any) -> Response:
        """Answer one page of cases. ordering=due_at puts the most urgent first."""
        return self.page()

    @extend_schema(
        operation_id="cases_create",
        request=NewCaseSerializer,
        responses={
            201: CaseSerializer,
            200: OpenApiResponse(CaseSerializer, description="The case that this client_request_id reported before."),
        },
    )
    def post(self, request: Any) -> Response:
        """Report a case."""
        body = NewCaseSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, reader = body.validated_data, self.reader
        accuracy = given.get("accuracy")
        case = report_case(
            category=_category(given["category"]), description=given["description"], lon=given["lon"],
            lat=given["lat"], crs=given["crs"], accuracy_m=None if accuracy is None else round(accuracy),
            address=given["address"], source=given.get("source", ""), by=reader.user, at=reader.at,
            photos=[str(key) for key in given.get("photos", [])], client_request_id=given["client_request_id"],
        )  # fmt: skip
        fresh = case.reported_at == reader.at
        return Response(self.shown.find(reader, pk=case.pk), status=201 if fresh else 200)


class CaseDetailView(SubjectDetail):
    """One case."""

    shown = CASES
    queryset = Case.objects.none()

    @extend_schema(operation_id="cases_retrieve", responses=CaseSerializer)
    def get(self, request: Any, number: str) -> Response:
        """Answer one case with its children, its clocks, and what you can do with it."""
        return self.show(number)


class CaseMoveView(SubjectMove):
    """A move of one case."""

    shown = CASES
    queryset = Case.objects.none()

    @extend_schema(operation_id="cases_move", request=MoveSerializer, responses=CaseSerializer)
    def post(self, request: Any, number: str, name: str) -> Response:
        """Make a move; the body holds the inputs that the action names. Answers the fresh case."""
        return self.move(number, name)


def _category(code: str) -> Category:
    found: list[Category] = _CATEGORY(code=code)
    if not found:
        raise Invalid(
            _("There is no category “%(code)s”. Take a code from /api/v1/categories/.") % {"code": code},
            fields={"category": [_("Take a code from /api/v1/categories/.")]},
        )
    return found[0]
