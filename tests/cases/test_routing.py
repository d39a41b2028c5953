"""The responsibility matrix: how it is kept, what it proposes, and what the dispatcher must say to differ."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from cases.casework.checks import proposal_for
from cases.catalogue.conditions import FilingCondition
from cases.catalogue.models import CategoryStandard
from cases.journal.models import Event
from cases.routing.importing import import_responsibilities
from cases.routing.maintain import About, add_responsibility, change_responsibility, retire_responsibility
from cases.routing.models import Responsibility
from citygrid.accounts.models import User
from citygrid.accounts.roles import Role
from citygrid.common.errors import Conflict, Invalid, NotAllowed
from gridmap.departments.services import close_department
from gridmap.posts.models import Post
from tests import cast
from tests.cases.api_drive import Blind, Caller
from tests.cases.walk import AT, MINUTE, Walk, catalogue

pytestmark = pytest.mark.django_db
BEFORE = AT - timedelta(days=10)


@pytest.fixture
def condition(people, city, departments):
    for code in ("CGJ", "ZJJ", "SQ", "TS"):
        cast.person(f"clerk_{code}", Role.DEPT_CLERK, department=departments[code])
    return catalogue()


@pytest.fixture
def add(condition, city, departments):
    def run(area=cast.CITY, department="CGJ", whole=False, **fields):
        standard = condition.category.standard
        about = About(standard=standard, kind="event", major_code="01") if whole else About(condition.category)
        given = {"about": about, "reason": "市容管理职责", "at": BEFORE, **fields}
        return add_responsibility(area=city[area], department=departments[department], **given)

    return run


@pytest.fixture
def walk(people, condition):
    return Walk(people, condition)


# --- what is proposed -------------------------------------------------------------------------------------------------
def proposed(walk, at=AT):
    found = proposal_for(walk.case, at)
    return found and (found.department.code, found.reason)


def test_without_a_rule_nothing_is_proposed(walk):
    assert proposed(walk) is None


def test_the_nearest_area_goes_before_those_above(walk, add):
    add()
    add(cast.OURS, "SQ", reason="街道自管")
    add(cast.THEIRS, "TS")
    assert proposed(walk) == ("SQ", "街道自管 (responsibility matrix, 山前街道)")


def test_a_row_for_the_category_goes_before_one_for_its_class(walk, add):
    add(cast.GRIDS[0], "SQ", whole=True)
    assert proposed(walk)[0] == "SQ"
    add(cast.CITY, "CGJ")
    assert proposed(walk)[0] == "CGJ"


def test_it_is_the_row_in_force_then_that_counts(walk, add, departments):
    row = add()
    change_responsibility(row=row, department=departments["ZJJ"], reason="职责调整", at=AT)
    assert [proposed(walk, at)[0] for at in (AT - MINUTE, AT)] == ["CGJ", "ZJJ"]
    retire_responsibility(row=Responsibility.objects.get(valid_to=None), at=AT + MINUTE)
    assert proposed(walk, AT + MINUTE) is None


def test_a_closed_department_is_not_proposed(walk, add, departments):
    add(department="ZJJ")
    add(cast.CITY, "SQ", whole=True)
    Post.objects.filter(department=departments["ZJJ"]).update(ends_at=AT)
    close_department(department=departments["ZJJ"], at=AT)
    assert proposed(walk)[0] == "SQ"


def test_a_department_where_nobody_could_sign_is_not_proposed(walk, add, departments):
    add(department="ZJJ")
    add(cast.CITY, "SQ", whole=True)
    assert proposed(walk)[0] == "ZJJ"
    Post.objects.filter(department=departments["ZJJ"]).update(ends_at=AT)
    assert proposed(walk)[0] == "SQ"


@pytest.mark.parametrize(
    ("body", "code"), [("住房和城乡建设局", "ZJJ"), ("某公司、城市管理局", "CGJ"), ("某公司", None)]
)
def test_without_a_row_the_filing_condition_names_who_is_responsible(walk, condition, body, code):
    FilingCondition.objects.filter(pk=condition.pk).update(responsible_body=body)
    walk.to("filed")
    found = proposed(walk)
    assert (found and found[0]) == code
    if found:
        assert condition.code in found[1]


def test_the_office_of_another_street_is_not_proposed_by_its_name(walk, condition):
    FilingCondition.objects.filter(pk=condition.pk).update(responsible_body="桐山街道办事处")
    walk.to("filed")
    assert proposed(walk) is None


# --- what the dispatcher must say -------------------------------------------------------------------------------------
def test_the_proposed_department_needs_no_words_another_one_does(walk, add):
    add()
    walk.to("filed")
    with pytest.raises(Invalid, match="why it shall be another one") as refusal:
        walk.do("dispatch", "dispatcher", department="ZJJ")
    assert "opinion" in refusal.value.fields
    case = walk.do("dispatch", "dispatcher", department="ZJJ", opinion="属在建工地")
    event = Event.objects.of(case).order_by("-sequence").first()
    assert event is not None
    assert (event.facts["proposed"], event.facts["department"], event.facts["opinion"]) == ("CGJ", "ZJJ", "属在建工地")


def test_the_api_tells_the_proposal_and_its_reason(walk, add, people, departments):
    add(co_departments=[departments["SQ"]])
    walk.to("filed")
    told = Caller(people["dispatcher"]).get(f"cases/{walk.case.number}/suggestions/")
    assert told["dispatch"] == {
        "department": {"code": "CGJ", "name": "城市管理局"},
        "co_departments": [{"code": "SQ", "name": "山前街道办事处"}],
        "reason": "市容管理职责 (responsibility matrix, 福鼎市)",
    }
    Caller(people["stranger_street"]).get(f"cases/{walk.case.number}/suggestions/", status=404)


# --- how it is kept ---------------------------------------------------------------------------------------------------
def test_a_row_is_added_changed_and_retired_and_all_of_it_journaled(add, people, departments):
    keeper = people["sysadmin"]
    row = add(by=keeper)
    same = {"department": departments["CGJ"], "reason": "市容管理职责"}
    assert change_responsibility(row=row, at=AT, by=keeper, **same) == row
    fresh = change_responsibility(
        row=row, at=AT, by=keeper, department=departments["CGJ"], reason="三定方案", co_departments=[departments["SQ"]]
    )
    retire_responsibility(row=fresh, at=AT + MINUTE, by=keeper)
    kinds = Event.objects.filter(kind__startswith="responsibility.").order_by("pk")
    assert [event.kind.partition(".")[2] for event in kinds] == ["added", "changed", "retired"]
    assert kinds[1].facts["after"] == {"reason": "三定方案", "co_departments": ["SQ"]}
    assert [(one.valid_from, one.valid_to) for one in Responsibility.objects.order_by("pk")] == [
        (BEFORE, AT), (AT, AT + MINUTE),
    ]  # fmt: skip
    with pytest.raises(Conflict, match="no longer in force"):
        retire_responsibility(row=row, at=AT + 2 * MINUTE, by=keeper)


def test_only_who_keeps_the_catalogue_may(add, people):
    with pytest.raises(NotAllowed):
        add(by=people["dispatcher"])


def test_what_cannot_be_a_row_is_refused_by_field(add, condition, departments, city):
    with pytest.raises(Invalid) as refusal:
        add(reason=" ", co_departments=[departments["CGJ"]])
    assert set(refusal.value.fields) == {"reason", "co_departments"}
    for about in (About(), About(condition.category, condition.category.standard, "event", "01")):
        with pytest.raises(Invalid, match="either a category"):
            add(about=about)
    with pytest.raises(Invalid, match="no such major class"):
        add(about=About(standard=CategoryStandard.objects.get(), kind="event", major_code="77"))
    add()
    with pytest.raises(Conflict, match="already"):
        add()


# --- the table --------------------------------------------------------------------------------------------------------
def table(tmp_path, *rows, encoding="utf-8"):
    path = tmp_path / "matrix.csv"
    path.write_text("\n".join(["category,area,department,co_departments,reason", *rows]), encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_table_is_read_and_reading_it_again_changes_nothing(condition, departments, tmp_path, encoding):
    path = table(
        tmp_path, "CJ214-E0102,350982,CGJ,SQ ZJJ,市容", "CJ214-E01,350982003,SQ,,街道", encoding=encoding
    )  # fmt: skip
    out = io.StringIO()
    call_command("import_responsibilities", str(path), stdout=out)
    assert "2 rows added, 0 changed; 0 were as listed." in out.getvalue()
    assert [row.about for row in Responsibility.objects.order_by("pk")] == ["CJ214-E0102", "CJ214-E01"]
    events = Event.objects.count()
    report = import_responsibilities(path=path, at=AT + timedelta(days=400))
    assert (report.added, report.changed, report.unchanged) == (0, 0, 2)
    assert Event.objects.count() == events


def test_every_faulty_row_is_named_and_nothing_is_kept(condition, departments, tmp_path):
    path = table(
        tmp_path, "CJ214-E0102,350982,CGJ,,市容", "CJ214-E0199,350982,CGJ,,x", "CJ214-E01,1,CGJ,,x",
        "CJ214-E01,350982,XX,,x", "CJ214-E01,350982,CGJ,CGJ,",
    )  # fmt: skip
    out = io.StringIO()
    with pytest.raises(CommandError, match="4 faults"):
        call_command("import_responsibilities", str(path), stderr=out)
    lines = out.getvalue().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Line 3", "Line 4", "Line 5", "Line 6"]
    assert not Responsibility.objects.exists()


def test_a_table_without_its_columns_is_refused(tmp_path, db):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(CommandError, match="These are missing: category"):
        call_command("import_responsibilities", str(path))


# --- the administration ----------------------------------------------------------------------------------------------
def test_a_row_is_added_and_changed_in_the_administration(client, people, condition, departments, city):
    client.force_login(people["sysadmin"])
    form = {
        "category": condition.category.pk, "area": city[cast.CITY].pk, "department": departments["CGJ"].pk,
        "co_departments": [departments["SQ"].pk], "reason": "市容管理职责", "kind": "", "major_code": "",
    }  # fmt: skip
    assert client.post("/admin/cases/responsibility/add/", form).status_code == 302
    row = Responsibility.objects.get()
    assert [one.code for one in row.co_departments.all()] == ["SQ"]
    page = f"/admin/cases/responsibility/{row.pk}/change/"
    answer = client.post(page, {"department": departments["ZJJ"].pk, "co_departments": [], "reason": "职责调整"})
    assert answer.status_code == 302
    row.refresh_from_db()
    fresh = Responsibility.objects.get(valid_to=None)
    assert (row.valid_to, fresh.department.code, fresh.co_departments.count()) == (fresh.valid_from, "ZJJ", 0)
    assert [one.code for one in row.co_departments.all()] == ["SQ"], "what was in force stays as it was"
    refused = client.post("/admin/cases/responsibility/add/", {**form, "reason": " "})
    assert refused.status_code == 200
    assert Event.objects.filter(kind__startswith="responsibility.").count() == 2


def test_a_program_takes_the_proposal_from_the_actions_alone(walk, add, people, monkeypatch):
    add(reason="市容管理职责")
    walk.to("filed")
    monkeypatch.setattr("citygrid.common.clock.now", lambda: walk.at)
    program = Blind(people["dispatcher"])
    address = f"cases/{walk.case.number}/"
    inputs = {
        item["name"]: item
        for action in program.get(address)["actions"] if action["name"] == "dispatch" for item in action["inputs"]
    }  # fmt: skip
    assert inputs["department"]["proposed"] == ["CGJ"]
    assert inputs["department"]["proposed_reason"] == "市容管理职责 (responsibility matrix, 福鼎市)"
    assert inputs["co_departments"]["proposed"] == []
    done = program.move(address, "dispatch")
    assert (done["state"], done["department"]["code"]) == ("dispatched", "CGJ")
    later = Blind(people["dispatcher"]).get(address)["actions"]
    assert not [item for action in later for item in action["inputs"] if "proposed" in item]


def test_who_holds_all_posts_is_offered_all_moves_in_one(walk, add, people, departments, monkeypatch):
    add()
    monkeypatch.setattr("citygrid.common.clock.now", lambda: walk.at)
    address = f"cases/{walk.case.number}/"
    names = {action["name"] for action in Caller(people["acceptor"]).get(address)["actions"]}
    assert "accept" in names
    assert "dispatch_at_once" not in names
    for role in (Role.SHIFT_LEADER, Role.DISPATCHER):
        Post.objects.create(user=people["acceptor"], role=role, department=departments["JDZX"], starts_at=cast.START)
    program = Blind(User.objects.get(username="acceptor"))
    done = program.move(address, "dispatch_at_once")
    assert (done["state"], done["department"]["code"]) == ("dispatched", "CGJ")
