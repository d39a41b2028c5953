"""Addresses of the pages of rates and scores."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from cases.web.evaluation import export, pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("evaluation/", pages.show, name="evaluation"),
    path("evaluation/export.<slug:kind>", export.export, name="evaluation_export"),
    path("evaluation/<slug:family>/<code:code>/<slug:name>/", pages.counted, name="evaluation_counted"),
]
