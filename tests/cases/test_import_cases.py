"""Cases of an older system: what they keep, who sees them, and that they come through the one door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from cases.casework import history
from cases.casework.models import Case
from cases.deadlines import escalation
from cases.deadlines.explain import explain
from cases.deadlines.models import Clock
from cases.journal.models import Event
from cases.journal.verify import Verification
from cases.workflow.engine import advance, advance_by_system, create, create_many
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict, Invalid, NotAllowed, NotFound
from tests import cast
from tests.cases.api_drive import Caller
from tests.cases.history import NOW, as_csv, catalogue, row, run
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


@pytest.mark.parametrize("due", ["2015-03-02 13:00", "2026-06-05 09:00"])
def test_a_merge_that_is_undone_leaves_the_old_deadline_as_it_was(people, tmp_path, due):
    open_ones = [row(number, 状态="处理中", 结案时间="", 截止时间=due) for number in ("1", "2")]
    run(as_csv(tmp_path, open_ones))
    one, target = Case.objects.order_by("pk")
    before = Clock.objects.of(one).get()
    one = advance(one, "merge", by=people["leader"], at=NOW, target=target.number)
    assert not Clock.objects.of(one).filter(stopped_at=None).exists()
    advance(one, "unmerge", by=people["leader"], at=NOW + timedelta(hours=1), opinion="不是同一问题")
    clock = Clock.objects.of(one).get()  # and no limit of a stage, which it had not before
    assert (clock.due_at, clock.stopped_at, clock.taken_over) == (before.due_at, None, True)
    late = due.startswith("2015")
    assert escalation.scan(at=NOW + timedelta(hours=2)).overdue == 0, "what was late before is no news"
    assert clock.overdue(NOW + timedelta(hours=2)) is late


def test_a_clock_that_stood_before_the_merge_stays_where_it_stopped(people, tmp_path):
    ended = row("1", 上报时间="2026-05-28 09:00", 截止时间="2026-05-28 13:00", 结案时间="2026/5/28 12:30")
    run(as_csv(tmp_path, [ended, row("2", 状态="处理中", 结案时间="")]))
    one, target = Case.objects.get(origin__number="1"), Case.objects.get(origin__number="2")
    assert one.state == "closed"
    one = advance(one, "reopen", by=people["leader"], at=NOW, opinion="又堆了")
    one = advance(one, "merge", by=people["leader"], at=NOW + timedelta(minutes=1), target=target.number)
    one = advance(one, "unmerge", by=people["leader"], at=NOW + timedelta(minutes=2), opinion="不是同一问题")
    stopped = {clock.kind: clock.stopped_at for clock in Clock.objects.of(one)}
    assert stopped == {"handle": local(2026, 5, 28, 12, 30), "file": None}


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
