"""Tickets of an older hotline: each row judged, taken over once with its number and times, repeats linked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cases.deadlines.models import Clock
from cases.history import ticket_mapping
from cases.history.kinds import Kind
from cases.history.ticket_run import import_tickets
from cases.hotline.callers import Caller
from cases.hotline.models import Ticket
from cases.hotline.origins import TicketOrigin
from cases.journal.models import Event
from cases.workflow.engine import advance
from citygrid.common.errors import Conflict, Invalid
from tests.cases.old_tickets import MAP, NOW, as_csv, as_xlsx, map_file, row, run
from tests.cases.ticket_walk import NAME, PHONE, hotline

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)


def kinds(report) -> list[str]:
    return sorted(one.kind.value for one in report.findings)


def test_a_ticket_is_taken_over_with_its_number_times_and_words(tmp_path, people):
    report = run(as_xlsx(tmp_path, [row(受理时间=datetime(2026, 3, 2, 9, 5))]))  # noqa: DTZ001 - as a sheet has it
    assert (report.rows, report.taken_over, report.findings) == (1, 1, [])
    ticket: Any = Ticket.objects.get()
    assert ticket.number.startswith("FDR20260302")
    assert ticket.received_at == datetime(2026, 3, 2, 1, 5, tzinfo=UTC)
    assert (ticket.state, ticket.channel, ticket.level) == ("closed", "import", "h24")
    assert ticket.ended_at == ticket.replied_at == datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
    assert (ticket.content, ticket.title, ticket.answer) == ("路口堆了渣土\n没人管", "渣土", "已清运")
    assert (ticket.category.code, ticket.unit.code, ticket.area.code) == ("CG-01", "CGJ", "350982003901001")
    assert (ticket.caller.name, ticket.phone.number, ticket.identity) == (NAME, PHONE, "open")
    one = ticket.rounds.get()
    assert (one.unit.code, one.public_text, one.ended_by_move) == ("CGJ", "已清运", "import_history")
    origin = TicketOrigin.objects.get()
    assert (origin.system, origin.number, origin.status, origin.channel) == ("旧热线", "R-1", "已办结", "电话")
    event = Event.objects.get(kind="ticket.import_history")
    assert (event.from_state, event.to_state, event.facts["old_number"]) == ("", "closed", "R-1")
    assert NAME not in str(event.facts)
    assert PHONE not in str(event.facts)
    assert not Clock.objects.exists()
    assert Event.objects.get(kind="tickets.imported").facts["taken_over"] == 1


def test_an_open_one_waits_to_be_dispatched_and_goes_on_as_any_other(tmp_path, people):
    run(as_csv(tmp_path, [row(状态="待派", 办结时间="")]))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.round_number) == ("logged", 0)
    clock = Clock.objects.get()
    assert (clock.kind, clock.started_at) == ("dispatch_ticket", NOW)
    ticket = advance(ticket, "dispatch", by=people["operator"], at=NOW, unit="SQ")
    assert ticket.rounds.get().unit.code == "SQ"


def test_a_report_goes_out_without_who_called_and_confidential_stays_so(tmp_path):
    run(as_csv(tmp_path, [
        row("1", 类型="举报", 诉求内容=f"我是{NAME}，举报"), row("2", 保密="是", 诉求内容=f"我叫{NAME} {PHONE}"),
        row("3", 姓名="", 电话="", 诉求内容="无名"), row("4", 答复=f"{NAME}您好，已处理", 诉求内容="四"),
    ]))  # fmt: skip
    told = [(one.origin.number, one.identity) for one in Ticket.objects.order_by("origin__number")]
    assert told == [("1", "withheld"), ("2", "confidential"), ("3", "anonymous"), ("4", "open")]
    for one in Ticket.objects.all():
        assert NAME not in f"{one.shown_title}{one.shown_content}{one.answer}"
        assert PHONE not in one.shown_content
    assert Caller.objects.count() == 1


@pytest.mark.parametrize(("word", "identity", "said"), [
    *((word, "open", []) for word in ("", "否", "公开", "不保密", "0", "NO", "False", "n")),
    *((word, "confidential", []) for word in ("是", "保密", "1", "Yes", "TRUE", "y", "Confidential")),
    *((word, "confidential", ["unknown_confidentiality"]) for word in ("需保密", "匿名公开?", f"{NAME}要求")),
])  # fmt: skip
def test_only_a_known_word_makes_a_caller_open(tmp_path, word, identity, said):
    report = run(as_csv(tmp_path, [row(保密=word)]))
    assert (Ticket.objects.get().identity, kinds(report)) == (identity, said)
    assert report.taken_over == 1
    assert NAME not in "".join(one.message for one in report.findings)  # a column may hold what it should not


def test_every_kind_of_fault_is_named_with_its_row_and_the_rest_is_taken_over(tmp_path):
    report = run(as_csv(tmp_path, [
        row("ok"), row(""), row("n" * 101), row("ok"), row("a", 受理时间=""), row("b", 受理时间="昨天"),
        row("c", 受理时间="2027/1/1 0:00:00"), row("d", 诉求内容="\t\n", 标题=""),
        row("e", 状态="?"), row("f", 办结时间=""), row("g", 办结时间="2026-03-01 10:00"), row("h", 承办单位="某局"),
    ]))  # fmt: skip
    assert (report.rows, report.taken_over, report.refused) == (12, 1, 11)
    assert [(one.row, one.kind) for one in report.findings] == [
        (3, Kind.NO_NUMBER), (4, Kind.LONG_NUMBER), (5, Kind.DUPLICATE_NUMBER), (6, Kind.NO_OPENING_TIME),
        (7, Kind.UNREADABLE_TIME), (8, Kind.IN_THE_FUTURE), (8, Kind.ENDED_BEFORE_OPENED), (9, Kind.NO_TEXT),
        (10, Kind.UNKNOWN_STATUS), (11, Kind.ENDED_WITHOUT_TIME), (12, Kind.ENDED_BEFORE_OPENED),
        (13, Kind.UNKNOWN_UNIT),
    ]  # fmt: skip


def test_what_a_ticket_can_be_without_is_left_out_and_said(tmp_path, city):
    report = run(as_csv(tmp_path, [
        row("1", 类别="其他", 诉求内容="一"), row("2", 经度="100", 纬度="30", 诉求内容="二"),
        row("3", 电话="12", 诉求内容="三"), row("4", 经度="x", 诉求内容="四"), row("5", 地址="路" * 300, 诉求内容="五"),
        row("6", 经度="", 纬度="", 诉求内容="六"),
    ]))  # fmt: skip
    assert report.taken_over == 6
    assert kinds(report) == ["no_category", "place_dropped", "place_dropped", "text_cut", "unreadable_phone"]
    assert "12" not in report.of(Kind.UNREADABLE_PHONE)[0].message
    by = {one.origin.number: one for one in Ticket.objects.all()}
    assert by["1"].category is None
    assert by["1"].origin.category == "其他"
    assert {by[number].area_id for number in "246"} == {city["350982"].pk}
    assert (by["3"].phone, by["3"].caller.name) == (None, NAME)


def test_the_same_words_are_linked_to_the_first_both_in_the_file_and_here(tmp_path, people):
    words = {"诉求内容": "路灯坏了三天"}
    report = run(as_csv(tmp_path, [
        row("3", **words, 受理时间="2026/3/4 9:00:00"),
        row("1", **words, 受理时间="2026/3/2 9:00:00", 状态="待派", 办结时间=""),
        row("2", 诉求内容="路灯，坏了三天！", 受理时间="2026/3/3 9:00:00", 电话="19900000009", 姓名="另一人"),
        row("4", **words, 受理时间="2026/5/2 9:00:00", 办结时间="2026-05-03 10:00"),
    ]))  # fmt: skip
    assert [(one.number, one.kind, "as 1;" in one.message) for one in report.findings] == [
        ("3", Kind.REPEAT, True), ("2", Kind.REPEAT, True),
    ]  # fmt: skip
    by = {one.origin.number: one for one in Ticket.objects.all()}
    assert [(number, by[number].main_ticket, by[number].link_kind) for number in "1234"] == [
        ("1", None, ""), ("2", by["1"], "group"), ("3", by["1"], "repeat"), ("4", None, ""),  # two months later
    ]  # fmt: skip
    linked = Event.objects.filter(kind="ticket.linked", subject_id=str(by["1"].pk)).order_by("pk")
    assert {event.facts["linked"] for event in linked} == {by["2"].number, by["3"].number}
    # A later file links to what is here, and that one is still worked on as any other.
    run(as_csv(tmp_path, [row("5", **words, 受理时间="2026/3/20 9:00:00", 办结时间="2026-03-21 10:00")]))
    assert Ticket.objects.get(origin__number="5").main_ticket == by["1"]
    advance(by["1"], "dispatch", by=people["operator"], at=NOW, unit="SQ")


def test_running_it_again_changes_nothing_and_says_what_differs(tmp_path):
    rows = [row("1", 诉求内容="一"), row("2", 诉求内容="二"), row("3", 诉求内容="一")]
    run(as_csv(tmp_path, rows[:1]))  # as if a run had been killed after it
    assert run(as_csv(tmp_path, rows)).taken_over == 2
    before = (Ticket.objects.count(), Event.objects.count(), Caller.objects.count())
    report = run(as_xlsx(tmp_path, rows))
    assert (report.taken_over, report.unchanged) == (0, 3)
    report = run(as_csv(tmp_path, [row("2", 诉求内容="二", 电话="19900000008")]))
    assert (report.different, kinds(report)) == (1, ["changed"])
    assert (Ticket.objects.count(), Event.objects.count(), Caller.objects.count()) == before


def test_a_preview_says_row_by_row_what_would_be_and_keeps_nothing(tmp_path, capsys):
    path = as_csv(tmp_path, [row("1"), row("2"), row("3", 状态="?")])
    before = Event.objects.count()
    with pytest.raises(CommandError, match="1 rows were refused"):
        call_command("import_tickets", path, "--map", map_file(tmp_path), "--preview", "--report", tmp_path / "r.csv")
    told = capsys.readouterr().out
    assert "Row 2, 1: closed · complaint · Construction waste · 城市管理局\n" in told
    assert "Row 3, 2: closed · complaint · Construction waste · 城市管理局 · repeats 1\n" in told
    assert "Nothing was changed. Of 3 rows 2 would be taken over" in told
    assert NAME not in told
    assert "unknown_status" in (tmp_path / "r.csv").read_text("utf-8-sig")
    assert (Ticket.objects.count(), Caller.objects.count(), Event.objects.count()) == (0, 0, before)
    with pytest.raises(CommandError, match="1 rows were refused"):
        call_command("import_tickets", path, "--map", map_file(tmp_path))
    assert Ticket.objects.count() == 2


def test_two_imports_at_once_take_nothing_over_twice(tmp_path, monkeypatch):
    path = as_csv(tmp_path, [row("1")])
    run(path)
    monkeypatch.setattr("cases.history.ticket_run.known", lambda *_given: {})  # read before the other one wrote
    with pytest.raises(Conflict, match="by somebody else at this moment"):
        run(path)
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('[status]', 'state = "closed"\n[status]'), "no use for"),
        (('status = "状态"\n', ""), "Say what became"),
        (('other_demand_type = "complaint"', ""), "Name the type of demands"),
        (('"CGJ"', '"XX"'), "XX in “unit”"),
        (('"h24"', '"now"'), "“now” cannot be used for “level.紧急”"),
        (('content = "诉求内容"\n', ""), "Missing: content"),
        (('longitude = "经度"\n', ""), "by neither"),
        (('title = "标题"', 'titel = "标题"'), "no use for “columns.titel”"),
    ],
)  # fmt: skip
def test_a_map_that_cannot_be_used_says_why(tmp_path, change, sentence):
    with pytest.raises(Invalid) as refusal:
        ticket_mapping.read(map_file(tmp_path, MAP.replace(*change)))
    assert sentence in str(refusal.value)


@pytest.mark.shared
@pytest.mark.slow
def test_complaints_of_a_city_are_taken_over_tabs_dates_repeats_and_all(shared, tmp_path):
    """Cells with tabulators and line ends, dates as text and as dates in one column, 64,000 empty rows below."""
    folder = shared / "data" / "complaints_cn"
    columns = '[columns]\nnumber = "留言编号"\nreceived = "留言时间"\ntitle = "留言主题"\ncontent = "留言详情"\n'
    times = '[time]\nformats = ["iso", "%Y/%m/%d %H:%M:%S"]\n'

    def imported(name: str, head: str, more: str = "", at: Any = NOW) -> Any:
        text = f'system = "{name}"\nother_demand_type = "complaint"\n{head}\n{columns}{more}\n{times}'
        given = ticket_mapping.read(map_file(tmp_path, text))
        return import_tickets(path=next(folder.glob(f"*{name}*")), given=given, at=at)[0]

    answered = imported("附件4", 'state = "answered"', 'answer = "答复意见"\nclosed = "答复时间"')
    assert (answered.rows, answered.refused) == (120, 0)
    first = imported("附件2", 'state = "logged"', 'category = "一级分类"')
    # One row stands there twice, number and all: it is the same ticket, and taken over once.
    assert (first.rows, first.taken_over, first.refused) == (495, 494, 1)
    assert [(one.row, one.message) for one in first.of(Kind.DUPLICATE_NUMBER)] == [
        (312, "Row 100 has this number already; that one counts.")
    ]
    dated = imported("附件3", 'state = "logged"')
    assert (dated.rows, dated.taken_over) == (30, 30)
    assert Ticket.objects.count() == answered.taken_over + 524
    assert not Ticket.objects.filter(content__contains="\t").exists()
    again = imported("附件2", 'state = "logged"', 'category = "一级分类"')
    assert (again.taken_over, again.unchanged) == (0, 494)
    repeats = [one for report in (answered, first, dated) for one in report.of(Kind.REPEAT)]
    assert Ticket.objects.exclude(main_ticket=None).count() == len(repeats)
