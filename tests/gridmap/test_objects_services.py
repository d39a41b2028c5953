"""Adding components, buildings and key places, and a component's state."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import LineString, Point, Polygon

from cases.journal.models import Event
from citygrid.common.errors import Conflict, Invalid, NotAllowed
from gridmap.areas.tree import set_outline
from gridmap.objects.models import Building, Component, ComponentState, KeyPlace
from gridmap.objects.services import add_building, add_component, add_key_place, change_component_state
from tests import cast

pytestmark = pytest.mark.django_db

NOW = cast.START + timedelta(days=10)
CODE = "3509820103000001"
INSIDE = Point(120.205, 27.335, srid=4326)  # in the first grid
OUTSIDE = Point(120.215, 27.335, srid=4326)  # in the second


@pytest.fixture
def add(city):
    def run(code=CODE, **fields):
        given = {"name": "雨水井盖", "area": city[cast.GRIDS[0]], "geom": INSIDE, "at": NOW}
        return add_component(code=code, **{**given, **fields})

    return run


def test_a_component_is_added_and_journaled(add, people, departments):
    component = add(owner=departments["CGJ"], accuracy_class="A", by=people["sysadmin"])
    component.refresh_from_db()
    assert component.state == ComponentState.INTACT
    assert component.recorded_on == date(2026, 1, 11)
    event = Event.objects.get(kind="component.added")
    assert (event.to_state, event.facts["area"], event.actor_id) == ("intact", cast.GRIDS[0], people["sysadmin"].pk)


@pytest.mark.parametrize("who", ["gw", "clerk", "street", "manager", "secadmin", "auditor"])
def test_only_who_keeps_objects_may(add, city, people, who):
    component = add()
    grid, by = city[cast.GRIDS[0]], people[who]
    for attempt in (
        lambda: add(code="3509820103000002", by=by),
        lambda: add_building(code="B1", area=grid, geom=INSIDE, at=NOW, by=by),
        lambda: add_key_place(name="p", kind="school", area=grid, geom=INSIDE, at=NOW, by=by),
        lambda: change_component_state(component=component, state=ComponentState.LOST, at=NOW, by=by),
    ):
        with pytest.raises(NotAllowed, match="Add and change components"):
            attempt()
    assert (Component.objects.count(), Building.objects.count(), KeyPlace.objects.count()) == (1, 0, 0)


def test_a_position_outside_the_grid_is_refused_in_words_for_every_kind_of_object(add, city):
    grid = city[cast.GRIDS[0]]
    for attempt in (
        lambda: add(geom=OUTSIDE),
        lambda: add_building(code="B1", area=grid, geom=OUTSIDE, at=NOW),
        lambda: add_key_place(name="p", kind="school", area=grid, geom=OUTSIDE, at=NOW),
    ):
        with pytest.raises(Invalid, match=f"lies outside .*{cast.GRIDS[0]}") as refusal:
            attempt()
        assert set(refusal.value.fields) == {"geom"}
    assert (Component.objects.count(), Building.objects.count(), KeyPlace.objects.count()) == (0, 0, 0)


def test_a_point_on_the_border_counts_as_inside(add):
    assert add(geom=Point(120.21, 27.335, srid=4326)).pk


def test_a_line_may_cross_the_border_when_its_middle_is_inside(add):
    assert add(geom=LineString((120.202, 27.335), (120.208, 27.335), (120.211, 27.335), srid=4326)).pk
    with pytest.raises(Invalid, match="lies outside"):
        add(
            code="3509820103000002", geom=LineString((120.209, 27.335), (120.211, 27.335), (120.219, 27.335), srid=4326)
        )


def test_the_outline_of_that_time_decides(add, city):
    set_outline(area=city[cast.GRIDS[0]], geom=cast.box(120.20, 27.33, 120.204, 27.34), at=NOW)
    with pytest.raises(Invalid, match="lies outside"):
        add(at=NOW)
    assert add(at=NOW - timedelta(days=1)).pk


def test_an_area_without_an_outline_holds_nothing(add, city):
    with pytest.raises(Invalid, match="has no outline at that time"):
        add(at=cast.START - timedelta(days=1))
    with pytest.raises(Invalid, match="neither a grid nor a community"):
        add(area=city[cast.OURS])


def test_the_code_begins_with_the_county_of_the_grid(add):
    with pytest.raises(Invalid, match="does not begin with 350982") as refusal:
        add(code="1101010103000001")
    assert set(refusal.value.fields) == {"code"}


@pytest.mark.parametrize("code", ["350982010300001", "35098201030000011", "350982010300000X"])
def test_a_code_has_sixteen_digits(add, code):
    with pytest.raises(Invalid) as refusal:
        add(code=code)
    assert set(refusal.value.fields) == {"code"}


def test_a_code_in_use_is_refused(add, city):
    add()
    with pytest.raises(Conflict, match=f"{CODE} is in use"):
        add()
    add_building(code="B1", area=city[cast.GRIDS[0]], geom=INSIDE, at=NOW)
    with pytest.raises(Conflict, match="B1 is in use"):
        add_building(code="B1", area=city[cast.GRIDS[0]], geom=INSIDE, at=NOW)


def test_the_state_changes_with_its_date_and_is_journaled(add, people):
    component = add()
    change_component_state(
        component=component,
        state=ComponentState.DAMAGED,
        note="盖板开裂",
        at=NOW + timedelta(days=5),
        by=people["sysadmin"],
    )
    component.refresh_from_db()
    assert (component.state, component.changed_on, component.note) == ("damaged", date(2026, 1, 16), "盖板开裂")
    event = Event.objects.get(kind="component.state_changed")
    assert (event.from_state, event.to_state) == ("intact", "damaged")


def test_a_state_it_is_in_already_is_refused(add):
    with pytest.raises(Conflict, match="already recorded as “intact”"):
        change_component_state(component=add(), state=ComponentState.INTACT, at=NOW)


def test_a_state_nobody_knows_is_refused_with_the_choices(add):
    with pytest.raises(Invalid, match="intact, damaged, lost, abandoned"):
        change_component_state(component=add(), state="rusty", at=NOW)


def test_a_building_keeps_its_outline_and_a_key_place_its_kind(city, people):
    outline = Polygon.from_bbox((120.203, 27.333, 120.204, 27.334))
    outline.srid = 4326
    grid = city[cast.GRIDS[0]]
    building = add_building(code="B1", area=grid, geom=outline, floors=6, dwellings=24, at=NOW, by=people["sysadmin"])
    place = add_key_place(name="小学", kind="school", area=grid, geom=INSIDE, contact_phone="19900001001", at=NOW)
    assert Building.objects.get(pk=building.pk).geom.equals(outline)
    assert KeyPlace.objects.get(pk=place.pk).contact_phone == "19900001001"
    assert Event.objects.filter(kind__in=["building.added", "key_place.added"]).count() == 2
    with pytest.raises(Invalid) as refusal:
        add_key_place(name="", kind="castle", area=grid, geom=INSIDE, at=NOW)
    assert set(refusal.value.fields) == {"name", "kind"}
