"""A file that cannot be imported gets one sentence and changes nothing."""

from __future__ import annotations

import json
import struct
import zipfile

import pytest
from django.core.management import CommandError, call_command
from shapely.geometry import LineString, Point, box, mapping

from citygrid.common.errors import Invalid
from gridmap.areas.models import Area, AreaVersion
from tests import cast
from tests.gridmap import import_files as files
from tests.gridmap.import_run import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(autouse=True)
def nothing_changed(city):
    yield
    assert Area.objects.count() == len(city)
    assert AreaVersion.objects.count() == 11


def refused(path, words: str, **choices) -> None:
    with pytest.raises(Invalid, match=words) as caught:
        run(path, **choices)
    assert str(caught.value).rstrip().endswith(".")
    with pytest.raises(CommandError, match=words):
        call_command("import_areas", str(path), "--level", "grid", verbosity=0)


def faulty(path, *words: str) -> None:
    """The file is readable, but rows of it are not: all of them are told."""
    result = run(path)
    assert not result.applied
    told = " ".join(one.message for one in result.report.errors)
    assert all(word in told for word in words), told


def test_no_such_file(tmp_path):
    refused(tmp_path / "none.geojson", "no file")


@pytest.mark.parametrize("name", ["a.geojson", "a.zip", "a.gpkg", "a.kml", "a.shp"])
def test_an_empty_file(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    refused(tmp_path / name, "empty")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.geojson", "not readable GeoJSON"),
        ("a.zip", "zip"),
        ("a.gpkg", "GeoPackage"),
        ("a.kml", "KML"),
        ("a.exe", "known kind"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(tmp_path, name, words):
    (tmp_path / name).write_bytes(b"MZ\x90 this is something else " * 20)
    refused(tmp_path / name, words)


def test_a_geojson_that_is_some_other_json(tmp_path):
    path = tmp_path / "a.geojson"
    for content in ([1, 2], {"type": "Topology"}, {"type": "FeatureCollection", "features": [3]}, "x"):
        path.write_text(json.dumps(content))
        refused(path, "no GeoJSON")


def test_files_cut_short(tmp_path):
    whole = [
        files.geojson(tmp_path / "a.geojson", files.squares()),
        files.kml(tmp_path / "a.kml", files.squares()),
        files.shapefile(tmp_path / "a.zip", files.squares()),
        files.gpkg(tmp_path / "a.gpkg", {"a": files.squares()}),
    ]
    for path in whole:
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        refused(path, "cut short")


@pytest.mark.parametrize("ending", [".shp", ".dbf"])
def test_a_shapefile_whose_part_is_cut_short(tmp_path, ending):
    path = files.shapefile(tmp_path / "a.zip", files.squares(), stem="a")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[f"a{ending}"] = parts[f"a{ending}"][:-60]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    refused(path, "cut short")


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_shapefile_without_a_part(tmp_path, part):
    refused(files.shapefile(tmp_path / "a.zip", files.squares(), leave_out=[part]), f"lacks its part {part}")


def test_a_shapefile_whose_parts_do_not_fit(tmp_path):
    path, other = (
        files.shapefile(tmp_path / "a.zip", files.squares(), stem="a"),
        files.shapefile(tmp_path / "b.zip", files.squares(1), stem="a"),
    )
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(other) as two:
        parts = {name: (two if name.endswith(".dbf") else one).read(name) for name in one.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    refused(path, "2 shapes, 1 table rows")


def test_a_file_without_rows(tmp_path):
    refused(files.geojson(tmp_path / "a.geojson", []), "no rows")


def test_a_file_above_the_limit(tmp_path, settings):
    path = files.geojson(tmp_path / "a.geojson", files.squares())
    settings.IMPORT_MAX_BYTES = 300
    refused(path, "larger than")


def test_a_zip_bomb(tmp_path, settings):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * 3_000_000)
    settings.IMPORT_MAX_BYTES = 1_000_000
    assert path.stat().st_size < 10_000
    refused(path, "larger than")


def test_a_zip_that_lies_about_its_size(tmp_path, settings):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * 3_000_000)
    raw = bytearray(path.read_bytes())
    central = raw.rindex(b"PK\x01\x02")
    raw[central + 24 : central + 28] = struct.pack("<I", 1000)
    path.write_bytes(raw)
    settings.IMPORT_MAX_BYTES = 1_000_000
    refused(path, "cut short|larger than")


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_zip_whose_packed_bytes_are_damaged(tmp_path, packing):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("a.geojson", json.dumps([number**0.5 for number in range(2000)]))
    raw = bytearray(path.read_bytes())
    raw[80:400] = b"\xff" * 320
    path.write_bytes(raw)
    refused(path, "cut short")


@pytest.mark.parametrize("inside", ["../../evil.geojson", "/etc/evil.geojson", "C:\\evil.geojson", "a/../../b.geojson"])
def test_a_zip_with_a_path_that_leads_outside(tmp_path, inside):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(inside, "{}")
    refused(path, "outside of it")


def test_a_zip_without_a_map(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    refused(path, "holds no Shapefile")


def test_a_kml_with_entities(tmp_path):
    bomb = '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    refused(files.kml(tmp_path / "a.kml", files.squares(), head=bomb), "XML entities")
    outside = '<!DOCTYPE kml SYSTEM "file:///etc/passwd">'
    refused(files.kml(tmp_path / "b.kml", files.squares(), head=outside), "XML entities")


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "link", "properties": {"href": "http://127.0.0.1:1/x", "type": "proj4"}},
        {"type": "name", "properties": {"name": "/etc/passwd"}},
        {"type": "name", "properties": {"name": "EPSG:99999"}},
        {"type": "EPSG"},
        5,
    ],
)
def test_a_geojson_whose_coordinate_system_is_no_plain_number(tmp_path, crs):
    refused(files.geojson(tmp_path / "a.geojson", files.squares(), crs=crs), "not known")


def test_rows_that_are_no_areas_are_all_told(tmp_path):
    (row, square), *_rest = files.squares()
    ring = mapping(square)["coordinates"][0]
    rows = [
        (row, square), (row, None), (row, Point(120.2, 27.3)), (row, LineString([(120, 27), (121, 28)])),
        (row, {"type": "Polygon", "coordinates": [ring[:-1]]}), (row, {"type": "Polygon", "coordinates": "zzz"}),
        (row, {"type": "Polygon", "coordinates": [[[120, 27], [float("nan"), 27], [121, 28], [120, 27]]]}),
        (row, {"type": "MultiPolygon", "coordinates": [[ring], [ring[:-1]]]}),
    ]  # fmt: skip
    faulty(
        files.geojson(tmp_path / "a.geojson", rows), "Row 2 cannot be used: it has no outline", "Row 3 ", "no polygon",
        "Row 4 ", "Row 5 cannot be used: a ring of its outline is not closed", "Row 6 ", "Row 7 ", "Row 8 ",
    )  # fmt: skip


def test_an_unclosed_ring_in_kml(tmp_path):
    path = files.kml(tmp_path / "a.kml", files.squares(1))
    path.write_text(
        path.read_text("utf-8").replace("120.23,27.33,0 120.23,27.35,0", "120.229,27.33,0 120.23,27.35,0", 1), "utf-8"
    )
    faulty(path, "not closed")


def test_an_unclosed_ring_in_a_geopackage(tmp_path):
    import shapely

    path = files.gpkg(tmp_path / "a.gpkg", {"a": files.squares(1)})
    raw = path.read_bytes()
    last = struct.pack("<2d", *shapely.get_coordinates(files.squares(1)[0][1])[-1])
    at = raw.rindex(last)
    path.write_bytes(raw[:at] + struct.pack("<2d", 120.2255, 27.3344) + raw[at + 16 :])
    faulty(path, "not closed")


def test_an_outline_without_area(tmp_path):
    flat = {"type": "Polygon", "coordinates": [[[120.22, 27.33], [120.23, 27.33], [120.22, 27.33], [120.22, 27.33]]]}
    faulty(
        files.geojson(tmp_path / "a.geojson", [({"code": "350982003902001", "name": "x"}, flat)]), "encloses no area"
    )


@pytest.mark.parametrize(("lon", "lat"), [(2.35, 48.85), (-71.06, 42.36), (120.22, -27.3), (139.7, 35.6)])
def test_a_place_outside_the_country(tmp_path, lon, lat):
    rows = [({"code": "350982003902001", "name": "x"}, box(lon, lat, lon + 0.01, lat + 0.01))]
    refused(files.geojson(tmp_path / "a.geojson", rows), "outside China")


def test_rows_without_names_codes_or_parents(tmp_path):
    shape = files.squares()[0][1]
    rows = [
        ({"code": "", "name": ""}, shape),
        ({"code": "no code!", "name": "x"}, shape),
        ({"code": "1", "name": "y" * 101}, shape),
    ]
    faulty(
        files.geojson(tmp_path / "a.geojson", rows), "Row 1 has neither", "Row 2", "is no code", "Row 3", "longer than"
    )
    rows = [({"社区名称": "无此社区", "网格名称": "x"}, shape)]
    faulty(files.geojson(tmp_path / "b.geojson", rows), "无此社区")


def test_a_code_of_an_area_of_another_level(tmp_path):
    faulty(
        files.geojson(tmp_path / "a.geojson", [({"code": cast.OURS, "name": "x"}, files.squares()[0][1])]),
        "another level",
    )


def test_a_parent_that_is_no_parent(tmp_path):
    path = files.geojson(tmp_path / "a.geojson", files.squares())
    with pytest.raises(Invalid, match="Choose another parent"):
        run(path, parent=cast.GRIDS[0])
