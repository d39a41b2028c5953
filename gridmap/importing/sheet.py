"""A file once read: columns, rows and shapes, as yet in the file's own coordinates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.gdal import SpatialReference
from django.utils.translation import gettext as _


@dataclass(slots=True)
class Sheet:
    """Row ``n``, counted from 1, has ``rows[n - 1]`` and ``shapes[n - 1]``; a faulty row has no shape."""

    columns: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    crs: SpatialReference | None = None
    encoding: str = ""

    def add(self, row: dict[str, Any], shape: Any, fault: str = "") -> None:
        """Append a row; ``fault`` says in a sentence why it has no usable shape."""
        self.rows.append(row)
        fault = fault or unusable(shape)
        self.shapes.append(None if fault else shapely.force_2d(shape))
        if fault:
            self.faults.append((len(self.rows), fault))


def unusable(shape: Any) -> str:
    """Say why a shape cannot be the outline of an area; empty when it can."""
    if shape is None or shape.is_empty:
        return _("it has no outline")
    if shape.geom_type == "GeometryCollection":
        kinds = {part.geom_type for part in shape.geoms}
        return "" if kinds & {"Polygon", "MultiPolygon"} else _("its outline is no polygon")
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return _("its outline is no polygon")
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return _("its outline has coordinates that are no numbers")
    return ""


def unclosed() -> str:
    """The fault of a ring whose ends do not meet."""
    return _("a ring of its outline is not closed")


class Unclosed(Exception):
    """A ring whose ends do not meet; Shapely would silently close it."""


def closed_ring(corners: Any) -> list[tuple[float, float]]:
    """Return a ring's corners as numbers, without heights.

    Raises ``Unclosed``, and ``ValueError`` or ``TypeError`` for what are no numbers.
    """
    ring = [(float(corner[0]), float(corner[1])) for corner in corners]
    if not np.isfinite(ring).all():
        raise ValueError("no numbers")
    if len(ring) > 1 and ring[0] != ring[-1]:
        raise Unclosed
    return ring
