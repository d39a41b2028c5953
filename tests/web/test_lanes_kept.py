"""Pages of who looks after which lane: the street enters lanes, gives and takes them; others look or are told."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from cases.journal.models import Event
from cases.stewards.lines import read_line
from cases.stewards.models import Lane, LaneClaim
from cases.stewards.services import give_lane, retire_lane
from citygrid.accounts.roles import Role
from citygrid.common import clock
from citygrid.common.errors import Conflict, Invalid
from tests import cast
from tests.web.test_whistle_pages import Visitor

pytestmark = pytest.mark.django_db
NEW, KEPT, PAGE = "/lanes/new/", "/lanes/kept/", "/lanes/SQ-01/"
LINE = "120.201,27.335 120.208,27.335"
GIVEN: dict[str, Any] = {
    "area": cast.COMMUNITY,
    "code": "SQ-01",
    "name": "石亭巷",
    "name_en": "Shiting Lane",
    "line": LINE,
}


@pytest.fixture
def steward(people, city):
    return cast.person("steward", Role.LANE_STEWARD, area=city[cast.COMMUNITY])


@pytest.mark.parametrize("who", ["street", "streetlead"])
def test_the_street_enters_a_lane_gives_it_and_takes_it_back(people, steward, who):
    street, phone = Visitor(people[who]), Visitor(steward)
    assert f'href="{NEW}"' in street.see("/lanes/")
    assert "Enter a lane" in street.see(KEPT)
    assert cast.COMMUNITY in street.see(NEW)
    assert street.send(NEW, **GIVEN) == PAGE
    lane = Lane.objects.get()
    assert (lane.code, lane.name, lane.area.code) == ("SQ-01", "石亭巷", cast.COMMUNITY)
    assert lane.geom.coords == ((120.201, 27.335), (120.208, 27.335))
    assert "Nobody looks after it." in street.see(KEPT)
    assert street.send(f"{PAGE}give/", user="steward") == PAGE
    assert "looks after this lane from now on" in street.see(PAGE)
    assert steward.display_name in street.see(KEPT)
    assert "Shiting Lane" in phone.see("/lanes/")
    claim = LaneClaim.objects.get()
    assert street.send(f"{PAGE}claims/{claim.pk}/take/") == PAGE
    assert "does not look after this lane" in street.send(f"{PAGE}claims/{claim.pk}/take/", status=409)
    assert "Shiting Lane" not in phone.see("/lanes/")
    street.send(f"{PAGE}claims/0/take/", status=404)


@pytest.mark.parametrize(("field", "value", "sentence"), [
    ("line", "石亭路", "is no place"), ("line", "120.201,27.335", "two different places"),
    ("line", "27.335,120.201 27.335,120.208", "longitude comes first"), ("line", "nan,1 2,3", "is no place"),
    ("line", "10.5,20.5 10.6,20.5", "10.5,20.5"), ("line", LINE + " 120.2,27.3" * 99, "100 places at most"),
    ("code", "sq/01", "capital letters"), ("code", "S" * 21, "longer than 20"), ("name", "", "This is needed."),
    ("name", "巷" * 61, "longer than 60"), ("area", "350982", "of your own area"), ("area", "", "This is needed."),
])  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(people, field, value, sentence):
    page = Visitor(people["street"]).send(NEW, status=422, **{**GIVEN, field: value})
    assert sentence in page
    for name in GIVEN.keys() - {field, "area"}:
        assert GIVEN[name] in page
    assert field == "area" or (value in page and f'value="{cast.COMMUNITY}" selected' in page)
    assert not Lane.objects.exists()


def test_used_codes_and_people_who_are_no_stewards_are_refused(people, steward):
    street = Visitor(people["street"])
    street.send(NEW, **GIVEN)
    page = street.send(NEW, status=409, **{**GIVEN, "name": "另一巷"})
    assert "in use already" in page
    assert "另一巷" in page
    for user in ("gw", "nobody"):
        assert "one of the stewards" in street.send(f"{PAGE}give/", status=422, user=user)
    assert "This is needed." in street.send(f"{PAGE}give/", status=422)
    none_left = "Nobody else holds the post"
    assert none_left not in street.see(PAGE)
    street.send(f"{PAGE}give/", user="steward")
    assert none_left in street.see(PAGE)
    assert "already" in street.send(f"{PAGE}give/", status=409, user="steward")
    assert LaneClaim.objects.count() == 1


def test_others_look_or_are_told_and_strangers_find_nothing(people, steward):
    street = Visitor(people["street"])
    street.send(NEW, **GIVEN)
    street.send(f"{PAGE}give/", user="steward")
    claim = LaneClaim.objects.get()
    moves: Any = ((f"{PAGE}give/", {"user": "steward"}), (f"{PAGE}claims/{claim.pk}/take/", {}))
    for who in ("manager", "platform"):
        visitor = Visitor(people[who])
        assert steward.display_name in visitor.see(PAGE)
        assert "Take it back" not in visitor.see(PAGE)
        assert NEW not in visitor.see("/lanes/") + visitor.see(KEPT)
        visitor.see(NEW, status=403)
        for address, given in moves:
            visitor.send(address, status=403, **given)
    stranger = Visitor(people["stranger_street"])
    assert "SQ-01" not in stranger.see(KEPT)
    stranger.see(PAGE, status=404)
    stranger.send(NEW, status=422, **{**GIVEN, "code": "SQ-02"})
    for address, given in moves:
        stranger.send(address, status=404, **given)
    for who in (people["gw"], people["operator"], steward):  # a steward sees the own lanes, not who else has one
        visitor = Visitor(who)
        for address in (KEPT, NEW, PAGE):
            visitor.see(address, status=403)
        for address, given in moves:
            visitor.send(address, status=403, **given)
    assert Lane.objects.count() == LaneClaim.objects.filter(until=None).count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_page_is_there_in_both_languages(people, steward, language):
    street = Visitor(people["street"], language)
    words: dict[str, Any] = {"en": "Enter a lane", "zh-hans": "登记街巷"}
    assert words[language] in street.see(NEW)
    street.send(NEW, **GIVEN)
    assert "120.20100,27.33500 120.20800,27.33500" in street.see(PAGE)
    assert words[language] in street.see(KEPT)


def test_a_line_may_be_typed_as_people_type_it(city):
    line: Any = read_line(" 120.201，27.335；\n120.208,27.335 ", clock.now())
    assert line.coords == ((120.201, 27.335), (120.208, 27.335))
    with pytest.raises(Invalid):
        read_line("", clock.now())


def test_a_lane_is_retired_with_all_care_of_it_and_stays_on_record(people, steward):
    street = Visitor(people["street"])
    street.send(NEW, **GIVEN)
    street.send(f"{PAGE}give/", user="steward")
    assert "Let it be walked no longer" in street.see(PAGE)
    assert "Let it be walked no longer" not in Visitor(people["manager"]).see(PAGE)
    assert Visitor(people["manager"]).send(f"{PAGE}retire/", status=403)
    assert street.send(f"{PAGE}retire/") == KEPT
    lane = Lane.objects.get()
    assert lane.retired_at is not None
    assert LaneClaim.objects.get().until == lane.retired_at
    kinds = Event.objects.of(lane).order_by("sequence").values_list("kind", flat=True)
    assert list(kinds) == ["lane.added", "lane.given", "lane.taken", "lane.retired"]
    assert "is walked no longer" in street.see(KEPT)
    assert "Shiting Lane" not in street.see(KEPT)
    assert "Shiting Lane" not in Visitor(steward).see("/lanes/")
    for again in (retire_lane, partial(give_lane, user=steward)):
        with pytest.raises(Conflict, match="walked no longer already"):
            again(lane=lane, at=clock.now(), by=people["street"])
