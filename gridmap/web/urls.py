"""Addresses of the pages about places."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from gridmap.web import areas, home, imports, rights

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("rights/", rights.rights, name="rights"),
    path("areas/", areas.browse, name="areas"),
    path("areas/import/", imports.area_import, name="area_import"),
    path("areas/<str:code>/", areas.show, name="area"),
    path("areas/<str:code>/below/", areas.branch, name="area_branch"),
    path("registers/", include("gridmap.web.registers")),
]
