"""The area browser: tree, facts, map. Everything is narrowed to the person's own areas; a stranger's area is a 404."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from gridmap.areas import browse as reads
from gridmap.areas.models import Area
from gridmap.posts.rights import require

PAGE = 50


@login_required
def browse(request: HttpRequest) -> HttpResponse:
    """Open the browser at the person's own area, or list what a search finds."""
    require(request.user, Perm.AREA_VIEW)
    if text := request.GET.get("q", "").strip():
        return search(request, text)
    roots = reads.roots(request.user, clock.now())
    if not roots:
        return render(request, "gridmap/areas/search.html", {"page": Paginator([], PAGE).get_page(1), "text": ""})
    return redirect("area", roots[0].code)


def search(request: HttpRequest, text: str) -> HttpResponse:
    """List the areas whose name holds ``text`` or whose code begins with it."""
    at = clock.now()
    found = (
        Area.objects.visible_to(request.user, at)
        .in_force(at)
        .filter(Q(name__icontains=text) | Q(name_en__icontains=text) | Q(code__startswith=text))
        .select_related("parent")
        .order_by("code")
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "gridmap/areas/search.html", {"page": page, "text": text})


@login_required
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show one area: its place in the tree, its facts, its map and what lies below."""
    at = clock.now()
    area = get_object_or_404(Area.objects.visible_to(request.user, at), code=code)
    tree = reads.tree(request.user, area, at)
    page = Paginator(reads.children(request.user, area, at), PAGE).get_page(request.GET.get("page"))
    context = {
        "area": area,
        "trunk": tree,
        "crumbs": [(one.label, reverse("area", args=[one.code])) for one in tree.path[:-1]] + [(area.label, "")],
        "facts": reads.facts(request.user, area, at),
        "page": page,
        "map": map_config(area),
    }
    return render(request, "gridmap/areas/area.html", context)


@login_required
def branch(request: HttpRequest, code: str) -> HttpResponse:
    """Answer the tree's next level below an area, when it is opened."""
    at = clock.now()
    area = get_object_or_404(Area.objects.visible_to(request.user, at), code=code)
    return render(request, "gridmap/areas/branch.html", {"nodes": reads.nodes(request.user, [area.pk], at)})


def map_config(area: Area) -> dict[str, Any]:
    """Return what the map module needs to know."""
    return {
        "code": area.code,
        "level": area.level,
        "parent": area.parent.code if area.parent else "",
        "outlines": "/api/v1/areas.geojson",
        "locate": "/api/v1/locate/",
        "page": reverse("area", args=["CODE"]),
        "review": settings.MAP_REVIEW_NUMBER,
        "tiles": settings.MAP_TILES_URL,
        "attribution": settings.MAP_TILES_ATTRIBUTION,
    }
