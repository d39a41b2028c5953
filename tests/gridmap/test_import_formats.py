"""Every format and encoding ends in the same areas."""

from __future__ import annotations

import shutil

import pytest

from citygrid.common.errors import Invalid
from gridmap.areas.models import Area, AreaVersion, Grid, GridKind
from tests import cast
from tests.gridmap import import_files as files
from tests.gridmap.import_run import NOON, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def check_two_grids() -> None:
    for number in (1, 2):
        area = Area.objects.get(code=f"{cast.EMPTY_COMMUNITY}00{number}")
        assert (area.name, getattr(area.parent, "code", ""), area.code_is_provisional) == (
            f"第{number}网格",
            cast.EMPTY_COMMUNITY,
            False,
        )
        version = AreaVersion.objects.get(area=area)
        west = 120.21 + number / 100
        assert version.geom.extent == pytest.approx((west, 27.33, west + 0.01, 27.35), abs=1e-7)
        assert version.area_m2 == pytest.approx(990 * 2216, rel=0.01)
        assert version.geom_far is not None
        assert version.valid_from == NOON
        assert area.links_up.count() == 6  # itself, community, street, city, prefecture, province
        assert Grid.objects.get(area=area).kind == GridKind.BASIC


@pytest.mark.parametrize("name", ["grids.geojson", "网格.json"])
def test_geojson(tmp_path, name):
    run(files.geojson(tmp_path / name, files.squares()))
    check_two_grids()


@pytest.mark.parametrize("crs", ["EPSG:4490", "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326"])
def test_geojson_with_a_named_system(tmp_path, crs):
    named = {"type": "name", "properties": {"name": crs}}
    run(files.geojson(tmp_path / "a.geojson", files.squares(), crs=named))
    check_two_grids()


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("utf-8", None), ("utf-8", "UTF-8"), ("gbk", None), ("gbk", "GBK"), ("gbk", "936"), ("gb18030", "GB18030"),
     ("gbk", "ISO-8859-1"), ("gbk", "UTF-8")],
)  # fmt: skip
@pytest.mark.parametrize("names", ["utf-8", "gbk"])
def test_a_zipped_shapefile_with_chinese_names(tmp_path, encoding, cpg, names):
    run(files.shapefile(tmp_path / "网格.zip", files.squares(), encoding=encoding, cpg=cpg, names=names))
    check_two_grids()


def test_column_names_cut_in_the_middle_of_a_character_are_still_recognised(tmp_path):
    rows = [({"网格编码": "350982003902001", "网格类别名称": "专属网格", "网格名称": "一"}, files.squares()[0][1])]
    run(files.shapefile(tmp_path / "a.zip", rows, encoding="utf-8"))
    assert Grid.objects.get(area__code="350982003902001").kind == GridKind.DEDICATED


def test_a_shapefile_beside_its_parts(tmp_path):
    shutil.unpack_archive(files.shapefile(tmp_path / "a.zip", files.squares(), stem="layer"), tmp_path)
    run(tmp_path / "layer.shp")
    check_two_grids()


def test_a_named_encoding_that_does_not_fit_is_refused(tmp_path):
    path = files.shapefile(tmp_path / "a.zip", files.squares(), encoding="gbk")
    with pytest.raises(Invalid, match=r"utf-8"):
        run(path, encoding="utf-8")
    with pytest.raises(Invalid, match=r"klingon"):
        run(path, encoding="klingon")


def test_a_geopackage(tmp_path):
    run(files.gpkg(tmp_path / "a.gpkg", {"网格": files.squares()}))
    check_two_grids()


def test_one_of_several_layers_is_chosen(tmp_path):
    path = files.gpkg(tmp_path / "a.gpkg", {"网格": files.squares(), "other": files.squares(1)})
    with pytest.raises(Invalid, match="other, 网格"):
        run(path)
    run(path, layer="网格")
    check_two_grids()


def test_kml_with_extended_data(tmp_path):
    run(files.kml(tmp_path / "a.kml", files.squares()))
    check_two_grids()


def test_columns_are_mapped_and_constants_set(tmp_path):
    rows = [({"k": row["网格编码"], "n": row["网格名称"], "pop": "1,234"}, shape) for row, shape in files.squares()]
    result = run(
        files.geojson(tmp_path / "a.geojson", rows),
        mapping={
            "code": "k",
            "name": "n",
            "population": "pop",
            "name_en": "=A grid",
            "parent": f"={cast.EMPTY_COMMUNITY}",
        },
    )
    check_two_grids()
    assert not result.report.of("columns_guessed")
    assert set(AreaVersion.objects.filter(area__name_en="A grid").values_list("population", flat=True)) == {1234}


def test_what_was_guessed_is_said(tmp_path):
    report = run(files.geojson(tmp_path / "a.geojson", files.squares())).report
    assert report.of("columns_guessed")[0].data["columns"] == {"code": "网格编码", "name": "网格名称"}


def test_an_unknown_column_is_named_with_those_there_are(tmp_path):
    with pytest.raises(Invalid, match="网格编码, 网格名称"):
        run(files.geojson(tmp_path / "a.geojson", files.squares()), mapping={"code": "nope"})
