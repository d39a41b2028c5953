"""Builds boundary files as offices send them, byte by byte, so that every fault can be put in on purpose."""

from __future__ import annotations

import json
import sqlite3
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon, box, mapping

Rows = Sequence[tuple[dict[str, Any], Any]]
PRJ_4490 = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,'
    '298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
PRJ_4549 = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_120E",' + PRJ_4490 + ',PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],'
    'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def squares(count: int = 2) -> list[tuple[dict[str, Any], Any]]:
    """Grids side by side in the community without any (see the cast), each 0.01° wide, 0.02° high."""
    return [
        (
            {"网格编码": f"350982003902{n + 1:03}", "网格名称": f"第{n + 1}网格"},
            box(120.22 + n / 100, 27.33, 120.23 + n / 100, 27.35),
        )
        for n in range(count)
    ]


def geojson(path: Path, rows: Rows, **more: Any) -> Path:
    features = [
        {"type": "Feature", "properties": row, "geometry": shape if isinstance(shape, dict | None) else mapping(shape)}
        for row, shape in rows
    ]
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features, **more}, ensure_ascii=False), "utf-8"
    )
    return path


def kml(path: Path, rows: Rows, *, head: str = "") -> Path:
    marks = []
    for row, shape in rows:
        data = "".join(f'<Data name="{key}"><value>{value}</value></Data>' for key, value in row.items())
        ring = " ".join(f"{x},{y},0" for x, y in shape.exterior.coords)
        marks.append(
            f"<Placemark><name>{next(iter(row.values()))}</name><ExtendedData>{data}</ExtendedData><Polygon>"
            f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>"
            "</Polygon></Placemark>"
        )
    body = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>' + "".join(marks) + "</Document></kml>"
    path.write_text('<?xml version="1.0" encoding="UTF-8"?>' + head + body, "utf-8")
    return path


def gpkg(path: Path, layers: dict[str, Rows]) -> Path:
    base = sqlite3.connect(path)
    base.executescript(
        """
        PRAGMA application_id = 1196444487;
        PRAGMA user_version = 10300;
        CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
            organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
            definition TEXT NOT NULL, description TEXT);
        CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT,
            description TEXT, last_change DATETIME, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
            srs_id INTEGER);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT PRIMARY KEY, column_name TEXT NOT NULL,
            geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL);
        """
    )
    base.execute("INSERT INTO gpkg_spatial_ref_sys VALUES ('CGCS2000', 4490, 'EPSG', 4490, ?, '')", [PRJ_4490])
    for name, rows in layers.items():
        columns = list(rows[0][0])
        base.execute(
            f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY, geom BLOB, '
            + ", ".join(f'"{column}" TEXT' for column in columns) + ")"
        )  # fmt: skip
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, 'features', ?, 4490)",
            [name, name],
        )
        base.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', 4490, 0, 0)", [name])
        for row, shape in rows:
            blob = b"GP\x00\x01" + struct.pack("<i", 4490) + shape.wkb
            marks = ", ".join("?" * (len(columns) + 2))
            base.execute(f'INSERT INTO "{name}" VALUES ({marks})', [None, blob, *row.values()])  # noqa: S608
    base.commit()
    base.close()
    return path


class _GbkName(zipfile.ZipInfo):
    """Writes its name in GBK without saying so, as packers on Chinese Windows do."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits


def shapefile(
    path: Path, rows: Rows, *, encoding: str = "utf-8", cpg: str | None = None, prj: str = PRJ_4490,
    stem: str = "网格", names: str = "utf-8", leave_out: Sequence[str] = (),
) -> Path:  # fmt: skip
    """A zipped Shapefile. ``names`` is how the zip writes its file names: utf-8, or gbk as Chinese Windows does."""
    shp, shx = _shapes([shape for _row, shape in rows])
    parts = {".shp": shp, ".shx": shx, ".dbf": _table([row for row, _shape in rows], encoding)}
    if prj:
        parts[".prj"] = prj.encode()
    if cpg is not None:
        parts[".cpg"] = cpg.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for ending, content in parts.items():
            if ending not in leave_out:
                info = (_GbkName if names == "gbk" else zipfile.ZipInfo)(stem + ending)
                archive.writestr(info, content)
    return path


def _table(rows: Sequence[dict[str, Any]], encoding: str) -> bytes:
    columns = list(rows[0])
    width = 80
    header = 32 + 32 * len(columns) + 1
    found = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, len(rows), header, 1 + width * len(columns))
    for column in columns:
        found += struct.pack("<11sc4xBB14x", column.encode(encoding)[:10], b"C", width, 0)
    found += b"\r"
    for row in rows:
        found += b" " + b"".join(str(value).encode(encoding)[:width].ljust(width) for value in row.values())
    return found + b"\x1a"


def _shapes(shapes: Sequence[Any]) -> tuple[bytes, bytes]:
    records, index, at = b"", b"", 50
    for number, shape in enumerate(shapes, start=1):
        content = _record(shape)
        records += struct.pack(">ii", number, len(content) // 2) + content
        index += struct.pack(">ii", at, len(content) // 2)
        at += 4 + len(content) // 2
    bounds = MultiPolygon([part for shape in shapes for part in _parts(shape)]).bounds

    def head(words: int) -> bytes:
        return struct.pack(">i20xi", 9994, words) + struct.pack("<ii4d32x", 1000, 5, *bounds)

    return head(50 + len(records) // 2) + records, head(50 + len(index) // 2) + index


def _parts(shape: Any) -> list[Polygon]:
    return list(getattr(shape, "geoms", [shape]))


def _record(shape: Any) -> bytes:
    rings = []
    for part in _parts(shape):
        rings.append(list(shapely.geometry.polygon.orient(part, -1).exterior.coords))
        rings += [list(hole.coords) for hole in shapely.geometry.polygon.orient(part, -1).interiors]
    starts: list[int] = []
    points: list[Any] = []
    for ring in rings:
        starts.append(len(points))
        points += ring
    return (
        struct.pack("<i4dii", 5, *shape.bounds, len(rings), len(points))
        + struct.pack(f"<{len(starts)}i", *starts)
        + b"".join(struct.pack("<2d", *point) for point in points)
    )
