"""Cases of an older system: every kind of file, and what becomes of a row or a map that cannot be used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.casework.models import Case
from cases.casework.origins import Origin
from cases.deadlines.models import Clock
from cases.history.kinds import Kind
from citygrid.common.errors import Invalid
from tests import cast
from tests.cases.history import MAP, as_csv, as_geojson, as_xlsx, catalogue, row, run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def codes(city: Any) -> dict[str, Any]:
    return catalogue()


def local(*parts: int) -> datetime:
    """A time of the city, eight hours ahead."""
    return datetime(*parts, tzinfo=UTC) - timedelta(hours=8)  # type: ignore[misc,arg-type]


# --- kinds of files ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_in_either_encoding(tmp_path, encoding):
    assert run(as_csv(tmp_path, [row()], encoding=encoding)).taken_over == 1
    assert Case.objects.get().description == "路口有垃圾 · 多次"


def test_text_in_another_encoding_than_the_map_says(tmp_path):
    with pytest.raises(Invalid, match="encoding utf-8"):
        run(as_csv(tmp_path, [row()], encoding="gb18030"), 'encoding = "utf-8"' + MAP)


def test_another_delimiter(tmp_path):
    assert run(as_csv(tmp_path, [row()], delimiter=";"), 'delimiter = ";"' + MAP).taken_over == 1


def test_a_workbook_with_real_dates_and_numbers(tmp_path):
    nine = local(2015, 3, 2, 17).replace(tzinfo=None)  # cells of a workbook know no zone
    typed = row(编号=20150001, 上报时间=nine, 结案时间=nine + timedelta(hours=3), 经度=120.205, 纬度=27.335)
    assert run(as_xlsx(tmp_path, [typed])).taken_over == 1
    assert Case.objects.get(origin__number="20150001").reported_at == local(2015, 3, 2, 9)


WITHOUT_COLUMNS = MAP.replace('longitude = "经度"\n', "").replace('latitude = "纬度"\n', "")


def test_features_bring_their_own_places(city, tmp_path):
    assert run(as_geojson(tmp_path, [row()]), WITHOUT_COLUMNS).taken_over == 1
    assert Case.objects.get().area == city[cast.GRIDS[0]]


@pytest.mark.parametrize(
    ("geometry", "kind"),
    [
        (None, Kind.NO_PLACE), ({"type": "Point", "coordinates": [0, 0]}, Kind.NO_PLACE),
        ({"type": "Point", "coordinates": ["x", 1]}, Kind.UNREADABLE_PLACE),
        ({"type": "LineString", "coordinates": [[1, 1], [2, 2]]}, Kind.UNREADABLE_PLACE),
        ({"type": "Point", "coordinates": [121, 28]}, Kind.OUTSIDE),
    ],
)  # fmt: skip
def test_features_without_a_usable_place(tmp_path, geometry, kind):
    report = run(as_geojson(tmp_path, [row()], geometry=geometry), WITHOUT_COLUMNS)
    assert (report.counts, report.refused) == ({kind: 1}, 1)


def test_a_pair_in_one_cell_shifted_as_maps_shift_it(city, tmp_path):
    text = (
        WITHOUT_COLUMNS.replace('address = "地址"', 'position = "地址"') + '[place]\ncrs = "gcj02"\norder = "lat,lon"\n'
    )
    assert run(as_csv(tmp_path, [row(地址="(27.332, 120.2098)")]), text).taken_over == 1
    case = Case.objects.get()
    assert case.area == city[cast.GRIDS[0]]
    assert 0.002 < 120.2098 - case.geom.x < 0.008


# --- what becomes of a row --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"编号": ""}, Kind.NO_NUMBER),
        ({"编号": "9" * 101}, Kind.LONG_NUMBER),
        ({"状态": "挂起"}, Kind.UNKNOWN_STATUS),
        ({"状态": ""}, Kind.UNKNOWN_STATUS),
        ({"类别": "噪音"}, Kind.UNKNOWN_CATEGORY),
        ({"上报时间": ""}, Kind.NO_OPENING_TIME),
        ({"上报时间": "三月二日"}, Kind.UNREADABLE_TIME),
        ({"上报时间": "2015-02-30 09:00"}, Kind.UNREADABLE_TIME),
        ({"上报时间": "1015-02-03 09:00"}, Kind.UNREADABLE_TIME),
        ({"上报时间": "2026-06-02 09:00", "状态": "处理中", "结案时间": "", "截止时间": ""}, Kind.IN_THE_FUTURE),
        ({"结案时间": ""}, Kind.ENDED_WITHOUT_TIME),
        ({"结案时间": "昨天"}, Kind.UNREADABLE_TIME),
        ({"结案时间": "2015-03-02 08:59"}, Kind.ENDED_BEFORE_OPENED),
        ({"结案时间": "2026-06-02 08:59"}, Kind.IN_THE_FUTURE),
        ({"经度": "", "纬度": ""}, Kind.NO_PLACE),
        ({"经度": "0", "纬度": "0"}, Kind.NO_PLACE),
        ({"经度": "120.205", "纬度": ""}, Kind.UNREADABLE_PLACE),
        ({"经度": "东经", "纬度": "27.3"}, Kind.UNREADABLE_PLACE),
        ({"经度": "27.335", "纬度": "120.205"}, Kind.UNREADABLE_PLACE),
        ({"经度": "nan", "纬度": "27.335"}, Kind.UNREADABLE_PLACE),
        ({"经度": "121", "纬度": "28"}, Kind.OUTSIDE),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_refused_with_its_kind_and_the_others_are_taken_over(tmp_path, change, kind):
    report = run(as_csv(tmp_path, [row("1"), {**row("2"), **change}, row("3")]))
    assert set(report.counts) - {Kind.NO_DEADLINE} == {kind}
    (found,) = report.of(kind)
    assert found.row == 3
    assert found.message
    assert (report.taken_over, report.refused) == (2, 1)
    assert sorted(Origin.objects.values_list("number", flat=True)) == ["1", "3"]


@pytest.mark.parametrize(
    ("change", "kind", "clocks"),
    [
        ({"截止时间": ""}, Kind.NO_DEADLINE, 0),
        ({"截止时间": "尽快"}, Kind.UNREADABLE_DEADLINE, 0),
        ({"截止时间": "2015-03-01 09:00"}, Kind.DUE_BEFORE_OPENED, 0),
        ({"状态": "处理中"}, Kind.OPEN_WITH_END, 1),
        ({"经度": "120.21"}, Kind.BORDER, 1),
        ({"问题描述": "", "备注": ""}, Kind.NO_DESCRIPTION, 1),
        ({"地址": "长" * 201}, Kind.TEXT_CUT, 1),
    ],
)
def test_a_fact_that_fails_is_left_out_and_the_row_taken_over(city, tmp_path, change, kind, clocks):
    report = run(as_csv(tmp_path, [{**row(), **change}]))
    assert report.counts == {kind: 1}
    assert (report.taken_over, report.refused) == (1, 0)
    case = Case.objects.get()
    assert Clock.objects.of(case).count() == clocks
    if kind == Kind.BORDER:
        assert case.area == city[cast.GRIDS[0]]
        assert cast.GRIDS[1] in report.of(kind)[0].message
    if kind == Kind.NO_DESCRIPTION:
        assert case.description == "垃圾"
    if kind == Kind.OPEN_WITH_END:
        assert case.closed_at is None
    if kind == Kind.TEXT_CUT:
        assert len(case.address) == 200


def test_of_two_rows_with_one_number_the_first_counts(tmp_path):
    report = run(as_csv(tmp_path, [row("1"), row("1", 问题描述="另一件")]))
    assert (report.counts, report.taken_over, report.refused) == ({Kind.DUPLICATE_NUMBER: 1}, 1, 1)
    assert "Row 2" in report.of(Kind.DUPLICATE_NUMBER)[0].message


def test_a_category_that_the_map_does_not_list_may_have_a_place_to_go(tmp_path):
    report = run(as_csv(tmp_path, [row(类别="噪音")]), 'other_category = "CJ214-E0101"' + MAP)
    assert (report.counts, report.taken_over) == ({Kind.OTHER_CATEGORY: 1}, 1)
    assert Case.objects.get().category.code == "CJ214-E0101"
    assert Case.objects.get().origin.category == "噪音"


def test_positions_that_mean_nothing_can_be_named(tmp_path):
    text = MAP + "[place]\nnowhere = [[120.205, 27.335]]\n"
    assert run(as_csv(tmp_path, [row()]), text).counts == {Kind.NO_PLACE: 1}


def test_times_are_those_of_the_zone_in_the_map(tmp_path):
    text = MAP.replace("[time]", '[time]\nzone = "America/New_York"')
    rows = [row("1"), row("2", 上报时间="2015-03-08 02:30"), row("3", 上报时间="2015-03-02T09:00:00Z")]
    report = run(as_csv(tmp_path, rows), text)
    assert Case.objects.get(origin__number="1").reported_at == datetime(2015, 3, 2, 14, tzinfo=UTC)
    assert Case.objects.get(origin__number="3").reported_at == datetime(2015, 3, 2, 9, tzinfo=UTC)
    assert [one.number for one in report.of(Kind.UNREADABLE_TIME)] == ["2"]  # that hour was skipped there


def test_a_format_may_read_the_zone(tmp_path):
    text = MAP.replace('"iso", ', '"iso", "%Y/%m/%d %H:%M%z", ')
    run(as_csv(tmp_path, [row(上报时间="2015/03/02 09:00+0000", 结案时间="2015/03/02 12:30+0000")]), text)
    assert Case.objects.get().reported_at == datetime(2015, 3, 2, 9, tzinfo=UTC)


def test_a_deadline_in_another_century_stands_for_none(tmp_path):
    report = run(as_csv(tmp_path, [row(截止时间="2199-12-31 00:00")]))
    assert (report.counts, report.taken_over) == ({Kind.UNREADABLE_DEADLINE: 1}, 1)
    assert not Clock.objects.exists()


def test_a_row_with_more_cells_than_headings_is_refused(tmp_path):
    path = as_csv(tmp_path, [row("1"), row("2")])
    path.write_text(path.read_text("utf-8").rstrip() + ",多出来的\r\n", "utf-8")
    report = run(path)
    assert (report.counts, report.taken_over) == ({Kind.UNREADABLE_ROW: 1}, 1)


# --- files and maps that cannot be used as a whole --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((MAP, "x = ["), "no TOML"),
        (('system = "旧城管"', ""), "Name the older system"),
        (('system = "旧城管"', 'system = "旧城管"\ncolour = 1'), "no use for “colour”"),
        (('number = "编号"', 'number = "编号"\ncolour = "地址"'), "no use for “columns.colour”"),
        (('number = "编号"', 'phone = "编号"'), "personal data"),
        (('number = "编号"', ""), "Missing: number"),
        (('number = "编号"', 'number = ["编号", "地址"]'), "single column"),
        (('number = "编号"', "number = 1"), "name of a column"),
        (('number = "编号"', 'number = "编号码"'), "no column “编号码”"),
        (('latitude = "纬度"', ""), "longitude and latitude, or by position"),
        (('"closed"', '"dispatched"'), "Choose one of: closed"),
        (("CJ214-E0104", "CJ214-E9999"), "no category CJ214-E9999"),
        (('= "CJ214-E0104"', '= ["CJ214-E0104"]'), "“category.鼠患” is text in quotes"),
        (("[time]", '[time]\nzone = "Mars/City"'), "time zone “Mars/City”"),
        (('"iso", "%Y/%m/%d %H:%M"', '"%H:%M"'), "no format that tells a day"),
        (('"iso", "%Y/%m/%d %H:%M"', '"%Q"'), "no format that tells a day"),
        (("[time]", '[place]\ncrs = "mercator"\n[time]'), "“mercator” is not known"),
        (("[time]", '[place]\nnowhere = "here"\n[time]'), "list of positions"),
    ],
)
def test_a_map_that_cannot_be_used_changes_nothing_and_says_why(tmp_path, change, says):
    assert change[0] in MAP
    with pytest.raises(Invalid, match=says):
        run(as_csv(tmp_path, [row()]), MAP.replace(change[0], change[1], 1))
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("old.csv", b"", "is empty"),
        ("old.csv", "编号,状态\n".encode(), "no rows"),
        ("old.csv", "编号,编号\n1,2\n".encode(), "two columns named"),
        ("old.csv", '编号,状态\n"1,2\n'.encode(), "no table from line"),
        ("old.csv", b"\xff\xfe\x00\x01", "not text"),
        ("old.xlsx", b"PK\x03\x04broken", "no spreadsheet"),
        ("old.geojson", b'{"type": "FeatureCollection"', "not readable GeoJSON"),
        ("old.pdf", b"%PDF", "no known kind"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing_and_says_why(tmp_path, name, content, says):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Invalid, match=says):
        run(tmp_path / name)
