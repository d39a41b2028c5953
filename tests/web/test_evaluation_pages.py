"""The pages of rates and scores: boards, picker, order, lists behind figures, files; strangers see nothing."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from cases.evaluation.periods import of_month
from cases.web.evaluation.asked import PeriodForm
from cases.web.evaluation.export import safe
from gridmap.departments.models import Department
from tests.cases.ticket_walk import NAME, PHONE, SAD, TicketWalk, hotline
from tests.cases.whistling import Tune, add_departments
from tests.web.test_whistle_pages import Visitor

pytestmark = pytest.mark.django_db
MARCH = "period=2026-03"


@pytest.fixture
def people(people, city):
    hotline(people, city)
    add_departments(people, city)
    return people


@pytest.fixture
def tickets(people):
    good, bad = TicketWalk(people), TicketWalk(people)
    good.to("closed")
    bad.to("callback_open")
    bad.do("close_callback", "callback", fault="conditions", **SAD)
    TicketWalk(people, unit="CGJ").to("closed")
    return {"good": good.ticket.number, "bad": bad.ticket.number}


def test_a_manager_goes_from_the_table_to_the_tickets(people, tickets):
    manager = Visitor(people["manager"])
    page = manager.see(f"/evaluation/?{MARCH}")
    assert "March 2026" in page
    assert "55.00" in page
    assert page.index("城市管理局") < page.index("山前街道办事处")
    way = "/evaluation/hotline/SQ/solution/?period=2026-03"
    assert way in page
    listed = manager.see(way)
    assert "50.00 %" in listed
    assert all(number in listed for number in tickets.values())
    missed = manager.see(f"{way}&part=missed")
    assert tickets["bad"] in missed
    assert tickets["good"] not in missed
    assert PHONE not in listed
    assert NAME not in listed


def test_the_order_follows_the_heads_and_no_data_comes_last(people, tickets):
    TicketWalk(people, unit="PT").to("dispatched")
    manager = Visitor(people["manager"])
    names = ("城市管理局", "山前街道办事处", "区级平台")

    def order(sort):
        body = manager.see(f"/evaluation/?{MARCH}&sort={sort}").split("<tbody>")[1]
        return sorted(names, key=body.index)

    assert order("-solution") == ["城市管理局", "山前街道办事处", "区级平台"]
    assert order("solution") == ["山前街道办事处", "城市管理局", "区级平台"]
    assert order("unit") == ["城市管理局", "区级平台", "山前街道办事处"]  # CGJ, PT, SQ
    assert order("nonsense") == order("place")


def test_a_street_sees_its_own_and_the_ranking_without_counts(people, tickets):
    street = Visitor(people["street"])
    own = street.see(f"/evaluation/?{MARCH}")
    assert "山前街道办事处" in own
    assert "城市管理局" not in own
    ranking = street.see(f"/evaluation/?{MARCH}&ranking=1")
    assert "城市管理局" in ranking
    assert "÷ 1<" not in ranking
    assert "/evaluation/hotline/CGJ/" not in ranking
    street.see("/evaluation/hotline/CGJ/solution/?period=2026-03", status=404)
    nobody = Visitor(people["stranger_street"])
    assert "Nothing of yours counts" in nobody.see(f"/evaluation/?{MARCH}")
    nobody.see("/evaluation/hotline/SQ/solution/?period=2026-03", status=404)


def test_whistles_have_boards_of_their_own(people):
    tune = Tune(people)
    tune.to("rated")
    street = Visitor(people["street"])
    page = street.see(f"/evaluation/?{MARCH}&board=whistle")
    assert "95.00" in page
    listed = street.see("/evaluation/whistle/CGJ/total/?period=2026-03")
    assert tune.whistle.number in listed
    assert "95 points" in listed
    page = street.see(f"/evaluation/?{MARCH}&board=whistle_street")
    assert "山前街道" in page
    assert tune.whistle.number in street.see("/evaluation/whistle_street/350982003/precise/?period=2026-03&part=good")


def test_others_are_told_who_may(people):
    for who in ("gw", "operator", "auditor", "handler"):
        assert "manager" in Visitor(people[who]).see("/evaluation/", status=403)
    manager = Visitor(people["manager"])
    manager.see("/evaluation/nothing/SQ/solution/", status=404)
    manager.see("/evaluation/hotline/SQ/nothing/", status=404)
    manager.see("/evaluation/hotline/SQ/solution/?period=2026-13", status=422)
    manager.see("/evaluation/export.pdf", status=404)
    for page in ("hotline/SQ/solution/", "export.csv"):
        assert "9999-12-31" in manager.see(f"/evaluation/{page}?period=2026-01-01..9999-12-31", status=422)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("period=2026-13", "2026-13"), ("period=days&first=2026-03-05&last=2026-03-01", "lies before the first"),
        ("period=days&first=2024-01-01&last=2026-03-01", "366 days at most"),
        ("period=days&first=x&last=2026-03-01", "valid date"),
        ("period=days&first=2026-01-01&last=9999-12-31", "is no period"),
        ("period=2026-01-01..9999-12-31", "9999-12-31"),
        ("period=days&first=2026-03-01", "the last day"),
    ],
)  # fmt: skip
def test_a_period_that_cannot_be_is_said_and_the_page_stays(people, query, sentence):
    page = Visitor(people["manager"]).see(f"/evaluation/?{query}", status=422)
    assert sentence in page
    assert "Evaluation" in page


def test_the_picker_offers_months_quarters_years_and_days_and_keeps_what_was_chosen():
    today = date(2026, 11, 21)
    assert PeriodForm({}, today=today).chosen() == of_month(today)
    assert PeriodForm({"period": "2026-Q3"}, today=today).chosen().code == "2026-Q3"
    assert PeriodForm({"period": "2021-05"}, today=today).chosen().code == "2021-05"
    chosen = PeriodForm({"period": "days", "first": "2026-11-02", "last": "2026-11-08"}, today=today)
    assert chosen.chosen().code == "2026-11-02..2026-11-08"
    again = PeriodForm({"period": "2026-11-02..2026-11-08"}, today=today)
    assert again.chosen() == chosen.chosen()
    assert 'value="2026-11-02"' in str(again["first"])


def test_files_hold_the_same_figures_and_run_nothing(people, tickets):
    Department.objects.filter(code="SQ").update(name='=HYPERLINK("http://x")')
    manager = Visitor(people["manager"])
    answer = manager.client.get(f"/evaluation/export.csv?{MARCH}")
    assert answer["Content-Disposition"] == 'attachment; filename="hotline-2026-03.csv"'
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0][:7] == ["place", "code", "unit", "tickets", "excluded", "not reached", "response rate %"]
    assert table[2] == [
        "2", "SQ", '\'=HYPERLINK("http://x")', "2", "0", "0", "100.00", "2", "2", "50.00", "1", "2", "50.00", "1", "2",
        "0.00", "0", "2", "55.00",
    ]  # fmt: skip
    book = load_workbook(io.BytesIO(manager.client.get(f"/evaluation/export.xlsx?{MARCH}").content))
    sheet = book["2026-03"]
    assert [cell.value for cell in sheet[3]][:4] == [2, "SQ", '\'=HYPERLINK("http://x")', 2]
    assert sheet["G3"].value == Decimal(100)
    assert not any(cell.data_type == "f" for line in sheet for cell in line)
    assert len(list(book.worksheets[1])) == 6
    ranking = (
        Visitor(people["street"]).client.get(f"/evaluation/export.csv?{MARCH}&ranking=1").content.decode("utf-8-sig")
    )
    assert ranking.splitlines()[0].startswith("place,code,unit,response rate %,solution rate %")
    Visitor(people["gw"]).see("/evaluation/export.csv", status=403)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])
def test_no_cell_begins_as_a_formula(text):
    assert safe(text) == f"'{text}"
    assert [safe(one) for one in (-1, Decimal("-1.00"), None, "a=1")] == [-1, Decimal("-1.00"), "", "a=1"]
