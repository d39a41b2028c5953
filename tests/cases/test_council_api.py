"""Councils and lanes over the API: proposals on their way, lanes given and walked, by programs that read actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from cases.councils.models import CouncilMatter
from cases.councils.states import MatterState
from cases.whistles.models import Whistle
from citygrid.common import clock
from tests import cast
from tests.cases.api_drive import Blind, Caller
from tests.cases.council_walk import MatterWalk
from tests.cases.test_api_shapes import faults
from tests.cases.walk import AT, Walk, catalogue
from tests.cases.whistling import Tune, add_departments

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NEW = {"area": cast.COMMUNITY, "title": "停车难", "proposal": "三十七户联名要求划线", "proposed_by": "12号楼居民"}


class Time:
    """What the wall clock says."""

    at = AT


@pytest.fixture(autouse=True)
def time(monkeypatch):
    found = Time()
    monkeypatch.setattr(clock, "now", lambda: found.at)
    return found


@pytest.fixture(scope="module")
def shapes() -> dict[str, Any]:
    """The description, each object closed to what it does not name."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    for component in schema["components"]["schemas"].values():
        if component.get("properties"):
            component["additionalProperties"] = False
    return schema


def test_a_matter_goes_from_proposal_to_follow_up_by_reading_its_actions_alone(people, city, time):
    add_departments(people, city)
    street = Blind(people["street"], attended=23, in_favour=20, against=3)
    made = street.post("council-matters/", {**NEW, "client_request_id": "a1"}, status=201)
    time.at += DAY
    again = street.post("council-matters/", {**NEW, "client_request_id": "a1"})
    assert (made["state"], again["number"], made["recorded_by"]["username"]) == ("proposed", made["number"], "street")
    address = f"council-matters/{made['number']}/"
    street.preferred["meeting_at"] = (time.at + DAY).isoformat()
    street.move(address, "put_on_agenda")
    time.at += 2 * DAY
    street.preferred["held_at"] = (time.at - timedelta(hours=2)).isoformat()
    for name in ("hold_meeting", "resolve"):
        done = street.move(address, name)
    assert (done["state"], done["attended"], done["in_favour"], done["against"]) == ("decided", 23, 20, 3)
    assert [one["number"] for one in street.get("council-matters/", mine=1)["results"]] == [made["number"]]
    in_hand = street.move(address, "link_whistle")
    assert street.get("council-matters/", mine=1)["results"] == []
    assert street.get("council-matters/", whistle=in_hand["whistle"], open=1)["results"][0]["number"] == made["number"]
    tune = Tune(people, whistle=Whistle.objects.get(number=in_hand["whistle"]), at=time.at)
    tune.to("fed_back")
    time.at = tune.at + DAY
    told = Caller(people["manager"]).get(address)
    assert (told["state"], told["outcome"], told["result"]) == ("done", "solved", tune.whistle.feedback)
    published = street.move(address, "publish")
    assert (published["state"], published["whose_turn"], published["follow_up"]) == (
        "published", [], "follow-up for the residents",
    )  # fmt: skip
    assert [one["name"] for one in published["actions"]] == ["comment"]
    kinds = [event["kind"].partition(".")[2] for event in street.get(f"{address}timeline/")["results"]]
    assert kinds == ["propose", "put_on_agenda", "hold_meeting", "resolve", "link_whistle", "told", "publish"]


def test_a_resolution_becomes_a_case_that_the_list_finds(people, time):
    category = catalogue().category.code
    walk = MatterWalk(people)
    address = f"council-matters/{walk.to('decided').number}/"
    time.at = walk.at + DAY
    street = Blind(people["street"], category=category, position={"lon": 120.205, "lat": 27.335})
    number = street.move(address, "link_case")["case"]
    (row,) = street.get("council-matters/", case=number)["results"]
    assert (row["number"], row["case"]) == (walk.matter.number, number)
    assert street.get(f"cases/{number}/")["source"] == "street"


def test_matters_are_narrowed_by_area_and_state(people):
    number = MatterWalk(people).matter.number
    street = Caller(people["street"])
    for query, found in (
        ({"area": cast.OURS}, [number]), ({"area": cast.COMMUNITY, "state": "proposed"}, [number]),
        ({"area": cast.EMPTY_COMMUNITY}, []), ({"state": "published"}, []), ({"open": 1}, [number]),
    ):  # fmt: skip
        assert [one["number"] for one in street.get("council-matters/", **query)["results"]] == found, query
    other = Walk(people, catalogue()).to("filed").number
    assert street.get("council-matters/", case=other)["results"] == []


def test_strangers_and_who_has_no_part_find_no_matter(people):
    number = MatterWalk(people).matter.number
    stranger = Caller(people["stranger_street"])
    assert stranger.get("council-matters/")["results"] == []
    for address in (f"council-matters/{number}/", f"council-matters/{number}/timeline/"):
        stranger.get(address, status=404)
        assert "street staff" in Caller(people["gw"]).get(address, status=403)["error"]["message"]
    stranger.post(f"council-matters/{number}/actions/comment/", {"text": "?"}, status=404)
    assert "area" in stranger.post("council-matters/", NEW, status=422)["error"]["fields"]
    Caller(people["platform"]).post("council-matters/", NEW, status=403)
    assert CouncilMatter.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"area": cast.GRIDS[0]}, "area"), ({"area": "nowhere"}, "area"), ({"title": " "}, "title"),
     ({"title": "停" * 101}, "title"), ({"proposal": None}, "proposal")],
)  # fmt: skip
def test_a_proposal_that_cannot_be_taken_is_explained_and_leaves_nothing(people, change, field):
    error = Caller(people["street"]).post("council-matters/", NEW | change, status=422)["error"]
    assert field in error["fields"]
    assert not CouncilMatter.objects.exists()


def test_a_stale_or_wrong_move_shows_the_fresh_matter(people, time):
    walk = MatterWalk(people)
    number = walk.to("discussed").number
    time.at = walk.at + DAY
    street = Caller(people["street"])
    given = {"resolution": "划线", "in_favour": 3, "against": 20}
    error = street.post(f"council-matters/{number}/actions/resolve/", given, status=422)["error"]
    assert error["fields"].keys() == {"against"}
    error = street.post(f"council-matters/{number}/actions/publish/", {"follow_up": "已办"}, status=409)["error"]
    assert (error["code"], error["current"]["state"]) == ("wrong_state", "discussed")
    given = {"resolution": "划线", "in_favour": 20, "against": 3, "version": 1}
    error = street.post(f"council-matters/{number}/actions/resolve/", given, status=409)["error"]
    assert (error["code"], error["current"]["number"]) == ("stale_version", number)
    assert street.post(f"council-matters/{number}/actions/resolve/", given | {"version": error["current"]["version"]},
                       key="k1")["state"] == "decided"  # fmt: skip


@pytest.mark.parametrize("state", MatterState.values)
def test_a_matter_in_every_state_looks_as_described(shapes, people, city, time, state):
    add_departments(people, city)
    walk = MatterWalk(people)
    number = walk.to(state).number
    time.at = walk.at + DAY
    for who in ("street", "streetlead", "platform", "manager"):
        caller = Caller(people[who])
        detail = caller.get(f"council-matters/{number}/")
        assert faults(shapes, "Matter", detail) == []
        (row,) = caller.get("council-matters/")["results"]
        assert faults(shapes, "MatterRow", row) == []
        assert row == {key: detail[key] for key in row}
