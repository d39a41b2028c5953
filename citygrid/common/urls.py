"""Where probes ask how this process is."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from citygrid.common import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
]
