"""Addresses of the pages about cases."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from cases.web import (
    bulk,
    councils,
    lanes,
    lanes_kept,
    page,
    report,
    report_ins,
    requests,
    search,
    tasks,
    whistles,
    worklist,
)
from cases.web.evaluation.urls import urlpatterns as evaluation
from cases.web.hotline.urls import urlpatterns as hotline
from citygrid.common.api import codes  # noqa: F401 - makes <code:…> known

urlpatterns: list[URLPattern | URLResolver] = [
    path("cases/", worklist.listed, name="cases"),
    path("cases/bulk/", bulk.move, name="cases_bulk"),
    path("cases/report/", report.report, name="case_report"),
    path("cases/report/nearby/", report.nearby, name="cases_nearby"),
    path("cases/<code:number>/", page.show, name="case"),
    path("cases/<code:number>/peek/", page.peek, name="case_peek"),
    path("cases/<code:number>/moves/<slug:name>/", page.move, name="case_move"),
    path("cases/<code:number>/ask/<slug:kind>/", page.ask_for, name="case_ask"),
    path("cases/<code:number>/clocks/<int:clock_id>/", page.explain, name="case_clock"),
    path("search/", search.search, name="search"),
    path("tasks/<int:pk>/", tasks.show, name="task"),
    path("tasks/<int:pk>/moves/<slug:name>/", tasks.move, name="field_task_move"),
    path("whistles/", whistles.listed, name="whistles"),
    path("whistles/new/", whistles.new, name="whistle_new"),
    path("whistles/<code:number>/", whistles.show, name="whistle"),
    path("whistles/<code:number>/board/", whistles.board, name="whistle_board"),
    path("whistles/<code:number>/moves/<slug:name>/", whistles.move, name="whistle_move"),
    path("report-ins/<int:pk>/", report_ins.show, name="report_in"),
    path("report-ins/<int:pk>/moves/<slug:name>/", report_ins.move, name="report_in_move"),
    path("councils/", councils.listed, name="councils"),
    path("councils/new/", councils.new, name="council_matter_new"),
    path("councils/<code:number>/", councils.show, name="council_matter"),
    path("councils/<code:number>/moves/<slug:name>/", councils.move, name="council_matter_move"),
    path("lanes/", lanes.listed, name="lanes"),
    path("lanes/kept/", lanes_kept.listed, name="lanes_kept"),
    path("lanes/new/", lanes_kept.new, name="lane_new"),
    path("lanes/<code:code>/", lanes_kept.show, name="lane"),
    path("lanes/<code:code>/give/", lanes_kept.give, name="lane_give"),
    path("lanes/<code:code>/retire/", lanes_kept.retire, name="lane_retire"),
    path("lanes/<code:code>/claims/<int:pk>/take/", lanes_kept.take, name="lane_take"),
    path("lanes/<code:code>/walk/", lanes.walk, name="lane_walk_new"),
    path("lane-walks/<int:pk>/", lanes.show, name="lane_walk"),
    path("lane-walks/<int:pk>/moves/<slug:name>/", lanes.move, name="lane_walk_move"),
    path("requests/", requests.inbox, name="requests"),
    path("requests/<int:pk>/moves/<slug:name>/", requests.move, name="approval_move"),
    *evaluation,
    *hotline,
]
