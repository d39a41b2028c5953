"""Wiring: which address is answered by which app."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from citygrid.common.api import docs

api_v1 = [
    path("", include("citygrid.accounts.api.urls")),
    path("", include("gridmap.api.urls")),
    path("", include("cases.api.urls")),
]
urlpatterns = [
    path("", include("citygrid.common.urls")),
    path("", include("citygrid.accounts.urls")),
    path("", include("gridmap.web.urls")),
    path("", include("cases.web.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api_v1)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", docs.browse, name="api_docs"),
]
handler400 = "citygrid.common.web.bad_request"
handler403 = "citygrid.common.web.forbidden"
handler404 = "citygrid.common.web.not_found"
handler500 = "citygrid.common.web.server_error"
