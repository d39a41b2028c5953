"""Places are found by name, address, English name, pinyin and its initials; the names follow the registers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from rest_framework.test import APIClient

from gridmap.areas import bulk
from gridmap.areas.models import Area
from gridmap.objects.models import Building
from gridmap.objects.services import add_building, add_key_place
from gridmap.places.index import catch_up
from gridmap.places.models import PlaceName
from gridmap.places.search import search
from gridmap.places.words import asked, pinyin, plain
from tests.cast import COMMUNITY, GRIDS, OURS, START, box

AT = START + timedelta(days=60)
PLACES = "/api/v1/places/"


@pytest.fixture
def places(city: Any) -> Any:
    """A building, two key places and their names."""
    grid = city[GRIDS[0]]
    add_building(code="B1", name="石亭新村3号楼", address="石亭路12号", area=grid, at=AT,
                 geom=box(120.2030, 27.3350, 120.2032, 27.3352))  # fmt: skip
    add_building(code="B2", address="重庆路88号", area=grid, at=AT, geom=Point(120.206, 27.336, srid=4326))
    add_key_place(name="福鼎市第一中学", kind="school", area=grid, geom=Point(120.207, 27.337, srid=4326), at=AT)
    catch_up(AT)
    return city


@pytest.fixture
def names(places, people):
    """Return the names found for a text, as the operator finds them."""
    return lambda text, who="operator": [one.name for one in search(text, user=people[who], at=AT)]


@pytest.mark.parametrize(("text", "initials", "syllables"), [
    ("石亭社区", "stsq", "shitingshequ"), ("重庆路88号", "cql88h", "chongqinglu88hao"), ("重点", "zd", "zhongdian"),
    ("ＫＴＶ 大厦", "ktvds", "ktvdasha"), ("绿地", "ld", "lvdi"), ("", "", ""),
])  # fmt: skip
def test_names_are_read_as_they_are_spoken(text, initials, syllables):
    assert pinyin(text) == (initials, syllables)


def test_width_case_blanks_and_points_make_no_difference():
    assert plain("Ｎo.３ 号楼") == plain("no3号楼") == "no3号楼"
    assert asked(" 石亭  １２号 ") == ["石亭", "12号"]


@pytest.mark.parametrize("text", ["石亭社区", "石亭社", "stsq", "tsq", "STS", "shiting", "shitingshequ", "石亭社 石亭"])
def test_an_area_is_found_by_name_initials_and_pinyin(names, text):
    assert "石亭社区" in names(text)


@pytest.mark.parametrize(("text", "found"), [
    ("石亭路12", "石亭新村3号楼"), ("石亭 3号", "石亭新村3号楼"), ("stxc", "石亭新村3号楼"),
    ("88号", "重庆路88号"), ("cql", "重庆路88号"), ("dyzx", "福鼎市第一中学"), ("二中 福鼎", ""),
])  # fmt: skip
def test_addresses_buildings_and_key_places_are_found(names, text, found):
    assert (found in names(text)) if found else names(text) == []


def test_what_begins_so_comes_first_and_streets_before_buildings(names):
    assert names("石亭")[:2] == ["石亭社区", "石亭新村3号楼"]
    assert names("s")  == names(" ") == names("") == names("石 不存在") == []  # fmt: skip


def test_a_building_has_its_own_position_an_area_its_middle(places, people):
    found = {one.name: one for one in search("石亭", user=people["operator"], at=AT)}
    building, area = found["石亭新村3号楼"], found["石亭社区"]
    assert (building.exact, building.lon, building.lat) == (True, pytest.approx(120.2031), pytest.approx(27.3351))
    assert [one.code for one in building.path] == [OURS, COMMUNITY, GRIDS[0]]
    assert (area.exact, area.lon, area.lat) == (False, pytest.approx(120.21), pytest.approx(27.34))


def test_only_places_of_ones_own_area_are_found(names):
    assert names("重庆路", "stranger_street") == names("石亭社区", "stranger_street") == []
    assert names("邻社区", "stranger_street") == ["邻社区"]
    assert names("石亭社区", "auditor") == []


def test_the_names_follow_the_registers(places, people, names):
    assert catch_up(AT) == 0
    before = PlaceName.objects.count()
    area = Area.objects.get(code=COMMUNITY)
    area.name = "白琳社区"
    bulk.update_areas([area], ["name"])
    Building.objects.filter(code="B2").delete()
    assert catch_up(AT) == 1
    assert PlaceName.objects.count() == before - 1
    assert names("bailin") == ["白琳社区"]
    assert names("stsq") == names("cql") == []
    bulk.retire([area.pk], at=AT)
    catch_up(AT + timedelta(seconds=1))
    assert names("白琳社区") == []


def test_the_number_of_queries_is_fixed(places, people, django_assert_num_queries):
    with django_assert_num_queries(4):  # names; the areas above; buildings, outlines
        assert len(search("石亭", user=people["operator"], at=AT)) == 2
    with django_assert_num_queries(3):
        search("桐山", user=people["stranger_street"], at=AT)
    with django_assert_num_queries(0):
        search("", user=people["operator"], at=AT)


def test_programs_search_places(places, people):
    client = APIClient()
    client.force_authenticate(people["operator"])
    (found, *_rest) = client.get(PLACES, {"q": "stxc"}, headers={"accept-language": "en"}).json()["results"]
    assert found == {
        "kind": "building", "kind_label": "building", "key": found["key"], "name": "石亭新村3号楼",
        "detail": "石亭路12号",
        "exact": True, "lon": found["lon"], "lat": found["lat"],
        "area": {"code": GRIDS[0], "name": "1网格", "level": "grid"},
        "path": [{"code": OURS, "name": "山前街道", "level": "street"},
                 {"code": COMMUNITY, "name": "石亭社区", "level": "community"},
                 {"code": GRIDS[0], "name": "1网格", "level": "grid"}],
    }  # fmt: skip
    assert client.get(PLACES, {"q": "不存在的地方"}).json() == {"results": []}
    client.force_authenticate(people["stranger_street"])
    assert client.get(PLACES, {"q": "stxc"}).json() == {"results": []}
    assert [one["name"] for one in client.get(PLACES, {"q": "tsjd"}).json()["results"]] == ["桐山街道"]


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "石" * 101}, {"q": "石亭", "near": "1"}])
def test_a_search_that_asks_nothing_is_refused(people, query):
    client = APIClient()
    client.force_authenticate(people["operator"])
    answer = client.get(PLACES, query)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]
