"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from cases.api.catalogue import CategoryDetailView, CategoryListView, StandardListView
from citygrid.common.api import codes  # noqa: F401 - makes <code:…> known

urlpatterns: list[URLPattern | URLResolver] = [
    path("categories/", CategoryListView.as_view(), name="api_categories"),
    path("categories/<code:code>/", CategoryDetailView.as_view(), name="api_category"),
    path("standards/", StandardListView.as_view(), name="api_standards"),
]
