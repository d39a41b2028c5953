"""Addresses of cases, field tasks and requests, and of the lists that their inputs refer to."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from cases.api.cases import CaseDetailView, CaseListView, CaseMoveView
from cases.api.clocks import ClockExplainView
from cases.api.conditions import ConditionListView
from cases.api.requests import RequestDetailView, RequestListView, RequestMoveView
from cases.api.staff import GridWorkerListView, HandlerListView
from cases.api.suggestions import DispatchAtOnceView, SuggestionsView
from cases.api.tasks import TaskDetailView, TaskListView, TaskMoveView
from cases.api.timeline import TimelineView
from citygrid.common.api import codes  # noqa: F401 - makes <code:…> known

CASE = "cases/<code:number>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/", CaseListView.as_view(), name="api_cases"),
    path(CASE, CaseDetailView.as_view(), name="api_case"),
    path(f"{CASE}suggestions/", SuggestionsView.as_view(), name="api_case_suggestions"),
    path(f"{CASE}actions/dispatch_at_once/", DispatchAtOnceView.as_view(), name="api_case_dispatch_at_once"),
    path(f"{CASE}actions/<slug:name>/", CaseMoveView.as_view(), name="api_case_move"),
    path(f"{CASE}timeline/", TimelineView.as_view(), name="api_case_timeline"),
    path(f"{CASE}clocks/<int:clock_id>/explain/", ClockExplainView.as_view(), name="api_case_clock"),
    path("field-tasks/", TaskListView.as_view(), name="api_field_tasks"),
    path("field-tasks/<int:pk>/", TaskDetailView.as_view(), name="api_field_task"),
    path("field-tasks/<int:pk>/actions/<slug:name>/", TaskMoveView.as_view(), name="api_field_task_move"),
    path("approvals/", RequestListView.as_view(), name="api_approvals"),
    path("approvals/<int:pk>/", RequestDetailView.as_view(), name="api_approval"),
    path("approvals/<int:pk>/actions/<slug:name>/", RequestMoveView.as_view(), name="api_approval_move"),
    path("filing-conditions/", ConditionListView.as_view(), name="api_filing_conditions"),
    path("grid-workers/", GridWorkerListView.as_view(), name="api_grid_workers"),
    path("handlers/", HandlerListView.as_view(), name="api_handlers"),
]
