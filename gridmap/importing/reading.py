"""Turns a checked file into rows and shapes. Faults of single rows are collected, so all are told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely
from django.contrib.gis.gdal import DataSource, GDALException
from django.contrib.gis.gdal.layer import Layer
from django.utils.encoding import DjangoUnicodeDecodeError
from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid
from gridmap.importing import dbf, geojson, kml
from gridmap.importing.files import Source
from gridmap.importing.sheet import Sheet, unclosed

_DRIVERS = {"shapefile": ("ESRI Shapefile",), "gpkg": ("GPKG",)}


def read(source: Source, *, layer: str = "", encoding: str = "") -> Sheet:
    """Return the rows of a file. Raises ``Invalid`` when the file as a whole cannot be read or holds nothing."""
    try:
        if source.kind == "geojson":
            sheet = geojson.read(source.path, source.name)
        elif source.kind == "kml":
            sheet = kml.read(source.path, source.name, layer=layer)
        elif source.kind == "shapefile":
            sheet = _shapefile(source, encoding)
        else:
            sheet = _layered(source, layer)
    except (GDALException, DjangoUnicodeDecodeError) as fault:
        raise Invalid(
            _("“%(name)s” is cut short or damaged. Copy or export it again.") % {"name": source.name}
        ) from fault
    if not sheet.rows:
        raise Invalid(_("“%(name)s” holds no rows. Export it again.") % {"name": source.name})
    return sheet


def _opened(source: Source, path: Path) -> DataSource:
    found = DataSource(str(path))
    if found.driver.name not in _DRIVERS[source.kind]:
        raise GDALException(f"opened by {found.driver.name}")
    return found


def _shapefile(source: Source, encoding: str) -> Sheet:
    table, cpg = source.path.with_suffix(".dbf"), source.path.with_suffix(".cpg")
    columns, rows, used = dbf.read_table(
        table.read_bytes(), encoding=encoding, cpg=cpg.read_text("ascii", "replace") if cpg.exists() else ""
    )
    # Without the table beside it GDAL reads the shapes alone and cannot stumble over its text.
    table.unlink()
    layer = _opened(source, source.path)[0]
    sheet = Sheet(columns=columns, crs=layer.srs, encoding=used)
    if len(layer) != len(rows):
        raise Invalid(
            _("The parts of the Shapefile “%(name)s” do not fit together: %(shapes)s shapes, %(rows)s table rows.")
            % {"name": source.name, "shapes": len(layer), "rows": len(rows)}
        )
    for row, feature in zip(rows, layer, strict=True):
        if row is not None:
            sheet.add(row, *_shape(feature))
    return sheet


def _layered(source: Source, wanted: str) -> Sheet:
    found = _opened(source, source.path)
    layers = {layer.name: layer for layer in (found[n] for n in range(len(found))) if len(layer)}
    if (wanted and wanted not in layers) or (not wanted and len(layers) > 1):
        raise Invalid(
            _("“%(name)s” holds several layers. Choose one of: %(layers)s.")
            % {"name": source.name, "layers": ", ".join(sorted(layers))},
            fields={"layer": [_("Choose one.")]},
        )
    if not layers:
        return Sheet()
    layer: Layer = layers[wanted] if wanted else next(iter(layers.values()))
    sheet = Sheet(columns=list(layer.fields), crs=layer.srs, encoding="utf-8")
    for feature in layer:  # never by index: the numbers of a GeoPackage begin at 1
        sheet.add({column: feature.get(column) for column in sheet.columns}, *_shape(feature))
    return sheet


def _shape(feature: Any) -> tuple[Any, str]:
    try:
        wkb = bytes(feature.geom.wkb)
    except GDALException:
        return None, ""  # no geometry at all
    try:
        return shapely.from_wkb(wkb), ""
    except shapely.GEOSException as fault:
        return None, unclosed() if "closed" in str(fault) else _("its outline cannot be read")
