"""Draws the demonstration city: outlines that tile without gap or overlap at every level, and resemble no real border.

A lattice of street blocks makes the urban core; around it a Voronoi diagram makes villages and towns, its edges
roughened. All lines are noded together before faces are cut from them, so neighbours share every vertex, and each
parent is the union of its children. The same tables always give the same file:

    python -m gridmap.demo.geometry fixtures/demo/areas.geojson
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from random import Random
from typing import Any

import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon, mapping

from gridmap.demo.fixtures import CITY, DEMO, FIXTURES, NUMERALS, SOURCE, URBAN, URBAN_STREETS, rows

# South-west corner and block size of the core, in degrees: about 297 m by 289 m.
WEST, SOUTH, WIDTH, HEIGHT = 120.1806, 27.3282, 0.0030, 0.0026
COLUMNS, ROWS = 16, 10
# Kilometres per degree at 27.3° N, so that distances can be compared.
KM_LON, KM_LAT = 98.8, 111.2
CENTRE = (120.20, 27.19)
DIGITS = 6  # about 0.1 m
UNMERGED = {"350982003901"}  # 石亭 keeps its eight grids

Corner = tuple[float, float]


def lattice() -> dict[tuple[int, int], Corner]:
    """Return the corners of the core's blocks by column and row, bent like streets."""
    random = Random(20130909)
    corners = {}
    for column in range(COLUMNS + 1):
        for row in range(ROWS + 1):
            lon = WEST + column * WIDTH + 0.00035 * math.sin(0.9 * row + 0.4) + random.uniform(-1, 1) * 0.0003
            lat = SOUTH + row * HEIGHT + 0.00035 * math.sin(0.55 * column + 0.3) + random.uniform(-1, 1) * 0.00025
            corners[column, row] = (round(lon, DIGITS), round(lat, DIGITS))
    return corners


def blocks() -> dict[tuple[int, int], Polygon]:
    """Return the street blocks of the core by column and row."""
    at = lattice()
    return {
        (c, r): Polygon([at[c, r], at[c + 1, r], at[c + 1, r + 1], at[c, r + 1]])
        for c in range(COLUMNS)
        for r in range(ROWS)
    }


def grid_codes() -> dict[tuple[int, int], str]:
    """Return the grid code of each block. Numbers run west to east, north to south (handbook §1.2).

    Here and there two neighbouring blocks make one grid.
    """
    codes = {}
    for community in rows(DEMO / "communities.csv"):
        if not community["row"]:
            continue
        random = Random(community["code"])
        south, west, width = (int(community[name]) for name in ("row", "column", "columns"))
        number = 0
        for row in (south + 1, south):
            joined = 0 if community["code"] in UNMERGED else random.choice((0, 0, *range(1, width)))
            for column in range(width):
                number += not (joined and column == joined)
                codes[west + column, row] = f"{community['code']}{number:03}"
    return codes


def seeds() -> dict[str, Corner]:
    """Return the middle of every village and town outside the core."""
    places = [*rows(DEMO / "communities.csv"), *rows(DEMO / "towns.csv")]
    return {place["code"]: (float(place["lon"]), float(place["lat"])) for place in places if place["lon"]}


def outline() -> Polygon:
    """Return the edge of the city: a rounded blob."""
    ring = []
    for step in range(120):
        angle = 2 * math.pi * step / 120
        reach = 1 + 0.05 * math.sin(3 * angle + 1) + 0.03 * math.sin(5 * angle)
        lon = CENTRE[0] + 0.285 * reach * math.cos(angle)
        lat = CENTRE[1] + 0.305 * reach * math.sin(angle)
        ring.append((round(lon, DIGITS), round(lat, DIGITS)))
    return Polygon(ring)


def voronoi_edges(points: list[Corner]) -> Any:
    """Return the lines half-way between neighbouring points, measured in kilometres, in degrees."""
    plane = MultiPoint([(lon * KM_LON, lat * KM_LAT) for lon, lat in points])
    lines = shapely.voronoi_polygons(plane, only_edges=True, extend_to=plane.buffer(200))
    return shapely.transform(lines, lambda xy: xy / [KM_LON, KM_LAT])


def roughen(line: Any) -> LineString:
    """Displace the middles of a straight line until its pieces are shorter than 500 m."""
    random = Random(str(line.coords[:]))

    def between(start: Corner, end: Corner) -> list[Corner]:
        dx, dy = (end[0] - start[0]) * KM_LON, (end[1] - start[1]) * KM_LAT
        if math.hypot(dx, dy) < 0.5:
            return [end]
        shift = random.uniform(-0.11, 0.11)
        middle = (
            round((start[0] + end[0]) / 2 - dy * shift / KM_LON, DIGITS),
            round((start[1] + end[1]) / 2 + dx * shift / KM_LAT, DIGITS),
        )
        return between(start, middle) + between(middle, end)

    start, end = line.coords[0], line.coords[-1]
    return LineString([start, *between(start, end)])


def faces() -> dict[str, Any]:
    """Return the outline of every grid, village and town by its code: the leaves of the tree."""
    quads, city, middles = blocks(), outline(), seeds()
    core = shapely.union_all(list(quads.values()))
    outside = voronoi_edges(list(middles.values())).intersection(city.difference(core))
    lines: Any = shapely.union_all(
        [outside, city.exterior, *(quad.exterior for quad in quads.values())], grid_size=1e-6
    )
    merged: Any = shapely.line_merge(lines)
    edges = [edge if len(edge.coords) > 2 or core.buffer(2e-6).covers(edge) else roughen(edge) for edge in merged.geoms]
    codes, found = grid_codes(), defaultdict(list)
    for face in shapely.polygonize(edges).geoms:
        inside = face.representative_point()
        block = next((place for place, quad in quads.items() if quad.covers(inside)), None)
        found[codes[block] if block else nearest(inside, middles)].append(face)
    return {code: shapely.coverage_union_all(parts) for code, parts in found.items()}


def nearest(point: Point, middles: dict[str, Corner]) -> str:
    """Return the code of the seed nearest to the point."""
    return min(
        middles,
        key=lambda code: math.hypot((middles[code][0] - point.x) * KM_LON, (middles[code][1] - point.y) * KM_LAT),
    )


def outlines() -> dict[str, Any]:
    """Return every outline of the city by its code, parents being the union of their children."""
    leaves = faces()
    parts: dict[str, list[Any]] = defaultdict(list)
    for code, shape in leaves.items():
        for digits in (6, 9, 12, 15):
            if len(code) >= digits:
                parts[code[:digits]].append(shape)
        if code[:9] in URBAN_STREETS:
            parts[URBAN].append(shape)
    return {code: shapely.coverage_union_all(shapes).normalize() for code, shapes in sorted(parts.items())}


def names() -> dict[str, dict[str, str]]:
    """Return names, level, kind and parent of every area that has an outline, by code."""
    found = {
        row["code"]: {**row, "parent": URBAN if row["code"] in URBAN_STREETS else CITY}
        for row in rows(FIXTURES / "divisions.csv")
        if len(row["code"]) == 9
    }
    city = next(row for row in rows(FIXTURES / "divisions.csv") if row["code"] == CITY)
    found[CITY] = {**city, "parent": CITY[:4]}
    found[URBAN] = {"name": "福鼎市区", "name_en": "Urban Fuding", "level": "group", "kind": "group", "parent": CITY}
    for row in rows(DEMO / "communities.csv"):
        found[row["code"]] = {**row, "level": "community", "parent": row["code"][:9]}
    for code in grid_codes().values():
        number = int(code[12:])
        found[code] = {
            "name": f"{NUMERALS[number - 1]}网格", "name_en": f"Grid {number}", "level": "grid", "kind": "grid",
            "parent": code[:12],
        }  # fmt: skip
    return found


def document() -> str:
    """Return the city as GeoJSON text, one feature a line, larger areas first."""
    known, shapes = names(), outlines()
    order = ("county", "group", "street", "community", "grid")
    features = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {
                    "code": code,
                    **{key: known[code][key] for key in ("name", "name_en", "level", "kind", "parent")},
                    "source": SOURCE,
                },
                "geometry": mapping(shapes[code]),
            },
            ensure_ascii=False, separators=(",", ":"),
        )
        for code in sorted(shapes, key=lambda code: (order.index(known[code]["level"]), code))
    ]  # fmt: skip
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
