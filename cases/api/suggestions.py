"""``/api/v1/cases/{number}/suggestions/``: what the rules propose; and all the moves up to dispatching in one."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cases.api.cases import CASES
from cases.api.described import MoveSerializer
from cases.api.described_case import CaseSerializer
from cases.api.subjects import SubjectMove, SubjectView, body_of, not_found, opinion_of, version_of
from cases.casework.at_once import dispatch_at_once, why_not_at_once
from cases.casework.checks import proposal_for
from cases.casework.models import Case
from cases.workflow.people import Acting
from gridmap.api.serializers import DepartmentRefSerializer


class ProposalSerializer(serializers.Serializer[Any]):
    """A department that the rules propose."""

    department = DepartmentRefSerializer()
    co_departments = DepartmentRefSerializer(many=True)
    reason = serializers.CharField(help_text="Why, for the dispatcher to read.")


class AtOnceSerializer(serializers.Serializer[Any]):
    """Whether you may accept, file and dispatch in one."""

    allowed = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)


class SuggestionsSerializer(serializers.Serializer[Any]):
    """What the rules propose for a case."""

    dispatch = ProposalSerializer(allow_null=True, help_text="Null where no rule says anything.")
    dispatch_at_once = AtOnceSerializer()


class SuggestionsView(SubjectView):
    """What the rules propose for one case."""

    shown = CASES
    queryset = Case.objects.none()

    @extend_schema(operation_id="cases_suggestions", responses=SuggestionsSerializer)
    def get(self, request: Any, number: str) -> Response:
        """Answer the department to dispatch to, with the reason; to choose another one needs an opinion."""
        reader = self.reader
        case = Case.objects.visible_to(reader.user, reader.at).select_related("category", "condition").filter(
            number=number
        ).first()  # fmt: skip
        if case is None:
            raise not_found()
        refusal = why_not_at_once(case, Acting.of(reader.user, reader.at))
        at_once = {"allowed": refusal is None, "reason": refusal.message if refusal else None}
        told = {"dispatch": proposal_for(case, reader.at), "dispatch_at_once": at_once}
        return Response(SuggestionsSerializer(told).data)


class DispatchAtOnceView(SubjectMove):
    """Accept, file and dispatch in one."""

    shown = CASES
    queryset = Case.objects.none()

    @extend_schema(operation_id="cases_dispatch_at_once", request=MoveSerializer, responses=CaseSerializer)
    def post(self, request: Any, number: str) -> Response:
        """Make every move up to dispatching, all or none, each an event; takes the inputs of file and dispatch."""
        given, reader = body_of(self.request), self.reader
        version, opinion = version_of(given), opinion_of(given)
        case = dispatch_at_once(
            key={"number": number}, given=given, by=reader.user, at=reader.at, version=version, opinion=opinion
        )
        return Response(self.shown.find(reader, pk=case.pk))
