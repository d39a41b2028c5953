"""The pages of councils and of lanes without a browser: each goes its way by forms; strangers see nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.gis.geos import LineString
from django.utils.timezone import localtime

from cases.councils.models import CouncilMatter
from cases.councils.states import MatterState
from cases.stewards.checklist import ChecklistItem
from cases.stewards.models import LaneWalk
from cases.stewards.services import add_lane, give_lane
from cases.whistles.models import Whistle
from cases.workflow.engine import advance
from citygrid.accounts.roles import Role
from citygrid.common import clock
from tests import cast
from tests.cases.council_walk import MatterWalk
from tests.cases.walk import catalogue
from tests.cases.whistling import load_kinds
from tests.web.test_whistle_pages import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(people, city):
    """A steward with the lane SQ-01."""
    import_module("cases.migrations.0018_lane_checklist").load(apps, None)
    user = cast.person("steward", Role.LANE_STEWARD, area=city[cast.COMMUNITY])
    since = clock.now() - timedelta(days=1)
    lane = add_lane(
        code="SQ-01", name="石亭巷", name_en="Shiting Lane", area=city[cast.COMMUNITY], at=since,
        line=LineString((120.201, 27.335), (120.208, 27.335), srid=4326),
    )  # fmt: skip
    give_lane(lane=lane, user=user, at=since, by=people["street"])
    return user


def ticks(**changed: str) -> dict[str, str]:
    return {item.code: "ok" for item in ChecklistItem.objects.all()} | changed


def test_a_matter_goes_its_way_by_forms(people):
    street = Visitor(people["street"])
    assert "Take a proposal" in street.see("/councils/")
    refused = street.send("/councils/new/", status=422, area=cast.COMMUNITY, title="停车难")
    assert "停车难" in refused
    assert "This is needed." in refused
    page = street.send("/councils/new/", area=cast.COMMUNITY, title="停车难", description="联名要求划线")
    matter = CouncilMatter.objects.get()
    assert page == f"/councils/{matter.number}/"
    assert matter.number in street.see("/councils/")
    assert matter.number in street.see("/")
    soon = localtime(clock.now() + timedelta(days=1))
    moves = f"{page}moves/"
    street.send(f"{moves}put_on_agenda/", meeting_at=f"{soon:%Y-%m-%dT%H:%M}", meeting_place="社区活动室")
    held = localtime(clock.now())
    refused = street.send(f"{moves}hold_meeting/", status=422, held_at=f"{held:%Y-%m-%dT%H:%M}", attended="many",
                          minutes="逐户发言")  # fmt: skip
    assert "逐户发言" in refused
    street.send(f"{moves}hold_meeting/", held_at=f"{held:%Y-%m-%dT%H:%M}", attended="23", minutes="逐户发言")
    street.send(f"{moves}resolve/", resolution="划设车位", in_favour="20", against="3")
    assert "20 in favour, 3 against" in street.see(page)
    street.send(f"{moves}link_whistle/")
    number = Whistle.objects.get().number
    assert f"/whistles/{number}/" in street.see(page)
    assert f'href="{page}"' in street.see(f"/whistles/{number}/")


def test_a_proposal_sent_twice_is_one_matter_and_no_text_is_cut(people):
    street = Visitor(people["street"])
    (key,) = re.findall(r'name="client_request_id"\s+value="(\w{32})"', street.see("/councils/new/"))
    told = {"area": cast.COMMUNITY, "title": "停车难", "description": "联名要求划线", "client_request_id": key}
    refused = street.send("/councils/new/", status=422, **{**told, "title": "停" * 101, "proposed_by": "民" * 101})
    assert refused.count("This is longer than 100 characters.") == 2
    assert "停" * 101 in refused
    assert re.findall(r'<input[^>]*name="(\w+)"[^>]*maxlength="100"', refused)[-2:] == ["title", "proposed_by"]
    assert f'value="{key}"' in refused
    page = street.send("/councils/new/", **told)
    assert street.send("/councils/new/", **told) == page
    assert CouncilMatter.objects.count() == 1
    soon = localtime(clock.now() + timedelta(days=1))
    refused = street.send(f"{page}moves/put_on_agenda/", status=422, meeting_at=f"{soon:%Y-%m-%dT%H:%M}",
                          meeting_place="室" * 201)  # fmt: skip
    assert "This is longer than 200 characters." in refused
    assert "室" * 201 in refused


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("state", MatterState.values)
def test_a_matter_in_every_state_has_its_page(people, state, language):
    load_kinds()
    matter = MatterWalk(people, at=clock.now() - timedelta(days=9)).to(state)
    for who in ("street", "streetlead", "platform", "manager"):
        visitor = Visitor(people[who], language)
        assert matter.title in visitor.see(f"/councils/{matter.number}/")
        assert matter.number in visitor.see("/councils/?tab=all")


def test_a_stale_move_shows_what_became_of_the_matter_and_not_of_its_case(people):
    load_kinds()
    walk = MatterWalk(people, at=clock.now() - timedelta(days=9))
    walk.to("decided")
    category = catalogue().category
    matter = walk.do("link_case", "street", category=category.code, position="120.205,27.335")
    seen = matter.version
    walk.do("comment", "streetlead", text="居民代表来访")
    assert matter.case is not None
    advance(matter.case, "comment", by=people["acceptor"], at=clock.now(), text="案件的事")
    answer = Visitor(people["street"]).send(
        f"/councils/{matter.number}/moves/stop_waiting/", status=409, opinion="改由居民自办", version=str(seen)
    )
    changes = answer.partition("What changed since you looked")[2].partition("</section>")[0]
    assert "居民代表来访" in changes
    assert "案件的事" not in answer


def test_strangers_find_no_matter(people):
    number = MatterWalk(people, at=clock.now()).matter.number
    stranger = Visitor(people["stranger_street"])
    stranger.see(f"/councils/{number}/", status=404)
    assert number not in stranger.see("/councils/?tab=all")
    for who in ("gw", "clerk", "operator", "auditor"):
        Visitor(people[who]).see("/councils/", status=403)


def test_a_walk_is_recorded_by_phone_and_read_by_the_street(people, steward):
    phone, street = Visitor(steward), Visitor(people["street"])
    assert "Shiting Lane" in phone.see("/")
    assert "0 points this month" in phone.see("/lanes/")
    page = phone.see("/lanes/SQ-01/walk/")
    assert page.count('type="radio"') == 30
    wrong: dict[str, Any] = ticks(piles="fixed")
    refused = phone.send("/lanes/SQ-01/walk/", status=422, **wrong, position="120.205,27.335", note="雨后巡查")
    assert "雨后巡查" in refused
    assert "Say in a sentence what it was." in refused
    given: dict[str, Any] = {**ticks(piles="fixed"), "piles_note": "清走两袋沙", "position": "120.205,27.335"}
    address = phone.send("/lanes/SQ-01/walk/", client_request_id="once", **given)
    assert phone.send("/lanes/SQ-01/walk/", client_request_id="once", **given) == address
    walk = LaneWalk.objects.get()
    assert address == f"/lane-walks/{walk.pk}/"
    assert "清走两袋沙" in phone.see(address)
    assert "3 points this month" in phone.see("/lanes/")
    assert "Walks to read" in street.see("/")
    street.send(f"{address}moves/read/", answer="辛苦了")
    assert "辛苦了" in phone.see(address)
    assert "Walks to read" not in street.see("/")


def test_strangers_find_no_lane_and_no_walk(people, steward):
    phone = Visitor(steward)
    given: dict[str, Any] = ticks()
    address = phone.send("/lanes/SQ-01/walk/", **given, position="120.205,27.335")
    for who in ("street", "stranger_street", "manager"):
        Visitor(people[who]).see("/lanes/SQ-01/walk/", status=404)
    Visitor(people["stranger_street"]).see(address, status=404)
    Visitor(people["manager"]).see(address)
    for who in ("gw", "clerk", "operator"):
        Visitor(people[who]).see("/lanes/", status=403)
    for page in ("/cases/", "/whistles/", "/councils/", "/areas/", "/registers/"):
        phone.see(page, status=403)
