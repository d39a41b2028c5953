"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from citygrid.common.api import codes  # noqa: F401 - makes <code:…> known
from gridmap.api.areas import AreaDetailView, AreaListView
from gridmap.api.departments import DepartmentDetailView, DepartmentListView
from gridmap.api.geojson import OutlineView
from gridmap.api.locate import LocateView
from gridmap.api.me import MeView
from gridmap.api.places import PlaceSearchView

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", MeView.as_view(), name="api_me"),
    path("areas/", AreaListView.as_view(), name="api_areas"),
    path("areas.geojson", OutlineView.as_view(), name="api_areas_geojson"),
    path("areas/<code:code>/", AreaDetailView.as_view(), name="api_area"),
    path("locate/", LocateView.as_view(), name="api_locate"),
    path("places/", PlaceSearchView.as_view(), name="api_places"),
    path("departments/", DepartmentListView.as_view(), name="api_departments"),
    path("departments/<code:code>/", DepartmentDetailView.as_view(), name="api_department"),
]
