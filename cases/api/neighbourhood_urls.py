"""Addresses of councils and their matters, of lanes, and of the walks through them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from cases.api.councils import MatterDetailView, MatterListView, MatterMoveView, MatterTimelineView
from cases.api.lane_walks import WalkDetailView, WalkListView, WalkMoveView
from cases.api.lanes import ChecklistView, ClaimEndView, ClaimListView, LaneDetailView, LaneListView
from citygrid.common.api import codes  # noqa: F401 - makes <code:…> known

MATTER, WALK = "council-matters/<code:number>/", "lane-walks/<int:pk>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("council-matters/", MatterListView.as_view(), name="api_council_matters"),
    path(MATTER, MatterDetailView.as_view(), name="api_council_matter"),
    path(f"{MATTER}actions/<slug:name>/", MatterMoveView.as_view(), name="api_council_matter_move"),
    path(f"{MATTER}timeline/", MatterTimelineView.as_view(), name="api_council_matter_timeline"),
    path("lanes/", LaneListView.as_view(), name="api_lanes"),
    path("lanes/<code:code>/", LaneDetailView.as_view(), name="api_lane"),
    path("lane-claims/", ClaimListView.as_view(), name="api_lane_claims"),
    path("lane-claims/<int:pk>/end/", ClaimEndView.as_view(), name="api_lane_claim_end"),
    path("lane-checklist/", ChecklistView.as_view(), name="api_lane_checklist"),
    path("lane-walks/", WalkListView.as_view(), name="api_lane_walks"),
    path(WALK, WalkDetailView.as_view(), name="api_lane_walk"),
    path(f"{WALK}actions/<slug:name>/", WalkMoveView.as_view(), name="api_lane_walk_move"),
]
