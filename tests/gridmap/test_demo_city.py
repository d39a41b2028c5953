"""What stands in the demonstration city."""

from __future__ import annotations

import csv
import re
from typing import Any

import pytest
import shapely
from django.db import transaction

from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from gridmap.areas.models import Area, AreaVersion, Grid, GridKind, Level, ResponsibilityGrid
from gridmap.demo import build
from gridmap.demo.fixtures import CITY, FIXTURES, SOURCE, URBAN
from gridmap.demo.logins import in_words
from gridmap.departments.models import Department
from gridmap.objects.models import Building, Component, KeyPlace, KeyPlaceKind
from gridmap.posts.models import Post
from gridmap.posts.rights import can
from gridmap.registers.models import Household, Person, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.one_worker]

SHITING = "350982003901"
# The logins that programs outside rely on, with role and place.
PROMISED = {
    "gw1": (Role.GRID_WORKER, [f"{SHITING}00{n}" for n in (1, 2, 3, 4)]),
    "gw2": (Role.GRID_WORKER, [f"{SHITING}00{n}" for n in (5, 6, 7, 8)]),
    "acceptor1": (Role.ACCEPTOR, ["JDZX"]),
    "leader1": (Role.SHIFT_LEADER, ["JDZX"]),
    "dispatcher1": (Role.DISPATCHER, ["ZHZX"]),
    "cg_clerk": (Role.DEPT_CLERK, ["CGJ"]),
    "cg_handler": (Role.HANDLER, ["CGJ"]),
    "zj_clerk": (Role.DEPT_CLERK, ["ZJJ"]),
    "hb_clerk": (Role.DEPT_CLERK, ["HBJ"]),
    "jj_clerk": (Role.DEPT_CLERK, ["JJDD"]),
    "operator1": (Role.HOTLINE_OPERATOR, ["RX"]),
    "callback1": (Role.CALLBACK_AGENT, ["RX"]),
    "hotlinelead1": (Role.HOTLINE_LEADER, ["RX"]),
    "street1": (Role.STREET_STAFF, ["350982003"]),
    "streetlead1": (Role.STREET_LEADER, ["350982003"]),
    "platform1": (Role.PLATFORM_CLERK, [CITY]),
    "manager1": (Role.MANAGER, [CITY]),
    "auditor1": (Role.AUDITOR, [CITY]),
    "sysadmin1": (Role.SYSADMIN, [CITY]),
    "secadmin1": (Role.SECADMIN, [CITY]),
    "gw9": (Role.GRID_WORKER, [f"35098200190100{n}" for n in (1, 2, 3, 4)]),
    "street9": (Role.STREET_STAFF, ["350982001"]),
}


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup, django_db_blocker):
    """Build the city once for this module, in a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        build.build()
        yield
        transaction.set_rollback(True)


def outlines() -> dict[int, Any]:
    versions = AreaVersion.objects.filter(level=Level.GRID)
    return {version.area_id: shapely.from_wkb(bytes(version.geom.wkb)) for version in versions}


def test_the_tree_runs_from_province_to_grid_through_the_urban_group():
    grid = Area.objects.get(code=f"{SHITING}003")
    path = [link.ancestor.code for link in grid.links_up.select_related("ancestor").order_by("-depth")]
    assert path == ["35", "3509", CITY, URBAN, "350982003", SHITING, f"{SHITING}003"]


def test_official_codes_are_kept_apart_from_invented_ones():
    invented = Area.objects.filter(code_is_provisional=True)
    assert set(invented.values_list("level", flat=True)) == {Level.GROUP, Level.COMMUNITY, Level.GRID}
    assert not Area.objects.filter(level__in=[Level.GROUP, Level.COMMUNITY, Level.GRID], code_is_provisional=False)
    assert all(code[9] == "9" for code in Area.objects.filter(level=Level.GRID).values_list("code", flat=True))


def test_every_outline_says_that_it_is_example_data_and_has_a_coarse_twin():
    assert set(AreaVersion.objects.values_list("source", flat=True)) == {SOURCE}
    assert not AreaVersion.objects.filter(geom_far=None).exists()


def test_people_and_households_add_up_from_grid_to_city():
    figures: dict[str, Any] = {version.code: version for version in AreaVersion.objects.select_related("area__parent")}
    below: dict[str, list[int]] = {}
    for version in figures.values():
        if version.code != CITY:
            total = below.setdefault(version.area.parent.code, [0, 0])
            total[0] += version.population
            total[1] += version.households
    assert {code: [figures[code].population, figures[code].households] for code in below} == below


def test_every_class_of_the_density_legend_occurs_in_shiting():
    people: Any = AreaVersion.objects.filter(code__startswith=SHITING, level=Level.GRID).values_list(
        "population", flat=True
    )
    classes = {next(n for n, top in enumerate((50, 100, 150, 200, 10**6)) if count <= top) for count in people}
    assert classes == {0, 1, 2, 3, 4}


def test_every_grid_has_a_profile_and_exactly_one_responsibility_grid():
    grids = Area.objects.filter(level=Level.GRID)
    assert not grids.filter(grid=None).exists()
    assert all(grid.memberships.count() == 1 for grid in grids)
    assert set(Grid.objects.values_list("area_class", flat=True)) == {"A", "B", "C"}
    assert Grid.objects.filter(kind=GridKind.DEDICATED).exists()


def test_shiting_is_patrolled_in_two_halves():
    halves = ResponsibilityGrid.objects.filter(community__code=SHITING).order_by("code")
    members = [[grid.name[0] for grid in half.grids.order_by("code")] for half in halves]
    assert ["".join(names) for names in members] == ["一二三四", "五六七八"]


def test_the_departments_are_those_of_a_county():
    names = set(Department.objects.values_list("short_name", flat=True))
    assert {"城管局", "住建局", "交警大队", "市场监管局", "生态环境局", "供电公司", "自来水公司", "山前街道办"} <= names
    assert Department.objects.count() >= 25
    assert not Department.objects.filter(name_en="").exists()


def test_the_promised_logins_hold_exactly_the_promised_posts():
    found = {}
    for name in PROMISED:
        posts = list(Post.objects.filter(user__username=name).order_by("area__code"))
        found[name] = (posts[0].role, [post.place.code for post in posts])
    assert found == PROMISED


def test_every_role_is_held_and_everybody_is_a_demo_person_with_a_phone_nobody_has():
    assert set(Post.objects.values_list("role", flat=True)) == set(Role.values)
    people = User.objects.filter(posts__isnull=False).distinct()
    assert people.count() >= 40
    assert all(user.is_demo and re.fullmatch(r"1990000\d{4}", user.mobile) for user in people)
    assert len({user.display_name for user in people}) == people.count()


def test_nobody_can_sign_in_before_a_password_is_set():
    assert not any(user.has_usable_password() for user in User.objects.filter(is_demo=True))


def test_the_strangers_see_nothing_of_shiting():
    community = Area.objects.get(code=SHITING)
    for name in ("gw9", "street9"):
        user = User.objects.get(username=name)
        assert not can(user, Perm.AREA_VIEW, community)
        assert not Component.objects.visible_to(user).filter(area__code__startswith=SHITING).exists()
        assert Component.objects.visible_to(user).exists()


def test_posts_are_told_by_role_community_and_grids():
    words = in_words(list(Post.objects.filter(user__username="gw2").select_related("area__parent", "department")))
    assert "grid worker" in words
    assert words.endswith("石亭社区 五网格, 六网格, 七网格, 八网格")


@pytest.mark.parametrize("model", [Component, Building, KeyPlace])
def test_every_object_stands_in_the_grid_it_names(model):
    grids = outlines()
    assert model.objects.count() >= {Component: 300, Building: 120, KeyPlace: 30}[model]
    for thing in model.objects.all():
        middle = shapely.from_wkb(bytes(thing.geom.point_on_surface.wkb))
        assert [area for area, outline in grids.items() if outline.covers(middle)] == [thing.area_id], thing


def test_components_have_real_classes_and_their_names():
    with (FIXTURES / "categories.csv").open(encoding="utf-8", newline="") as file:
        classes = {
            row["major_code"] + row["minor_code"]: row["name"]
            for row in csv.DictReader(file)
            if row["standard"] == "CJ/T 214-2007" and row["kind"] == "component"
        }
    for component in Component.objects.all():
        assert component.code.startswith(CITY)
        assert classes[component.code[6:10]] == component.name
    assert {component.geom.geom_type for component in Component.objects.all()} == {"Point", "LineString", "Polygon"}
    assert Component.objects.values("state").distinct().count() == 4


def test_buildings_do_not_overlap():
    outlines = [shapely.from_wkb(bytes(building.geom.wkb)) for building in Building.objects.all()]
    assert shapely.coverage_is_valid(outlines)


def test_every_kind_of_key_place_occurs():
    assert set(KeyPlace.objects.values_list("kind", flat=True)) == set(KeyPlaceKind.values)


def test_the_register_holds_nobody_who_could_exist():
    persons = list(Person.objects.all())
    assert len(persons) >= 75
    assert all(re.fullmatch(r"999999\d{11}[\dX]", person.identity_number) for person in persons)
    assert len({person.identity_number for person in persons}) == len(persons)
    assert all(person.phone.startswith("1990002") for person in persons)
    assert all("999999" in unit.credit_code and unit.name.startswith("示例") for unit in Unit.objects.all())


def test_the_register_has_rows_in_shiting_and_elsewhere():
    assert Household.objects.count() == 40
    assert Unit.objects.count() == 20
    assert Household.objects.filter(area__code__startswith=SHITING).exists()
    assert Household.objects.filter(area__code__startswith="350982001901").exists()
    assert all(row.area_id == row.building.area_id for row in Household.objects.select_related("building"))
