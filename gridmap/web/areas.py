"""The area browser: tree, facts, map. Everything is narrowed to the person's own areas; a stranger's area is a 404."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from gridmap.areas import browse as reads
from gridmap.areas.models import Area, AreaVersion
from gridmap.posts.rights import require

PAGE = 50
MANY_POINTS = 2000
WORDS = {
    "loading": _("Loading the outlines …"),
    "failed": _("The server did not answer. Check the connection and try again."),
    "none": _("No outline has been drawn for this area yet."),
    "notYours": _("This area is not yours to see."),
    "searching": _("Looking it up …"),
    "unreadable": _("This is not a place in China. Write longitude and latitude in degrees: 120.20016, 27.33217"),
    "tie": _("The point lies on a border. By rule the smaller code is responsible."),
    "noArea": _("none here"),
    "grid": _("Grid"),
    "community": _("Community"),
    "street": _("Street"),
    "district": _("District"),
    "zoomIn": _("Closer"),
    "zoomOut": _("Further away"),
}


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
    found = reads.named(Area.objects.visible_to(request.user, at).in_force(at), text)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "gridmap/areas/search.html", {"page": page, "text": text})


@login_required
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show one area: its place in the tree, its facts, its map and what lies below."""
    at = clock.now()
    area = get_object_or_404(Area.objects.visible_to(request.user, at), code=code)
    tree = reads.tree(request.user, area, at)
    page = Paginator(reads.children(request.user, area, at), PAGE).get_page(request.GET.get("page"))
    facts = reads.facts(request.user, area, at)
    above = tree.path[-2] if len(tree.path) > 1 else None
    context = {
        "area": area,
        "trunk": tree,
        "crumbs": [(one.label, reverse("area", args=[one.code])) for one in tree.path[:-1]] + [(area.label, "")],
        "facts": facts,
        "page": page,
        "map": map_config(area, above, facts.version),
    }
    return render(request, "gridmap/areas/area.html", context)


@login_required
def branch(request: HttpRequest, code: str) -> HttpResponse:
    """Answer the tree's next level below an area, when it is opened."""
    at = clock.now()
    area = get_object_or_404(Area.objects.visible_to(request.user, at), code=code)
    return render(request, "gridmap/areas/branch.html", {"nodes": reads.nodes(request.user, [area.pk], at)})


def map_config(area: Area, parent: Area | None, version: AreaVersion | None) -> dict[str, Any]:
    """Return what the map module needs: the chosen area, the visible one above it, addresses, words."""
    return {
        "code": area.code,
        "name": area.label,
        "level": area.level,
        "parent": parent.code if parent else "",
        "outline": outline(version) if version else None,
        "outlines": reverse("api_areas_geojson"),
        "locate": reverse("api_locate"),
        "page": reverse("area", args=["CODE"]),
        "tiles": settings.MAP_TILES_URL,
        "attribution": settings.MAP_TILES_ATTRIBUTION,
        "words": {key: str(text) for key, text in WORDS.items()},
    }


def outline(version: AreaVersion) -> dict[str, Any]:
    """Return the area's own outline as GeoJSON (lon/lat, EPSG:4326), the coarse one where the fine one is heavy."""
    shape = version.geom_far if version.geom_far and version.geom.num_coords > MANY_POINTS else version.geom
    found: dict[str, Any] = json.loads(shape.json)
    return found
