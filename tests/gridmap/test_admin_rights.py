"""Every administration page × every role: who reads, who adds, who changes. The grid is written by hand."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.hotline.seeding import load_types
from citygrid.accounts.models import ApiToken, UserSession
from citygrid.accounts.roles import Role
from citygrid.admin_site import GROUPS
from citygrid.common.models import Heartbeat, PeriodicRun
from gridmap.areas.models import Area, Grid, ResponsibilityGrid
from gridmap.areas.tree import add_area
from gridmap.departments.models import Department
from gridmap.objects.models import Building, Component, KeyPlace
from gridmap.posts.models import Post
from gridmap.registers.models import Household, Person, Unit
from tests import cast

pytestmark = pytest.mark.django_db

# page → what the system, security and audit administrator may do there: - nothing, r read, a read and add, w all three
EXPECTED = {
    "gridmap.area": "w r r",
    "gridmap.areaversion": "r r r",
    "gridmap.grid": "w r r",
    "gridmap.responsibilitygrid": "w r r",
    "gridmap.department": "w r r",
    "gridmap.post": "r a r",
    "gridmap.component": "w - -",
    "gridmap.building": "w - -",
    "gridmap.keyplace": "w - -",
    "gridmap.household": "- - -",
    "gridmap.person": "- - -",
    "gridmap.unit": "- - -",
    "cases.categorystandard": "w - -",
    "cases.category": "w - -",
    "cases.filingcondition": "w - -",
    "cases.stagelimit": "w - -",
    "cases.responsibility": "w - -",
    "cases.calendaryear": "w - -",
    "cases.timetable": "w - -",
    "cases.demandtype": "w - -",
    "cases.ticketcategory": "w - -",
    "cases.ticketlimit": "w - -",
    "cases.exclusionreason": "w - -",
    "cases.whistlekind": "w - -",
    "accounts.user": "w r r",
    "accounts.usersession": "- r -",
    "accounts.apitoken": "- r -",
    "cases.event": "- - r",
    "cases.seal": "- - r",
    "common.heartbeat": "r r r",
    "common.periodicrun": "r r r",
}
ADMINISTRATORS = ["sysadmin", "secadmin", "auditor"]
OTHERS = [name for name in cast.PEOPLE if name not in ADMINISTRATORS]


def page(label: str, name: str, *args) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{name}", args=args)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def things(people, city, departments):
    """One row of every model, at our street or of a person there."""
    grid = city[cast.GRIDS[0]]
    where = Point(120.205, 27.335, srid=4326)
    ResponsibilityGrid.objects.create(code="R1", name="一号", community=city[cast.COMMUNITY])
    Component.objects.create(code="3509820101000001", name="井盖", area=grid, geom=where, recorded_on=date(2026, 1, 1))
    building = Building.objects.create(code="B1", area=grid, geom=where)
    KeyPlace.objects.create(name="学校", kind="school", area=grid, geom=where)
    household = Household.objects.create(area=grid, building=building, door="101", tenure="own")
    Person.objects.create(household=household, name="张三")
    Unit.objects.create(area=grid, name="便利店")
    standards, categories = apps.get_model("cases.CategoryStandard"), apps.get_model("cases.Category")
    standard = standards.objects.create(code="S", key="S", name="S")
    category = categories.objects.create(
        standard=standard, kind="event", major_code="01", major_name="市容", minor_code="01", name="乱堆"
    )
    apps.get_model("cases.FilingCondition").objects.create(code="1", category=category, valid_from=cast.START)
    apps.get_model("cases.Responsibility").objects.create(
        category=category, area=city[cast.CITY], department=departments["CGJ"], reason="职责", valid_from=cast.START
    )
    apps.get_model("cases.StageLimit").objects.create(kind="accept", value=1, unit="work_hour")
    apps.get_model("cases.CalendarYear").objects.create(year=2026, source="通知")
    apps.get_model("cases.Timetable").objects.create(periods=[["08:00", "12:00"]])
    load_types(at=cast.START)
    apps.get_model("cases.TicketCategory").objects.create(code="CG-01", name="建筑垃圾")
    apps.get_model("cases.TicketLimit").objects.create(kind="sign", value=1, unit="work_hour")
    apps.get_model("cases.ExclusionReason").objects.create(code="X", name="恶意投诉")
    UserSession.objects.create(user=people["gw"], session_key="k", started_at=cast.START, seen_at=cast.START)
    ApiToken.objects.create(
        user=people["gw"], prefix="cg_", digest="d", created_at=cast.START, expires_at=cast.START.replace(year=2027)
    )
    apps.get_model("cases.Seal").objects.create(up_to=1, events=1, sealed_at=cast.START, hash="h")
    Heartbeat.objects.create(worker="w", beat_at=cast.START)
    PeriodicRun.objects.create(job="j", slot=cast.START, worker="w")
    return people


def first(label: str):
    model = apps.get_model(label)
    return {
        "gridmap.area": lambda: Area.objects.get(code=cast.GRIDS[0]),
        "accounts.user": lambda: Post.objects.get(area__code=cast.GRIDS[0]).user,
    }.get(label, lambda: model._default_manager.order_by("pk").first())()


def test_every_page_stands_in_the_grid_and_on_the_index():
    registered = {model._meta.label_lower for model in admin.site._registry}
    assert registered == set(EXPECTED)
    assert sorted(label for _name, labels in GROUPS for label in labels) == sorted(registered)


def test_pages_that_libraries_bring_are_not_taken():
    assert Group not in admin.site._registry
    assert not any(model._meta.app_label.startswith("otp") for model in admin.site._registry)


@pytest.mark.parametrize("label", EXPECTED)
@pytest.mark.parametrize(("who", "column"), [(name, n) for n, name in enumerate(ADMINISTRATORS)])
def test_an_administrator_reads_adds_and_changes_as_written(things, label, who, column):
    may = EXPECTED[label].split()[column]
    client = client_of(things[who])
    thing = first(label)
    assert client.get(page(label, "changelist")).status_code == (403 if may == "-" else 200)
    assert client.get(page(label, "changelist"), {"q": "1"}).status_code in ({403} if may == "-" else {200, 302})
    assert client.get(page(label, "add")).status_code == (200 if may in "aw" else 403)
    assert client.get(page(label, "change", thing.pk)).status_code == (403 if may == "-" else 200)
    assert client.post(page(label, "change", thing.pk), {"_save": "1"}).status_code == (200 if may == "w" else 403)
    assert client.get(page(label, "delete", thing.pk)).status_code == 403


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_enters(people, who):
    client = client_of(people[who])
    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")
    for label in EXPECTED:
        assert client.get(page(label, "changelist")).status_code == 302


def test_strangers_are_led_to_the_common_sign_in_page_and_back():
    answer = Client().get(page("gridmap.area", "changelist"), follow=False)
    assert answer.status_code == 302
    assert Client().get(answer.headers["Location"]).headers["Location"] == "/login/?next=%2Fadmin%2Fgridmap%2Farea%2F"


def test_the_index_shows_each_administrator_the_own_pages(people):
    for column, who in enumerate(ADMINISTRATORS):
        answer = client_of(people[who]).get("/admin/")
        shown = {model["admin_url"] for group in answer.context["app_list"] for model in group["models"]}
        assert shown == {page(label, "changelist") for label, row in EXPECTED.items() if row.split()[column] != "-"}


def street_administrator(people, city):
    return cast.person("streetsys", Role.SYSADMIN, area=city[cast.OURS])


@pytest.mark.parametrize("label", ["gridmap.area", "gridmap.areaversion", "gridmap.grid", "gridmap.department"])
def test_what_lies_in_another_street_is_not_found(people, city, departments, label):
    client = client_of(street_administrator(people, city))
    model = apps.get_model(label)
    theirs = {
        "gridmap.area": lambda: city[cast.THEIR_GRID],
        "gridmap.areaversion": lambda: city[cast.THEIR_GRID].versions.get(),
        "gridmap.grid": lambda: city[cast.THEIR_GRID].grid,
        "gridmap.department": lambda: Department.objects.get(code="TS"),
    }[label]()
    assert client.get(page(label, "change", theirs.pk)).status_code == 404
    assert client.get(page(label, "history", theirs.pk)).status_code in (403, 404)
    listed = client.get(page(label, "changelist")).context["cl"].queryset
    assert set(listed) <= set(model.objects.all()) - {theirs}


def test_a_stranger_cannot_be_named_in_a_form(people, city):
    client = client_of(street_administrator(people, city))
    answer = client.post(
        page("gridmap.area", "add"),
        {"level": "community", "parent": city[cast.THEIRS].pk, "code": "350982001777", "name": "新社区"},
    )
    assert answer.status_code == 200
    assert "parent" in answer.context["adminform"].form.errors
    assert not Area.objects.filter(code="350982001777").exists()


def test_the_search_box_of_a_form_offers_no_strangers(people, city):
    answer = client_of(street_administrator(people, city)).get(
        reverse("admin:autocomplete"),
        {"app_label": "gridmap", "model_name": "area", "field_name": "parent", "term": "350982"},
    )
    codes = {row["text"].split()[-1] for row in answer.json()["results"]}
    assert cast.OURS in codes
    assert cast.THEIRS not in codes


def test_the_city_above_is_seen_but_not_changed(people, city, departments):
    client = client_of(street_administrator(people, city))
    bureau = departments["CGJ"]
    assert client.get(page("gridmap.department", "change", bureau.pk)).status_code == 200
    assert client.post(page("gridmap.department", "change", bureau.pk), {"name": "x"}).status_code == 403


@pytest.mark.parametrize("label", [label for label, row in EXPECTED.items() if row != "- - -"])
def test_a_list_costs_a_bounded_number_of_queries(things, label, django_assert_max_num_queries):
    column = next(n for n, may in enumerate(EXPECTED[label].split()) if may != "-")
    client = client_of(things[ADMINISTRATORS[column]])
    client.get(page(label, "changelist"))
    with django_assert_max_num_queries(28):
        client.get(page(label, "changelist"))


@pytest.mark.parametrize("label", ["gridmap.component", "gridmap.post", "gridmap.department", "gridmap.grid"])
def test_a_longer_list_costs_no_more_queries(things, departments, city, label, django_assert_num_queries):
    client = client_of(things["sysadmin"])
    client.get(page(label, "changelist"))
    with CaptureQueriesContext(connection) as short:
        client.get(page(label, "changelist"))
    where = Point(120.205, 27.335, srid=4326)
    for number in range(2, 22):
        Component.objects.create(
            code=f"350982010100{number:04}", name="井盖", geom=where, recorded_on=date(2026, 1, 1),
            area=city[cast.GRIDS[number % 4]], owner=departments["ZJJ"], maintainer=departments["CGJ"],
        )  # fmt: skip
        office = Department.objects.create(
            code=f"D{number}", name="科", kind="bureau", parent=departments["CGJ"], area_served=city[cast.CITY]
        )
        cast.person(f"extra{number}", Role.HANDLER, department=office)
        grid = add_area(
            code=f"{cast.COMMUNITY}{number + 100}", name="格", level="grid", parent=city[cast.COMMUNITY], at=cast.START
        )
        Grid.objects.create(area=grid, responsible_department=office)
    with django_assert_num_queries(len(short)):
        client.get(page(label, "changelist"))
