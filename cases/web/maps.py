"""What the map modules need to know of a person's places."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cases.workflow.people import Acting
from citygrid.common.prepared import Prepared
from gridmap.areas.models import AreaVersion

_DRAWN = Prepared(
    lambda at, areas: AreaVersion.objects.in_force(at).filter(area__in=areas).only("geom", "geom_far").order_by("pk")
)


def own_places(acting: Acting) -> dict[str, Any]:
    """Return the outlines of the person's places, and the window (west, south, east, north) around them, in degrees."""
    roots = [root for _role, area, _dept, served in acting.posts if (root := area or served) is not None]
    shapes = [one.geom_far or one.geom for one in _DRAWN(at=acting.at, areas=sorted(set(roots)))]
    return {"window": _around([shape.extent for shape in shapes]), "outlines": [json.loads(one.json) for one in shapes]}


def ground(**words: Any) -> dict[str, Any]:
    """Return what every map needs: the tiles, if there are any, and its words."""
    return {
        "tiles": settings.MAP_TILES_URL,
        "attribution": settings.MAP_TILES_ATTRIBUTION,
        "words": {"zoomIn": _("Closer"), "zoomOut": _("Further away")} | words,
    }


def _around(extents: list[tuple[float, float, float, float]]) -> list[float] | None:
    """Return the window around all of them, or ``None`` without any."""
    if not extents:
        return None
    west, south, east, north = zip(*extents, strict=True)
    return [min(west), min(south), max(east), max(north)]
