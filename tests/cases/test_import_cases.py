"""Cases of an older system: every kind of file, what becomes of a row, and that nothing is taken over twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from cases.casework import history
from cases.casework.models import Case
from cases.casework.origins import Origin
from cases.deadlines import escalation
from cases.deadlines.explain import explain
from cases.deadlines.models import Clock
from cases.history import run as running
from cases.history.kinds import Kind
from cases.journal.models import Event
from cases.journal.verify import Verification
from cases.workflow.engine import advance, advance_by_system, create, create_many
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict, Invalid, NotAllowed, NotFound
from tests import cast
from tests.cases.api_drive import Caller
from tests.cases.history import MAP, NOW, as_csv, as_geojson, as_xlsx, catalogue, map_file, row, run
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def codes(city: Any) -> dict[str, Any]:
    return catalogue()


def local(*parts: int) -> datetime:
    """A time of the city, eight hours ahead."""
    return datetime(*parts, tzinfo=UTC) - timedelta(hours=8)  # type: ignore[misc,arg-type]


# --- what a case keeps ------------------------------------------------------------------------------------------------
def test_a_closed_case_keeps_its_number_its_times_and_its_words(city, tmp_path):
    assert run(as_csv(tmp_path, [row()])).taken_over == 1
    case = Case.objects.get()
    assert (case.state, case.source, case.version, case.number) == ("closed", "import", 1, "FD201503020001")
    assert (case.reported_at, case.closed_at) == (local(2015, 3, 2, 9), local(2015, 3, 2, 12, 30))
    assert (case.description, case.result, case.address) == ("路口有垃圾 · 多次", "已清运", "石亭路1号")
    assert (case.category.code, case.outcome, case.closed_by, case.reporter) == ("CJ214-E0102", "", None, None)
    assert case.area == city[cast.GRIDS[0]]
    assert case.area_version is not None
    assert case.area_version.area == case.area
    origin = case.origin
    assert (origin.system, origin.number, origin.status, origin.category) == ("旧城管", "2015-0001", "已结案", "垃圾")
    assert (origin.department, origin.channel, origin.taken_over_at) == ("环卫所", "市民来电", NOW)


def test_its_clock_stands_where_it_stopped_so_that_in_time_can_be_counted(tmp_path):
    late = row("2", 结案时间="2015-03-02 13:01")
    run(as_csv(tmp_path, [row("1"), late, row("3", 截止时间="")]))
    for number, overdue in (("1", False), ("2", True)):
        clock = Clock.objects.of(Case.objects.get(origin__number=number)).get()
        assert (clock.kind, clock.started_at, clock.due_at) == ("handle", local(2015, 3, 2, 9), local(2015, 3, 2, 13))
        assert clock.overdue(NOW) is overdue
        assert clock.limit_value == 4
    assert not Clock.objects.of(Case.objects.get(origin__number="3")).exists()


def test_the_deadline_is_shown_as_taken_over_and_never_computed(tmp_path):
    run(as_csv(tmp_path, [row(截止时间="2015-03-02 13:00:07")]))
    lines = explain(Clock.objects.get())
    assert [line["kind"] for line in lines] == ["taken_over", "due"]
    assert "older system" in lines[0]["text"]
    assert lines[1]["start"].startswith("2015-03-02T05:00:07")


def test_an_open_case_waits_where_the_map_puts_it_and_can_go_on(people, tmp_path):
    run(as_csv(tmp_path, [row(状态="处理中", 结案时间="")]))
    case = Case.objects.get()
    assert (case.state, case.closed_at) == ("accepted", None)
    clock = Clock.objects.of(case).get()
    assert (clock.stopped_at, clock.overdue(NOW)) == (None, True)
    assert case in Case.objects.waiting_for(Acting.of(people["leader"], NOW))
    case = advance(case, "refuse_file", by=people["leader"], at=NOW, opinion="已不存在")
    assert case.state == "not_filed"
    assert Clock.objects.of(case).get().stopped_at == NOW


def test_what_was_overdue_in_the_older_system_raises_no_alarm(tmp_path):
    run(as_csv(tmp_path, [row(状态="处理中", 结案时间="")]))
    assert not escalation.scan(at=NOW + timedelta(days=1))


def test_a_deadline_still_ahead_is_watched(tmp_path):
    run(as_csv(tmp_path, [row(状态="处理中", 结案时间="", 截止时间="2026-06-05 09:00")]))
    assert escalation.scan(at=NOW).overdue == 0
    assert escalation.scan(at=NOW + timedelta(days=5)).overdue == 1


def test_the_journal_says_when_it_was_imported_and_what_was_said_there(tmp_path):
    run(as_csv(tmp_path, [row()]))
    event = Event.objects.of(Case.objects.get()).get()
    assert (event.kind, event.at, event.from_state, event.to_state) == ("case.import_history", NOW, "", "closed")
    assert event.actor_text == "system"
    facts = event.facts
    assert (facts["system"], facts["old_number"], facts["old_status"]) == ("旧城管", "2015-0001", "已结案")
    assert facts["opened_at"] == "2015-03-02T01:00:00.000000+00:00"
    assert facts["ended_at"] == "2015-03-02T04:30:00.000000+00:00"
    whole = Event.objects.get(kind="cases.imported")
    assert (whole.facts["taken_over"], whole.facts["refused"], whole.facts["system"]) == (1, 0, "旧城管")
    assert list(Verification().faults()) == []


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


# --- again, half-way, at the same time --------------------------------------------------------------------------------
def test_a_second_run_changes_nothing_and_says_so(tmp_path):
    path = as_csv(tmp_path, [row("1"), row("2", 截止时间="")])
    run(path)
    events = Event.objects.count()
    report = run(path, at=NOW + timedelta(days=1))
    assert (report.taken_over, report.unchanged, report.different, report.refused) == (0, 2, 0, 0)
    assert report.findings == []
    assert Event.objects.count() == events
    assert Case.objects.count() == 2


def test_a_row_that_differs_from_what_was_taken_over_is_reported_and_not_applied(tmp_path):
    run(as_csv(tmp_path, [row("1"), row("2")]))
    report = run(as_csv(tmp_path, [row("1"), row("2", 处置结果="未处理")]))
    assert (report.counts, report.unchanged, report.different) == ({Kind.CHANGED: 1}, 1, 1)
    assert Case.objects.get(origin__number="2").result == "已清运"


def test_the_same_numbers_of_another_system_are_other_cases(tmp_path):
    run(as_csv(tmp_path, [row()]))
    assert run(as_csv(tmp_path, [row()]), MAP.replace("旧城管", "更旧的系统")).taken_over == 1
    assert sorted(Case.objects.values_list("number", flat=True)) == ["FD201503020001", "FD201503020002"]


def test_a_run_that_was_killed_is_started_again_and_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 2)
    path = as_csv(tmp_path, [row(str(number)) for number in range(5)])
    real, calls = running.take_over, []

    def killed(*args: Any, **more: Any) -> Any:
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **more)

    monkeypatch.setattr(running, "take_over", killed)
    with pytest.raises(KeyboardInterrupt):
        run(path)
    assert Case.objects.count() == Origin.objects.count() == 2
    assert Event.objects.get(kind="cases.imported").facts["taken_over"] == 2
    report = run(path)
    assert (report.taken_over, report.unchanged) == (3, 2)
    assert Case.objects.count() == Event.objects.filter(kind="case.import_history").count() == 5
    assert list(Verification().faults()) == []


def test_a_batch_is_taken_over_wholly_or_not_at_all(tmp_path, monkeypatch):
    run(as_csv(tmp_path, [row("2")]))
    monkeypatch.setattr(running, "known", lambda *_args: {})  # somebody else was faster, after we had looked
    with pytest.raises(Conflict, match="by somebody else"):
        run(as_csv(tmp_path, [row("1"), row("2")]))
    assert Case.objects.count() == Origin.objects.count() == 1
    assert not Event.objects.filter(kind="case.import_history", facts__old_number="1").exists()


def test_a_dry_run_keeps_nothing(tmp_path):
    report = run(as_csv(tmp_path, [row("1"), row("2", 结案时间="")]), apply_it=False)
    assert (report.taken_over, report.refused) == (1, 1)
    assert not Case.objects.exists()
    assert not Event.objects.filter(kind="cases.imported").exists()


# --- through the one door ---------------------------------------------------------------------------------------------
def test_nobody_makes_the_move_by_hand(people, tmp_path):
    run(as_csv(tmp_path, [row()]))
    case = Case.objects.get()
    with pytest.raises(NotFound):
        advance(case, "import_history", by=people["manager"], at=NOW)
    with pytest.raises((Conflict, NotAllowed)):
        advance_by_system(case, "import_history", at=NOW)
    Caller(people["manager"]).post(f"cases/{case.number}/actions/import_history/", {}, status=404)


def old_case(city: Any, codes: Any, number: str = "1", **changes: Any) -> history.OldCase:
    facts = {
        "number": number, "state": "closed", "category": codes["CJ214-E0102"], "description": "垃圾", "lon": 120.205,
        "lat": 27.335, "area_id": city[cast.GRIDS[0]].pk, "area_version_id": None, "opened_at": NOW - timedelta(days=9),
        "ended_at": NOW - timedelta(days=8), **changes,
    }  # fmt: skip
    return history.OldCase(**{**facts, "state": history.State(facts["state"])})


@pytest.mark.parametrize(
    "changes",
    [
        {"ended_at": None}, {"ended_at": NOW - timedelta(days=10)}, {"ended_at": NOW + timedelta(days=1)},
        {"opened_at": NOW + timedelta(days=1)}, {"due_at": NOW - timedelta(days=10)}, {"state": "accepted"},
        {"state": "handling"},
    ],
)  # fmt: skip
def test_the_door_itself_refuses_what_contradicts_itself_and_then_takes_nothing(city, codes, changes):
    with pytest.raises(Invalid):
        history.take_over([old_case(city, codes, "1"), old_case(city, codes, "2", **changes)], system="x", at=NOW)
    assert not Case.objects.exists()
    assert not Event.objects.filter(kind__startswith="case").exists()


def test_many_at_once_are_what_one_after_the_other_would_be(city, codes):
    def made(number: str) -> tuple[Any, Any]:
        old = old_case(city, codes, number, due_at=NOW)
        (case,) = history._cases([old])
        return case, history._inputs(old, "x")

    (single, inputs), *rest = (made(str(number)) for number in range(3))
    create(single, "import_history", by=None, at=NOW, **inputs)
    create_many(rest, "import_history", by=None, at=NOW)
    seen = set()
    for case in Case.objects.all():
        event, clock = Event.objects.of(case).get(), Clock.objects.of(case).get()
        words = {name: value for name, value in event.facts.items() if name != "old_number"}
        seen.add(
            (case.state, case.version, event.sequence, event.to_state, str(words), clock.due_at, case.origin.system)
        )
    assert len(seen) == 1
    assert list(Verification().faults()) == []


def test_an_error_of_the_database_that_is_no_repetition_stays_one(city, codes, monkeypatch):
    monkeypatch.setattr(history, "take_numbers", lambda _day, count: ["FD1"] * count)
    with pytest.raises(IntegrityError):
        history.take_over([old_case(city, codes, "1"), old_case(city, codes, "2")], system="x", at=NOW)


# --- who sees it, and where -------------------------------------------------------------------------------------------
def test_it_is_found_by_its_old_number_by_those_whose_it_is(people, tmp_path):
    run(as_csv(tmp_path, [row("101001241058"), row("x-2")]))
    for number in ("101001241058", "x-2"):
        found = Caller(people["acceptor"]).get(f"cases/?q={number}")
        assert [one["number"] for one in found["results"]] == [Case.objects.get(origin__number=number).number]
        assert Caller(people["stranger_gw"]).get(f"cases/?q={number}")["results"] == []
        page = signed_in(people["acceptor"]).get("/cases/", {"q": number, "tab": "all"}).content.decode()
        assert Case.objects.get(origin__number=number).number in page


def test_the_api_shows_where_it_was(people, tmp_path):
    run(as_csv(tmp_path, [row()]))
    number = Case.objects.get().number
    case = Caller(people["acceptor"]).get(f"cases/{number}/")
    assert case["origin"]["number"] == "2015-0001"
    assert case["clocks"][0]["taken_over"] is True
    Caller(people["stranger_gw"]).get(f"cases/{number}/", status=404)
    events = Caller(people["acceptor"]).get(f"cases/{number}/timeline/")["results"]
    assert events[0]["facts"]["old_number"] == "2015-0001"


def test_the_page_shows_where_it_was_and_both_times(people, tmp_path):
    run(as_csv(tmp_path, [row()]))
    number = Case.objects.get().number
    page = signed_in(people["acceptor"]).get(f"/cases/{number}/", headers={"accept-language": "en"}).content.decode()
    assert "Taken over from" in page
    assert "旧城管" in page
    assert "2015-0001" in page
    assert "opened there at" in page.lower()
    assert "2015" in page.split("opened there at")[1][:200]
    assert signed_in(people["stranger_gw"]).get(f"/cases/{number}/").status_code == 404


# --- the command ------------------------------------------------------------------------------------------------------
def test_the_command_reports_and_ends_with_a_fault_when_rows_were_refused(tmp_path, capsys):
    path = as_csv(tmp_path, [row("1"), row("=2+5", 结案时间=""), row("3", 截止时间="")])
    report = tmp_path / "found.csv"
    with pytest.raises(CommandError, match="1 rows were refused"):
        call_command("import_cases", str(path), "--map", str(map_file(tmp_path)), "--report", str(report))
    out = capsys.readouterr()
    assert "1 × ended, but not said when" in out.err
    assert "Row 3, =2+5" in out.err
    assert "1 × no deadline" in out.out
    assert "Of 3 rows 2 were taken over" in out.out
    lines = report.read_text("utf-8-sig").splitlines()
    assert lines[0] == "row,number,weight,kind,column,message"
    assert lines[1].startswith("3,'=2+5,refused,ended_without_time,结案时间,")
    assert lines[2].startswith("4,3,warning,no_deadline,截止时间,")


def test_the_command_says_that_a_second_run_changed_nothing(tmp_path, capsys):
    path, given = as_csv(tmp_path, [row()]), map_file(tmp_path)
    call_command("import_cases", str(path), "--map", str(given), "--dry-run")
    assert "Nothing was changed. Of 1 rows 1 would be" in capsys.readouterr().out
    for says in ("1 were taken over, 0 were there", "0 were taken over, 1 were there"):
        call_command("import_cases", str(path), "--map", str(given))
        assert says in capsys.readouterr().out


def test_the_command_says_in_a_sentence_what_is_wrong_with_the_map(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_cases", str(as_csv(tmp_path, [row()])), "--map", str(tmp_path / "none.toml"))
