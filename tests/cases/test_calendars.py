"""The calendar tables: reading notices, confirming years, working periods, and computing running clocks afresh."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from cases.deadlines import calendars, clocks
from cases.deadlines.calendar_import import import_calendar, parse
from cases.deadlines.limits import Limit, LimitUnit
from cases.deadlines.models import CalendarYear, Clock, Timetable
from cases.deadlines.recompute import recompute_open
from cases.deadlines.upkeep import confirm_year, remove_timetable, set_timetable, set_year
from cases.journal.models import Event
from citygrid.accounts.roles import Role
from citygrid.common.errors import Conflict, Invalid, NotAllowed
from gridmap.posts.models import Post
from tests import cast
from tests.cases.walk import Walk, catalogue

pytestmark = pytest.mark.django_db
CN = ZoneInfo("Asia/Shanghai")
HOLIDAYS = Path(__file__).parents[2] / "fixtures" / "holidays.csv"
AT = cast.START


def cn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CN)


@pytest.fixture
def notices(db):
    return import_calendar(path=HOLIDAYS, confirm=True, at=AT)


def enter(year: int, days: dict[str, str], confirmed=True, by=None) -> bool:
    return set_year(
        year=year, days={date.fromisoformat(day): (kind, "节") for day, kind in days.items()}, source="通知",
        confirmed=confirmed, at=AT, by=by,
    )  # fmt: skip


def test_the_products_table_holds_three_years(notices):
    assert notices.changed == [2024, 2025, 2026]
    calendar = calendars.calendar_for()
    assert calendar.confirmed_years == {2024, 2025, 2026}
    assert not calendar.is_working_day(date(2026, 10, 1))
    assert calendar.is_working_day(date(2026, 10, 10))
    working = [sum(calendar.is_working_day(date(2026, 1, 1) + timedelta(n)) for n in range(365))]
    assert working == [248]  # handbook §6.1


def test_the_same_file_again_changes_nothing_and_takes_no_confirmation_back(notices):
    events = Event.objects.count()
    again = import_calendar(path=HOLIDAYS, confirm=False, at=AT)
    assert (again.changed, again.unchanged) == ([], [2024, 2025, 2026])
    assert Event.objects.count() == events
    assert CalendarYear.objects.exclude(confirmed_at=None).count() == 3


def test_days_of_an_unconfirmed_year_do_not_count_until_it_is_confirmed(db):
    enter(2027, {"2027-01-01": "holiday"}, confirmed=False)
    assert calendars.calendar_for().is_working_day(date(2027, 1, 1))
    confirm_year(year=CalendarYear.objects.get(), at=AT)
    assert not calendars.calendar_for().is_working_day(date(2027, 1, 1))
    with pytest.raises(Conflict, match="already"):
        confirm_year(year=CalendarYear.objects.get(), at=AT)


def test_an_empty_year_cannot_be_confirmed(db):
    with pytest.raises(Conflict, match="no entries"):
        confirm_year(year=CalendarYear.objects.create(year=2027), at=AT)


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        ({"2027-01-01": "holiday"}, "not in 2026"),
        ({"2026-03-02": "workday"}, "working day anyway"),
        ({"2026-03-02": "party"}, "holiday or workday"),
    ],
)
def test_an_impossible_year_is_refused(db, days, reason):
    with pytest.raises(Invalid, match=reason):
        enter(2026, days)
    assert not CalendarYear.objects.exists()


def test_the_form_of_holiday_cn_is_read_with_its_source(db, tmp_path):
    path = tmp_path / "2027.json"
    days = [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
    ]
    path.write_text(json.dumps({"papers": ["https://www.gov.cn/x"], "days": days}), encoding="utf-8")
    import_calendar(path=path, confirm=True, at=AT)
    calendar = calendars.calendar_for()
    assert not calendar.is_working_day(date(2027, 1, 1))
    assert calendar.is_working_day(date(2027, 1, 3))
    assert CalendarYear.objects.get().source == "https://www.gov.cn/x"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"days": []}', "not published yet"),
        ('{"days": [{"date": "2027-01-01"}]}', "isOffDay"),
        ('{"days": 3}', "isOffDay"),
        ("{", "isOffDay"),
        ("date,name_zh\n", "kind"),
        ("date,name_zh,kind\n2027-13-01,元旦,holiday\n", "no date"),
        ("date,name_zh,kind\n2027-01-01,元旦,free\n", "not holiday or workday"),
        ("date,name_zh,kind\n2027-01-01,元旦,holiday\n2027-01-01,元旦,holiday\n", "twice"),
        ("date,name_zh,kind\n2027-01-01\n", "not holiday"),
        ("", "columns"),
    ],
)
def test_a_calendar_that_cannot_be_read_is_refused_in_a_sentence(text, reason):
    with pytest.raises(Invalid, match=reason):
        parse(text)


def test_the_command_tells_years_and_faults(db, tmp_path):
    out = io.StringIO()
    call_command("import_calendar", str(HOLIDAYS), stdout=out)
    assert "2026 was entered." in out.getvalue()
    assert "confirm them" in out.getvalue()
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_calendar", str(tmp_path / "nothing.csv"))


@pytest.mark.shared
def test_the_published_files_agree_with_the_products_table(notices, shared):
    for year in (2024, 2025, 2026):
        years, _source = parse((shared / "data" / "holidays" / f"{year}.json").read_text(encoding="utf-8"))
        entered = {day.day: day.kind for day in CalendarYear.objects.get(year=year).days.all()}
        assert {day: kind for day, (kind, _name) in years[year].items()} == entered


def test_a_department_works_by_its_own_timetable(notices, departments):
    set_timetable(begins=(1, 1), periods=[["09:00", "17:00"]], department=departments["CGJ"], at=AT)
    set_timetable(begins=(6, 1), periods=[["07:00", "11:00"], ["15:00", "19:00"]], at=AT)
    own, city = calendars.calendar_for(departments["CGJ"].pk), calendars.calendar_for(departments["ZJJ"].pk)
    assert own.day_end(date(2026, 7, 1)) == cn("2026-07-01 17:00")
    assert city.day_end(date(2026, 7, 1)) == cn("2026-07-01 19:00")
    remove_timetable(timetable=Timetable.objects.get(department=departments["CGJ"]), at=AT)
    assert calendars.calendar_for(departments["CGJ"].pk).day_end(date(2026, 7, 1)) == cn("2026-07-01 19:00")


@pytest.mark.parametrize(
    ("begins", "periods"),
    [
        ((2, 30), [["08:00", "12:00"]]),
        ((1, 1), [["12:00", "08:00"]]),
        ((1, 1), [["8 Uhr", "x"]]),
        ((1, 1), [["08:00"]]),
    ],
)
def test_impossible_working_periods_are_refused(db, begins, periods):
    with pytest.raises(Invalid, match="08:00"):
        set_timetable(begins=begins, periods=periods, at=AT)
    assert not Timetable.objects.exists()


def test_only_who_keeps_the_catalogue_may_edit_the_calendar(people):
    with pytest.raises(NotAllowed):
        enter(2026, {"2026-01-01": "holiday"}, by=people["manager"])
    assert enter(2026, {"2026-01-01": "holiday"}, by=people["sysadmin"])


# --- computing afresh -----------------------------------------------------------------------------------------------


@pytest.fixture
def case(people):
    return Walk(people, catalogue(), at=cn("2026-11-20 08:00")).to("handling")


def test_an_edited_calendar_moves_running_deadlines_and_says_so(case, people, django_capture_on_commit_callbacks):
    clocks.start(
        "extra", subject=case, at=cn("2026-11-20 16:30"), begin=clocks.Start(Limit(Decimal(4), LimitUnit.WORK_HOUR))
    )
    with django_capture_on_commit_callbacks(execute=True):
        enter(2026, {"2026-11-23": "holiday"}, by=people["sysadmin"])
    assert Clock.objects.get(kind="extra").due_at == cn("2026-11-24 10:30")
    events = Event.objects.filter(kind="clock.recomputed", subject_type="cases.case", subject_id=case.pk)
    event = events.get()  # the clock of handling ends on the 20th, and says nothing
    assert (event.facts["clock"], event.facts["why"], event.actor_id) == ("extra", "calendar", people["sysadmin"].pk)
    assert datetime.fromisoformat(event.facts["before"]["due_at"]) == cn("2026-11-23 10:30")
    assert datetime.fromisoformat(event.facts["after"]["due_at"]) == cn("2026-11-24 10:30")
    assert recompute_open(at=AT) == 0
    assert events.count() == 1


def test_a_stopped_clock_keeps_its_deadline(case, django_capture_on_commit_callbacks):
    clock = clocks.start(
        "extra", subject=case, at=cn("2026-11-20 16:30"), begin=clocks.Start(Limit(Decimal(4), LimitUnit.WORK_HOUR))
    )
    clocks.stop(clock, at=cn("2026-11-20 17:00"))
    with django_capture_on_commit_callbacks(execute=True):
        enter(2026, {"2026-11-23": "holiday"})
    assert Clock.objects.get(kind="extra").due_at == cn("2026-11-23 10:30")


def test_what_was_left_over_is_done_by_the_next_run(case, django_capture_on_commit_callbacks):
    for number in range(5):
        clocks.start(
            f"extra{number}",
            subject=case,
            at=cn("2026-11-20 16:30"),
            begin=clocks.Start(Limit(Decimal(4), LimitUnit.WORK_HOUR)),
        )
    enter(2026, {"2026-11-23": "holiday"})  # the process dies before its work after the commit
    first = recompute_open(at=AT, most=3)
    assert 0 < first < 5
    assert first + recompute_open(at=AT) == 5
    assert not Clock.objects.filter(kind__startswith="extra").exclude(due_at=cn("2026-11-24 10:30")).exists()


def test_a_deadline_that_moves_on_may_be_warned_about_again(case):
    clock = clocks.start(
        "extra", subject=case, at=cn("2026-11-20 16:30"), begin=clocks.Start(Limit(Decimal(4), LimitUnit.WORK_HOUR))
    )
    now = cn("2026-11-23 10:31")
    Clock.objects.filter(pk=clock.pk).update(warned_at=now, overdue_noted_at=now)
    enter(2026, {"2026-11-23": "holiday"})
    recompute_open(at=now)
    clock.refresh_from_db()
    assert (clock.warned_at, clock.overdue_noted_at) == (None, None)


# --- administration -------------------------------------------------------------------------------------------------


@pytest.fixture
def page(people):
    client = Client()
    client.force_login(people["sysadmin"])
    return client


def test_a_year_is_typed_in_and_confirmed(page):
    text = "date,name_zh,kind\n2027-01-01,元旦,holiday\n"
    page.post(reverse("admin:cases_calendaryear_add"), {"year": 2027, "source": "国办通知", "days": text})
    year = CalendarYear.objects.get()
    assert (year.confirmed_at, year.days.get().name) == (None, "元旦")
    where = reverse("admin:cases_calendaryear_change", args=[year.pk])
    assert "2027-01-01,元旦,holiday" in page.get(where).content.decode()
    page.post(
        reverse("admin:cases_calendaryear_changelist"),
        {"action": "confirm", "_selected_action": [year.pk], "confirmed": "1"},
    )
    assert not calendars.calendar_for().is_working_day(date(2027, 1, 1))
    text += "2027-01-02,元旦,holiday\n"
    page.post(where, {"source": "国办通知", "days": text, "confirmed": "on"})
    assert year.days.count() == 2


def test_days_of_another_year_come_back_with_the_reason(page):
    data = {"year": 2027, "source": "通知", "days": "date,name_zh,kind\n2026-01-01,元旦,holiday\n"}
    answer = page.post(reverse("admin:cases_calendaryear_add"), data, headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert not CalendarYear.objects.exists()


def test_working_periods_are_typed_as_people_write_them(page):
    data = {"department": "", "begins_month": 6, "begins_day": 1, "hours": "07:30-11:30, 15:00–18:00"}
    page.post(reverse("admin:cases_timetable_add"), data)
    assert Timetable.objects.get().periods == [["07:30", "11:30"], ["15:00", "18:00"]]
    page.post(
        reverse("admin:cases_timetable_changelist"),
        {"action": "remove", "_selected_action": [Timetable.objects.get().pk], "confirmed": "1"},
    )
    assert not Timetable.objects.exists()


def test_who_may_only_look_sees_the_days_but_no_form(people, city):
    enter(2027, {"2027-01-01": "holiday"})
    Post.objects.create(user=people["auditor"], role=Role.MANAGER, area=city[cast.CITY], starts_at=AT)
    client = Client()
    client.force_login(people["auditor"])
    where = reverse("admin:cases_calendaryear_change", args=[CalendarYear.objects.get().pk])
    html = client.get(where).content.decode()
    assert "2027-01-01" in html
    assert "<textarea" not in html
