"""``manage.py import_standards``: a city's sheet as it is."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from cases.catalogue.conditions import ConditionLimit, FilingCondition
from cases.catalogue.importing import import_categories
from cases.catalogue.models import Category, CategoryStandard
from cases.catalogue.standard_import import import_standards
from cases.journal.models import Event
from citygrid.common.errors import Invalid, NotAllowed
from tests import cast

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).parents[2] / "fixtures"
AT, LATER = cast.START, cast.START + timedelta(days=30)
HEAD = ["大类代码", "大类名称", "小类代码", "小类名称", "立案条件", "处置时限", "结案条件", "责任主体", "采集要求"]
ROWS: list[list[Any]] = [
    [1, "公用设施", 1, "上水井盖", "丢失", "2紧急工作时", "补齐", "水司", "拍标识"],
    [None, None, None, None, "破损", "4小时", "修好", None, None],
    [None, None, "02", "污水井盖", "丢失", "2紧急工作时", "补齐", "市政", None],
    ["04", "园林绿化设施", "02", "行道树", "缺株", "种植季节15工作日", "补种", "园林", None],
]


@pytest.fixture
def catalogue(db):
    import_categories(path=FIXTURES / "categories.csv", at=AT)


def workbook(path: Path, rows=None, head=None, title="某市立案标准（部件）", name="部件", merge=()) -> Path:
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = name
    page.append([title])
    page.append(head or HEAD)
    for row in rows or ROWS:
        page.append(row)
    for area in merge:
        page.merge_cells(area)
    book.save(path)
    return path


def load(path: Path, at=AT, **options):
    return import_standards(path=path, standard="GB30428", at=at, **options)


def test_blank_cells_belong_to_the_row_above(catalogue, tmp_path):
    report = load(workbook(tmp_path / "a.xlsx", merge=["A3:A5", "B3:B5", "C3:C4", "D3:D4", "H3:H4"]))
    assert report.added == ["GB30428-C0101-01", "GB30428-C0101-02", "GB30428-C0102-01", "GB30428-C0402-01"]
    second = FilingCondition.objects.get(code="GB30428-C0101-02")
    assert (second.text, second.responsible_body, second.collection_requirement) == ("破损", "水司", "拍标识")
    assert FilingCondition.objects.get(code="GB30428-C0102-01").collection_requirement == ""
    tree = ConditionLimit.objects.get(condition__code="GB30428-C0402-01")
    assert (tree.value, tree.unit, tree.note) == (15, "work_day", "种植季节")


def test_a_csv_in_the_offices_encoding_is_read_too(catalogue, tmp_path):
    path = tmp_path / "标准（部件）.csv"
    lines = [["某市标准", *["Unnamed"] * 3], HEAD, *ROWS]
    path.write_text("\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in lines), "gb18030")
    assert len(load(path).added) == 4


def test_the_same_sheet_again_changes_nothing(catalogue, tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    load(path)
    events = Event.objects.count()
    report = load(path, at=LATER)
    assert (report.unchanged, report.added, report.changed) == (4, [], [])
    assert Event.objects.count() == events


def test_another_limit_is_a_new_version_and_the_old_one_stays(catalogue, tmp_path):
    load(workbook(tmp_path / "a.xlsx"))
    rows = [list(row) for row in ROWS]
    rows[1][5] = "8小时"
    report = load(workbook(tmp_path / "b.xlsx", rows), at=LATER)
    assert report.changed == ["GB30428-C0101-02"]
    old, new = FilingCondition.objects.filter(code="GB30428-C0101-02").order_by("version")
    assert (old.valid_to, new.valid_from, new.version) == (LATER, LATER, 2)
    assert [row.value for row in (old.limits.get(), new.limits.get())] == [4, 8]


def test_what_the_sheet_no_longer_lists_is_retired_only_on_demand(catalogue, tmp_path):
    load(workbook(tmp_path / "a.xlsx"))
    shorter = workbook(tmp_path / "b.xlsx", [ROWS[0], *ROWS[2:]])
    assert load(shorter, at=LATER).retired == []
    assert load(shorter, at=LATER, retire=True).retired == ["GB30428-C0101-02"]
    assert FilingCondition.objects.in_force(LATER).filter(category__code="GB30428-C0101").count() == 1


def test_a_category_that_the_standard_lacks_goes_to_the_citys_extension(catalogue, tmp_path):
    rows = [*ROWS, [None, None, "77", "树池盖板", "破损", "3天", "修好", None, None]]
    report = load(workbook(tmp_path / "a.xlsx", rows))
    assert report.categories == ["LOCAL-C0477"]
    assert Category.objects.get(code="LOCAL-C0477").major_name == "园林绿化设施"


def test_a_merged_condition_over_several_rows_is_one(catalogue, tmp_path):
    rows = [*ROWS, [None, None, None, None, None, None, None, "又一单位", None]]
    report = load(workbook(tmp_path / "a.xlsx", rows, merge=["E6:E7", "F6:F7", "G6:G7"]))
    assert (len(report.added), report.continued) == (4, 1)


FAULTY: list[list[Any]] = [
    *ROWS,
    [None, None, "05", "花钵花架", "破损", "立即", "修好", None, None],
    [None, None, "06", "雕像", "破损", "3天", "修好", None, None],
    [None, None, "07", "街头座椅", "破损", "3天", None, None, None],
    [None, None, "08", "绿地护栏", "破损", "3天", "修好", None, None],
    [None, None, None, None, "破 损", "5天", "修好", None, None],
    ["x", "不明", "09", "什么", "破损", "5天", "修好", None, None],
]


def test_every_faulty_row_is_named_and_nothing_is_changed(catalogue, tmp_path):
    with pytest.raises(Invalid, match="5 rows") as refusal:
        load(workbook(tmp_path / "a.xlsx", FAULTY))
    assert [fault.split(":")[0] for fault in refusal.value.fields["rows"]] == [
        f"部件, row {number}" for number in (7, 8, 9, 11, 12)
    ]
    for reason, fault in zip(
        ["no number", "“雕塑”", "closing_text", "repeats", "no code of two digits"], refusal.value.fields["rows"],
        strict=True,
    ):  # fmt: skip
        assert reason in fault
    assert not FilingCondition.objects.exists()


def test_good_rows_are_taken_beside_faulty_ones_on_demand(catalogue, tmp_path):
    report = load(workbook(tmp_path / "a.xlsx", FAULTY), skip_faulty=True)
    assert (len(report.added), len(report.faults)) == (5, 5)


def test_a_dry_run_keeps_nothing(catalogue, tmp_path):
    assert len(load(workbook(tmp_path / "a.xlsx"), dry_run=True).added) == 4
    assert not FilingCondition.objects.exists()


def test_components_and_events_are_told_apart_by_name_or_by_option(catalogue, tmp_path):
    path = workbook(tmp_path / "a.xlsx", title="某市部件事件标准", name="Sheet1")
    with pytest.raises(Invalid, match="--kind"):
        load(path)
    assert load(path, kind="component").added


@pytest.mark.parametrize("content", [b"PK\x03\x04 no workbook", b"\0\1\2", b"just,one,line", b""])
def test_what_is_no_sheet_is_refused_in_a_sentence(catalogue, tmp_path, content):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(Invalid, match=r"\.$"):
        load(path)


def test_an_unknown_standard_names_the_known_ones(tmp_path):
    with pytest.raises(Invalid, match="CJ214, GB30428"):
        import_standards(path=workbook(tmp_path / "a.xlsx"), standard="XX", at=AT)


def test_only_who_keeps_the_catalogue_may_import(catalogue, people, tmp_path):
    with pytest.raises(NotAllowed):
        load(workbook(tmp_path / "a.xlsx"), by=people["clerk"])
    assert load(workbook(tmp_path / "b.xlsx"), by=people["sysadmin"]).added


def run(path: Path, *options: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_standards", str(path), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_tells_what_it_did(catalogue, tmp_path):
    out, err = run(workbook(tmp_path / "a.xlsx", FAULTY), "--skip-faulty")
    assert "5 conditions added" in out
    assert "row 8" in err
    with pytest.raises(CommandError, match="nothing was changed"):
        run(workbook(tmp_path / "b.xlsx", FAULTY))


@pytest.mark.shared
@pytest.mark.slow
def test_every_row_of_a_citys_real_sheets_is_read(catalogue, shared):
    folder = shared / "data" / "standards"
    components = load(next(folder.glob("*.csv")))
    assert (components.rows, len(components.added), components.faults) == (279, 279, [])
    both = load(next(folder.glob("*.xlsx")), at=LATER)
    assert (both.rows, both.continued, both.faults) == (522, 3, [])
    assert len(both.added) + len(both.changed) + both.unchanged == 519
    again = load(next(folder.glob("*.xlsx")), at=LATER + timedelta(days=1))
    assert (again.unchanged, again.added, again.changed) == (519, [], [])
    assert set(ConditionLimit.objects.values_list("unit", flat=True)) == {
        "urgent_hour", "work_hour", "work_day", "natural_day",
    }  # fmt: skip
    assert ConditionLimit.objects.filter(note="种植季节", value=15).exists()
    assert CategoryStandard.objects.get(key="LOCAL").categories.count() > 50
