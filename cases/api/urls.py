"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from cases.api.catalogue import CategoryDetailView, CategoryListView, StandardListView
from cases.api.evaluations import CountedView, EvaluationDetailView, EvaluationListView
from cases.api.evidence import (
    EvidenceDetailView,
    EvidenceFileView,
    EvidenceOriginalView,
    EvidenceUploadView,
)
from citygrid.common.api import codes  # noqa: F401 - makes <code:…> known

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("cases.api.case_urls")),
    path("", include("cases.api.hotline_urls")),
    path("", include("cases.api.whistle_urls")),
    path("", include("cases.api.neighbourhood_urls")),
    path("categories/", CategoryListView.as_view(), name="api_categories"),
    path("categories/<code:code>/", CategoryDetailView.as_view(), name="api_category"),
    path("evaluations/", EvaluationListView.as_view(), name="api_evaluations"),
    path("evaluations/<str:key>/", EvaluationDetailView.as_view(), name="api_evaluation"),
    path("evaluations/<str:key>/cases/", CountedView.as_view(), name="api_evaluation_cases"),
    path("evidence/", EvidenceUploadView.as_view(), name="api_evidence_upload"),
    path("evidence/<uuid:key>/", EvidenceDetailView.as_view(), name="api_evidence"),
    path("evidence/<uuid:key>/file/", EvidenceFileView.as_view(), name="api_evidence_file"),
    path("evidence/<uuid:key>/original/", EvidenceOriginalView.as_view(), name="api_evidence_original"),
    path("standards/", StandardListView.as_view(), name="api_standards"),
]
