"""Where things happen: at the kerbs of the streets that bound the grids, near a house with a number."""

from __future__ import annotations

from random import Random
from typing import Any

from shapely.geometry import Point

from cases.demo.words import say
from gridmap.areas.models import Area
from gridmap.demo.objects import METRE, furniture, outlines
from gridmap.objects.models import Building


class Places:
    """The outlines and addresses of the grids in which stories are played."""

    def __init__(self, codes: set[str]) -> None:
        self._areas = {area.code: area for area in Area.objects.filter(code__in=codes).select_related("parent")}
        self._outlines = outlines(self._areas)
        self._houses: dict[str, list[tuple[Any, str]]] = {}
        known = Building.objects.filter(area__code__in=codes).order_by("code")
        for code, outline, address in known.values_list("area__code", "geom", "address"):
            self._houses.setdefault(code, []).append((outline.centroid, address))

    def area(self, code: str) -> Area:
        """Return the grid."""
        return self._areas[code]

    def kerb(self, code: str, random: Random) -> tuple[float, float]:
        """Return a place at the edge of a street of the grid, a few metres inside (WGS 84 longitude, latitude)."""
        point: Any = furniture(self._outlines[code], "point", random)
        return round(point.x, 6), round(point.y, 6)

    def beside(self, code: str, place: tuple[float, float], random: Random) -> tuple[float, float]:
        """Return a place a few steps away, still in the grid where that can be."""
        for metres in (12, 6, 2, 0):
            lon = round(place[0] + random.uniform(-metres, metres) * METRE, 6)
            lat = round(place[1] + random.uniform(-metres, metres) * METRE, 6)
            if self._outlines[code].covers(Point(lon, lat)):
                return lon, lat
        return place

    def address(self, code: str, place: tuple[float, float], random: Random) -> str:
        """Return how people would say where it is: the nearest house of the grid, or a number of its street."""
        houses = self._houses.get(code)
        if houses:
            _distance, house = min(
                ((spot.x - place[0]) ** 2 + (spot.y - place[1]) ** 2, address) for spot, address in houses
            )
        else:
            community: Any = self._areas[code].parent
            house = f"{community.name.removesuffix('社区')}示例路{random.randrange(1, 120)}号"
        return house + say("landmark", random)
