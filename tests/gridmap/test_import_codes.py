"""Codes and parents: what the file says, what is stored, what is made up and given back later."""

from __future__ import annotations

import pytest
from shapely.geometry import box

from gridmap.areas.models import Area, AreaVersion, Level
from gridmap.importing.codes import local_codes
from gridmap.importing.fields import figure, plain_code, text
from gridmap.importing.units import kind_of
from tests import cast
from tests.gridmap import import_files as files
from tests.gridmap.import_run import LATER, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


@pytest.fixture
def write(tmp_path):
    return lambda rows: files.geojson(tmp_path / "a.geojson", rows)


def communities(*names: str):
    """Communities side by side in the east half of our street, by name only."""
    return [
        ({"街道名称": "山前街道", "社区名称": name}, box(120.22 + n / 100, 27.33, 120.23 + n / 100, 27.35))
        for n, name in enumerate(names)
    ]


def test_units_without_code_get_local_ones_that_stay_theirs(write):
    run(write(communities("甲社区", "乙社区")), Level.COMMUNITY)
    first = dict(Area.objects.filter(name__in=["甲社区", "乙社区"]).values_list("name", "code"))
    # 901 and 902 are taken by the cast.
    assert first == {"甲社区": f"{cast.OURS}903", "乙社区": f"{cast.OURS}904"}
    assert all(Area.objects.filter(code__in=first.values()).values_list("code_is_provisional", flat=True))
    run(write(communities("乙社区", "丙社区", "甲社区")), Level.COMMUNITY, at=LATER)
    assert dict(Area.objects.filter(name__in=first).values_list("name", "code")) == first
    assert Area.objects.get(name="丙社区").code == f"{cast.OURS}905"


def test_an_official_code_replaces_a_local_one_of_the_same_name(write):
    run(write(communities("甲社区")), Level.COMMUNITY)
    row, shape = communities("甲社区")[0]
    run(write([({**row, "社区编码": f"{cast.OURS}004"}, shape)]), Level.COMMUNITY, at=LATER)
    area = Area.objects.get(name="甲社区")
    assert (area.code, area.code_is_provisional) == (f"{cast.OURS}004", False)
    assert AreaVersion.objects.get(area=area).code == f"{cast.OURS}004"


def test_two_official_codes_are_never_taken_for_one_area(write):
    row, shape = communities("石亭社区")[0]
    run(write([({**row, "社区编码": f"{cast.OURS}004"}, shape)]), Level.COMMUNITY)
    assert Area.objects.filter(name="石亭社区").count() == 2


def test_grids_give_their_community_its_code_only_on_demand_and_when_clear(write):
    run(write(communities("甲社区", "乙社区")), Level.COMMUNITY)
    said = [
        ("甲社区", "350982003011", 120.22),
        ("甲社区", "350982003011", 120.225),
        ("乙社区", "350982003012", 120.23),
        ("乙社区", "350982003013", 120.235),
    ]
    rows = []
    for n, (name, code, west) in enumerate(said):
        row = {"网格编码": f"{code}{n:03}", "网格名称": f"{name}{n}", "社区名称": name, "社区编号": code}
        rows.append((row, box(west, 27.33, west + 0.004, 27.35)))
    report = run(write(rows)).report
    assert [one["real"] for one in report.of("codes_offered")[0].data["codes"]] == ["350982003011"]
    assert report.of("parent_code_differs")[0].data["codes"][0]["name"] == "乙社区"
    assert Area.objects.get(name="甲社区").code_is_provisional
    run(write(rows), adopt_codes=True, at=LATER)
    assert Area.objects.get(name="甲社区").code == "350982003011"
    assert AreaVersion.objects.get(area__name="甲社区").code == "350982003011"
    assert Area.objects.get(name="乙社区").code_is_provisional


def test_codes_that_break_the_prefix_rule_are_told_and_taken(write):
    rows = [({"code": "350981003902001", "name": "x", "社区名称": "无网格社区"}, files.squares()[0][1])]
    report = run(write(rows)).report
    assert report.of("prefix")[0].data["codes"] == [{"code": "350981003902001", "parent": cast.EMPTY_COMMUNITY}]
    assert Area.objects.filter(code="350981003902001", parent__code=cast.EMPTY_COMMUNITY).exists()


def test_codes_of_another_length_are_told(write):
    rows = [({"code": f"{cast.EMPTY_COMMUNITY}001Z", "name": "x"}, files.squares()[0][1])]
    assert run(write(rows)).report.of("code_length")[0].data["codes"] == [f"{cast.EMPTY_COMMUNITY}001Z"]


def test_statistical_zeros_are_cut(write):
    rows = [({"code": "350982004000", "name": "新街道"}, box(120.20, 27.35, 120.24, 27.36))]
    run(write(rows), Level.STREET)
    assert Area.objects.filter(code="350982004", parent__code=cast.CITY, kind="street").exists()
    assert plain_code("350982004001", Level.STREET) == "350982004001"


def test_a_chosen_parent_holds_what_names_nothing(write):
    run(write([({"name": "开发区"}, box(120.20, 27.35, 120.24, 27.36))]), Level.STREET, parent=cast.CITY)
    assert Area.objects.get(name="开发区").code == f"{cast.CITY}901"


def test_equal_names_are_kept_apart_by_the_path(write):
    rows = [
        ({"街道": street, "社区": "同名社区", "n": f"{street}网格"}, shape)
        for street, shape in (
            ("山前街道", box(120.22, 27.33, 120.23, 27.34)),
            ("桐山街道", box(120.18, 27.33, 120.19, 27.34)),
        )
    ]
    twins = [({"街道名称": row["街道"], "社区名称": "同名社区"}, shape) for row, shape in rows]
    run(write(twins), Level.COMMUNITY)
    run(write(rows), mapping={"parent": "街道/社区", "name": "n"})
    assert {area.name: area.code[:9] for area in Area.objects.filter(name__endswith="街道网格")} == {
        "山前街道网格": cast.OURS, "桐山街道网格": cast.THEIRS,
    }  # fmt: skip


def test_a_name_that_means_two_areas_is_an_error(write):
    twins = [
        ({"街道名称": s, "社区名称": "同名社区"}, box(w, 27.33, w + 0.01, 27.34))
        for s, w in (("山前街道", 120.22), ("桐山街道", 120.18))
    ]
    run(write(twins), Level.COMMUNITY)
    result = run(write([({"社区名称": "同名社区", "网格名称": "x"}, files.squares()[0][1])]))
    assert not result.applied
    assert result.report.of("no_parent")[0].data["parents"] == ["同名社区"]


def test_a_county_without_anything_above_stands_at_the_top(write):
    run(write([({"地市名称": "未知市", "区县名称": "某县"}, box(110, 30, 110.1, 30.1))]), Level.COUNTY)
    area = Area.objects.get(name="某县")
    assert (area.parent, area.code, area.code_is_provisional) == (None, "900001", True)


def test_figures_of_rows_are_added_only_when_they_differ(write):
    (row, one), (_row, other) = files.squares()
    same = [({**row, "人口": 900, "户数": 300}, one), ({**row, "人口": 900, "户数": 200}, other)]
    report = run(write(same)).report
    version = AreaVersion.objects.get(area__code=row["网格编码"])
    assert (version.population, version.households) == (900, 500)
    assert len(report.of("figures_differ")) == 1


def test_local_codes_run_on_with_letters_and_end():
    taken = {"1901"}
    made = list(local_codes("1", 3, taken))
    assert made[0] == "1902"
    assert made[98] == "1A01"
    assert len(made) == len(set(made)) == 25 * 99 - 1


def test_cells_are_read_as_people_mean_them():
    assert [text(value) for value in (None, 230109.0, 1.5, "　石亭 ", "x\x00")] == ["", "230109", "1.5", "石亭", "x"]
    assert [figure(value) for value in ("1,234", "12.0", "", "-1", "many", "1e99")] == [
        1234,
        12,
        None,
        None,
        None,
        None,
    ]
    assert [kind_of(name, Level.STREET) for name in ("山前街道", "点头镇", "佳阳畲族乡", "龙安开发区", "x")] == [
        "street", "town", "township", "zone", "",
    ]  # fmt: skip
    assert [kind_of(name, Level.COMMUNITY) for name in ("石亭社区", "赤溪村", "镇西村委会")] == [
        "community",
        "village",
        "village",
    ]
