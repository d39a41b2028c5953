"""Reads KML. A map library would lose what matters: it turns Chinese names of ``Data`` into rows of underscores.

The file was checked before to declare no document type, so no entities can be expanded here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.contrib.gis.gdal import SpatialReference
from django.utils.translation import gettext as _
from shapely.geometry import MultiPolygon, Polygon

from citygrid.common.errors import Invalid
from gridmap.importing.sheet import Sheet, Unclosed, closed_ring, unclosed

_SINGLE = {"Point", "LineString", "LinearRing", "Model", "Track"}


def read(path: Path, name: str, *, layer: str = "") -> Sheet:
    """Return a row for every placemark, of one folder when ``layer`` names it. Raises ``Invalid`` for another name."""
    root = ElementTree.parse(path).getroot()  # noqa: S314
    if layer:
        folders = {_child(one, "name"): one for kind in ("Folder", "Document") for one in _all(root, kind)}
        if layer not in folders:
            raise Invalid(
                _("“%(name)s” has no layer of that name. Choose one of: %(layers)s.")
                % {"name": name, "layers": ", ".join(filter(None, folders)) or "–"},
                fields={"layer": [_("Choose one.")]},
            )
        root = folders[layer]
    sheet = Sheet(crs=SpatialReference(4326), encoding="utf-8")
    columns: dict[str, None] = {}
    for mark in _all(root, "Placemark"):
        row = _row(mark)
        columns.update(dict.fromkeys(row))
        sheet.add(row, *_shape(mark))
    sheet.columns = list(columns)
    return sheet


def _all(element: Any, tag: str) -> Any:
    # Versions of KML differ in their namespace alone.
    return element.iterfind(f".//{{*}}{tag}")


def _child(element: Any, tag: str) -> str:
    return (element.findtext(f"{{*}}{tag}") or "").strip()


def _row(mark: Any) -> dict[str, Any]:
    row = {"name": _child(mark, "name")}
    for data in _all(mark, "Data"):
        row[data.get("name", "")] = _child(data, "value")
    for data in _all(mark, "SimpleData"):
        row[data.get("name", "")] = (data.text or "").strip()
    return row


def _shape(mark: Any) -> tuple[Any, str]:
    """Return the shape, or none and the fault."""
    found = []
    for polygon in _all(mark, "Polygon"):
        try:
            outer = [_ring(one) for one in _all(polygon, "outerBoundaryIs")]
            inner = [_ring(one) for one in _all(polygon, "innerBoundaryIs")]
            if outer:
                found.append(Polygon(outer[0], inner))
        except Unclosed:
            return None, unclosed()
        except (ValueError, IndexError):
            return None, _("its outline cannot be read")
    if not found and any(one.tag.rpartition("}")[2] in _SINGLE for one in mark.iter()):
        return None, _("its outline is no polygon")
    return MultiPolygon(found), ""


def _ring(boundary: Any) -> list[tuple[float, float]]:
    text = boundary.findtext(".//{*}coordinates") or ""
    return closed_ring([corner.split(",") for corner in text.split()])
