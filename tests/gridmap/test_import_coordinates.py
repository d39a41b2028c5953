"""Whatever system the file is in, the same place on earth is stored."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from django.contrib.gis.gdal import CoordTransform, SpatialReference
from django.contrib.gis.geos import Point
from shapely.geometry import mapping

from citygrid.common.errors import Invalid
from gridmap.areas.models import AreaVersion
from gridmap.crs import from_wgs84
from tests.gridmap import import_files as files
from tests.gridmap.import_run import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def moved(change):
    """The two squares with every corner changed."""
    return [
        (row, shapely.transform(shape, lambda corners: np.array([change(x, y) for x, y in corners])))
        for row, shape in files.squares()
    ]


def projected(srid):
    to = CoordTransform(SpatialReference(4490), SpatialReference(srid))

    def change(x, y):
        found = Point(x, y, srid=4490)
        found.transform(to)
        return found.x, found.y

    return change


def check_place(crs: str, within: float = 1e-8) -> None:
    for version, (_row, square) in zip(
        AreaVersion.objects.filter(valid_from__month=6).order_by("code"), files.squares(), strict=True
    ):
        stored = shapely.from_wkb(bytes(version.geom.wkb))
        assert shapely.hausdorff_distance(stored, square) < within
        assert version.source_crs == crs


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "cgcs2000", "wgs84", "GCJ02"])
def test_shifted_coordinates_are_shifted_back(tmp_path, crs):
    run(files.geojson(tmp_path / "a.geojson", moved(lambda x, y: from_wgs84(x, y, crs.lower()))), crs=crs)
    check_place(crs.lower())


@pytest.mark.parametrize("srid", [4549, 4528, 32651, 3857])
def test_projected_coordinates_by_their_number(tmp_path, srid):
    run(files.geojson(tmp_path / "a.geojson", moved(projected(srid))), crs=f"EPSG:{srid}")
    check_place(f"EPSG:{srid}")


def test_projected_coordinates_named_by_the_shapefile(tmp_path):
    result = run(files.shapefile(tmp_path / "a.zip", moved(projected(4549)), prj=files.PRJ_4549))
    check_place(result.report.about["crs"])
    assert not result.report.of("axes_swapped")


def test_northing_before_easting_is_put_right_and_told(tmp_path):
    rows = moved(lambda x, y: tuple(reversed(projected(4549)(x, y))))
    result = run(files.shapefile(tmp_path / "a.zip", rows, prj=files.PRJ_4549))
    assert len(result.report.of("axes_swapped")) == 1
    check_place(result.report.about["crs"])


@pytest.mark.parametrize("crs", ["auto", "gcj02"])
def test_latitude_before_longitude_is_put_right_and_told(tmp_path, crs):
    rows = moved(lambda x, y: tuple(reversed(from_wgs84(x, y, "gcj02" if crs == "gcj02" else "wgs84"))))
    result = run(files.geojson(tmp_path / "a.geojson", rows), crs=crs)
    assert len(result.report.of("axes_swapped")) == 1
    check_place("EPSG:4326" if crs == "auto" else "gcj02")


def test_only_some_rows_swapped_is_no_reason_to_guess(tmp_path):
    rows = [files.squares()[0], moved(lambda x, y: (y, x))[1]]
    with pytest.raises(Invalid, match="2"):
        run(files.geojson(tmp_path / "a.geojson", rows))


def test_degrees_without_a_system_are_taken_as_they_are_and_told(tmp_path):
    result = run(files.shapefile(tmp_path / "a.zip", files.squares(), prj=""))
    assert len(result.report.of("crs_assumed")) == 1
    check_place("EPSG:4490")


def test_metres_without_a_system_are_refused_with_a_hint(tmp_path):
    with pytest.raises(Invalid, match="EPSG:4528"):
        run(files.shapefile(tmp_path / "a.zip", moved(projected(4528)), prj=""))
    with pytest.raises(Invalid):
        run(files.shapefile(tmp_path / "b.zip", moved(projected(4549)), prj=""))


@pytest.mark.parametrize("crs", ["EPSG:0", "EPSG:999999", "/etc/passwd", "http://127.0.0.1/x", "+proj=longlat", ""])
def test_an_unknown_system_is_refused(tmp_path, crs):
    with pytest.raises(Invalid):
        run(files.geojson(tmp_path / "a.geojson", files.squares()), crs=crs)


def test_heights_are_dropped(tmp_path):
    rows = [
        (row, {"type": "Polygon", "coordinates": [[[*corner, 12.5] for corner in mapping(shape)["coordinates"][0]]]})
        for row, shape in files.squares()
    ]
    run(files.geojson(tmp_path / "a.geojson", rows))
    check_place("EPSG:4326")


def test_a_place_abroad_is_taken_where_that_is_meant(city, tmp_path):
    rows = [({"code": "350982003902001", "name": "x"}, shapely.box(-71.06, 42.36, -71.05, 42.37))]
    run(files.geojson(tmp_path / "a.geojson", rows), abroad=True)
    found = AreaVersion.objects.get(code="350982003902001").geom.extent
    assert [round(value, 6) for value in found] == [-71.06, 42.36, -71.05, 42.37]
