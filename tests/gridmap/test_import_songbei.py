"""A real district in four files without codes above its grids: counts, repairs and areas that must come out."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from gridmap.areas.models import Area, AreaVersion, Grid, GridKind, Level
from gridmap.importing.run import Result
from gridmap.spatial import locate
from tests import kept
from tests.gridmap.import_run import LATER, NOON, run
from tests.gridmap.test_import_topology import rough_m2

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.django_db, pytest.mark.one_worker]

FILES = {
    Level.COUNTY: ("松北区县.geojson", ["区县名称"]),
    Level.STREET: ("松北乡镇.geojson", ["街道名称"]),
    Level.COMMUNITY: ("松北社区.geojson", ["街道名称", "社区名称"]),
    Level.GRID: ("松北网格.geojson", ["网格编码"]),
}
DAY = timedelta(days=1)


@pytest.fixture
def folder(shared):
    return shared / "data/admin_cn/harbin_songbei"


@pytest.fixture
def imported(folder) -> dict[Level, Result]:
    return kept.built("songbei", lambda: {level: run(folder / name, level) for level, (name, _key) in FILES.items()})


def truth(folder, level: Level) -> dict[tuple[str, ...], Any]:
    """The units as plain Shapely makes them, without the importer's code."""
    name, key = FILES[level]
    pieces = defaultdict(list)
    for feature in json.loads((folder / name).read_text("utf-8"))["features"]:
        pieces[tuple(feature["properties"][one] for one in key)].append(shape(feature["geometry"]).buffer(0))
    return {unit: shapely.unary_union(parts) for unit, parts in pieces.items()}


def test_every_level_has_its_count(imported):
    expected = {Level.COUNTY: (3, 1), Level.STREET: (28, 16), Level.COMMUNITY: (250, 198), Level.GRID: (259, 254)}
    for level, (rows, units) in expected.items():
        counts = imported[level].report.counts
        assert (counts["rows"], counts["units"], counts["new"]) == (rows, units, units)
        assert Area.objects.filter(level=level).count() == units
        assert AreaVersion.objects.filter(level=level, valid_to=None).count() == units
    assert sum(result.report.about["seconds"] for result in imported.values()) < 30


def test_five_invalid_shapes_are_repaired(imported):
    repaired = {level: len(result.report.of("repaired")) for level, result in imported.items()}
    assert repaired == {Level.COUNTY: 0, Level.STREET: 1, Level.COMMUNITY: 3, Level.GRID: 1}
    for result in imported.values():
        for one in result.report.of("repaired"):
            assert one.data["area_after_m2"] == pytest.approx(one.data["area_before_m2"], rel=1e-4)


def test_areas_agree_with_an_independent_computation(imported, folder):
    for level in FILES:
        expected = sum(rough_m2(one) for one in truth(folder, level).values())
        stored = sum(AreaVersion.objects.filter(level=level).values_list("area_m2", flat=True))
        assert stored == pytest.approx(expected, rel=2e-3)


def test_the_reported_overlaps_gaps_and_crossings_are_the_true_ones(imported, folder):
    units = {level: truth(folder, level) for level in FILES}
    for level in (Level.STREET, Level.COMMUNITY, Level.GRID):
        shapes = list(units[level].values())
        left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        pairs = [(shapes[a], shapes[b]) for a, b in zip(left, right, strict=True) if a < b]
        true = [size for one, other in pairs if (size := rough_m2(one.intersection(other))) >= 1]
        assert [one.data["area_m2"] for one in imported[level].report.of("overlap")] == pytest.approx(
            sorted(true)[::-1]
        )
    district = next(iter(units[Level.COUNTY].values()))
    gap = rough_m2(district.difference(shapely.unary_union(list(units[Level.STREET].values()))))
    assert imported[Level.STREET].report.of("gap")[0].data["area_m2"] == pytest.approx(gap, rel=5e-3)
    outside = {
        name: size
        for (street, name), one in units[Level.COMMUNITY].items()
        if (size := rough_m2(one.difference(units[Level.STREET][(street,)]))) >= 1
    }
    told = {
        Area.objects.get(code=one.data["code"]).name: one.data["area_m2"]
        for one in imported[Level.COMMUNITY].report.of("outside")
    }
    assert told == {name: pytest.approx(size, rel=5e-3) for name, size in outside.items()}
    assert len(told) == 4


def test_the_grids_are_dedicated_and_their_odd_codes_are_told(imported):
    assert set(Grid.objects.values_list("kind", flat=True)) == {GridKind.DEDICATED}
    assert len(imported[Level.GRID].report.of("code_length")[0].data["codes"]) == 254
    assert Area.objects.filter(level=Level.GRID, code_is_provisional=True).count() == 0
    assert Area.objects.exclude(level=Level.GRID).filter(code_is_provisional=False).count() == 0


def test_the_same_files_again_change_nothing(imported, folder):
    before = list(AreaVersion.objects.order_by("pk").values_list("pk", "valid_to"))
    for level, (name, _key) in FILES.items():
        counts = run(folder / name, level, at=LATER).report.counts
        assert (counts["new"], counts["changed"], counts["missing"]) == (0, 0, 0)
    assert list(AreaVersion.objects.order_by("pk").values_list("pk", "valid_to")) == before


def test_grids_give_their_communities_real_codes(imported, folder):
    report = run(folder / FILES[Level.GRID][0], Level.GRID, at=LATER, adopt_codes=True).report
    assert report.counts["codes_adopted"] == 82
    assert [one["name"] for one in report.of("parent_code_differs")[0].data["codes"]] == ["裕强村"]
    assert Area.objects.filter(level=Level.COMMUNITY, code_is_provisional=False).count() == 82
    again = run(folder / FILES[Level.COMMUNITY][0], Level.COMMUNITY, at=LATER + DAY).report
    assert (again.counts["new"], again.counts["unchanged"]) == (0, 198)


def test_every_grid_is_found_by_a_point_inside_it(imported):
    for version in AreaVersion.objects.filter(level=Level.GRID).select_related("area__parent"):
        inside = shapely.from_wkb(bytes(version.geom.wkb)).representative_point()
        place = locate(inside.x, inside.y, at=NOON)
        assert place.grid is not None
        assert place.grid.code == version.code
        assert version.area.parent is not None


def test_a_point_between_the_grids_knows_its_community(imported, folder):
    grids = shapely.unary_union(list(truth(folder, Level.GRID).values()))
    communities = truth(folder, Level.COMMUNITY)
    found = 0
    for (_street, name), one in communities.items():
        bare = one.difference(grids.buffer(1e-6)).difference(
            shapely.unary_union(
                [other for other in communities.values() if other is not one and other.intersects(one)]
            ).buffer(1e-6)
        )
        if not bare.is_empty and found < 40:
            point = bare.representative_point()
            place = locate(point.x, point.y, at=NOON)
            assert place.grid is None
            assert place.community is not None
            assert place.community.name == name
            found += 1
    assert found == 40


def test_a_zipped_shapefile_of_a_district(shared):
    path = next((shared / "data/admin_cn").glob("*_331002_2023.zip"))
    result = run(path, Level.COUNTY)
    area = Area.objects.get(code="331002")
    assert (area.name, area.name_en, result.report.counts["new"]) == ("椒江区", "Jiaojiang", 1)
    assert result.report.about["encoding"] == "gb18030"
    assert AreaVersion.objects.get(area=area).area_m2 > 2e8
