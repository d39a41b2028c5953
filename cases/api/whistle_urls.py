"""Addresses of whistles and report-ins, and of the lists that their inputs refer to."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from cases.api.report_ins import ReportInClockView, ReportInDetailView, ReportInListView, ReportInMoveView
from cases.api.whistle_lists import CallableDepartmentListView, CalledDepartmentListView, WhistleKindListView
from cases.api.whistles import BoardView, WhistleDetailView, WhistleListView, WhistleMoveView, WhistleTimelineView
from citygrid.common.api import codes  # noqa: F401 - makes <code:…> known

WHISTLE, REPORT_IN = "whistles/<code:number>/", "report-ins/<int:pk>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("whistles/", WhistleListView.as_view(), name="api_whistles"),
    path(WHISTLE, WhistleDetailView.as_view(), name="api_whistle"),
    path(f"{WHISTLE}actions/<slug:name>/", WhistleMoveView.as_view(), name="api_whistle_move"),
    path(f"{WHISTLE}board/", BoardView.as_view(), name="api_whistle_board"),
    path(f"{WHISTLE}timeline/", WhistleTimelineView.as_view(), name="api_whistle_timeline"),
    path("report-ins/", ReportInListView.as_view(), name="api_report_ins"),
    path(REPORT_IN, ReportInDetailView.as_view(), name="api_report_in"),
    path(f"{REPORT_IN}actions/<slug:name>/", ReportInMoveView.as_view(), name="api_report_in_move"),
    path(f"{REPORT_IN}clocks/<int:clock_id>/explain/", ReportInClockView.as_view(), name="api_report_in_clock"),
    path("whistle-kinds/", WhistleKindListView.as_view(), name="api_whistle_kinds"),
    path("whistle-departments/", CallableDepartmentListView.as_view(), name="api_whistle_departments"),
    path("called-departments/", CalledDepartmentListView.as_view(), name="api_called_departments"),
]
