"""Councils and lanes over the API: proposals on their way, lanes given and walked, by programs that read actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from drf_spectacular.generators import SchemaGenerator

from cases.casework.models import Case
from cases.councils.models import CouncilMatter
from cases.councils.states import MatterState
from cases.stewards.models import LaneWalk
from cases.whistles.models import Whistle
from citygrid.common import clock
from tests import cast
from tests.cases.api_drive import Blind, Caller
from tests.cases.council_walk import MatterWalk
from tests.cases.lanes import lane_with_steward
from tests.cases.media import jpeg
from tests.cases.test_api_shapes import faults
from tests.cases.walk import AT, Walk, catalogue, photo
from tests.cases.whistling import Tune, add_departments

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NEW = {"area": cast.COMMUNITY, "title": "停车难", "proposal": "三十七户联名要求划线", "proposed_by": "12号楼居民"}
HERE = {"lane": "SQ-01", "lon": 120.205, "lat": 27.335}


class Time:
    """What the wall clock says."""

    at = AT


@pytest.fixture(autouse=True)
def time(monkeypatch):
    found = Time()
    monkeypatch.setattr(clock, "now", lambda: found.at)
    return found


@pytest.fixture
def lane(people, city):
    return lane_with_steward(people, city)


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


class Steward(Caller):
    """A steward's phone: it knows what the checklist says."""

    def ticked(self, **told: tuple[str, str]) -> list[dict[str, str]]:
        """All in order but what is named: code → finding and note."""
        items = self.get("lane-checklist/")["results"]
        answers = [(item["code"], *told.get(item["code"], ("ok", ""))) for item in items]
        return [{"item": code, "finding": finding, "note": note} for code, finding, note in answers]


def test_a_walk_handed_in_makes_a_case_and_the_street_answers(people, lane, time, shapes):
    phone = Steward(people["steward"])
    assert [one["code"] for one in phone.get("lanes/", mine=1)["results"]] == ["SQ-01"]
    file = SimpleUploadedFile("a.jpg", jpeg(), content_type="image/jpeg")
    piece = phone.client.post("/api/v1/evidence/", {"file": file}, format="multipart")
    assert piece.status_code == 201
    findings = phone.ticked(piles=("reported", "巷口堆了沙石"), advertising=("fixed", "撕掉三张小广告"))
    assert len(findings) == 10
    body = {**HERE, "findings": findings, "accuracy": 7.6, "photos": [piece.json()["id"]], "client_request_id": "w1"}
    made = phone.post("lane-walks/", body, status=201)
    assert (made["state"], made["counts"], made["distance_m"], made["accuracy_m"]) == (
        "recorded", {"ok": 8, "fixed": 1, "reported": 1}, 0.0, 8,
    )  # fmt: skip
    (number,) = [one["case"] for one in made["findings"] if one["case"]]
    case = Case.objects.get()
    assert (case.number, case.source, case.description) == (number, "steward", "巷口堆了沙石")
    assert [str(one.pk) for one in case.evidence.all()] == [piece.json()["id"]]
    time.at += DAY
    assert phone.post("lane-walks/", body)["id"] == made["id"]
    assert (LaneWalk.objects.count(), Case.objects.count()) == (1, 1)
    street = Blind(people["street"], answer="谢谢，已转保洁")
    assert [one["id"] for one in street.get("lane-walks/", mine=1)["results"]] == [made["id"]]
    read = street.move(f"lane-walks/{made['id']}/", "read")
    assert (read["state"], read["answer"]) == ("read", "谢谢，已转保洁")
    assert street.get("lane-walks/", mine=1)["results"] == street.get("lane-walks/", own=1)["results"] == []
    error = street.post(f"lane-walks/{made['id']}/actions/read/", status=409)["error"]
    assert error["current"]["state"] == "read"
    for caller in (phone, street, Caller(people["manager"])):
        detail = caller.get(f"lane-walks/{made['id']}/")
        assert faults(shapes, "Walk", detail) == []
        (row,) = caller.get("lane-walks/", lane="SQ-01", area=cast.COMMUNITY, state="read")["results"]
        assert faults(shapes, "WalkRow", row) == []
        assert row == {key: detail[key] for key in row}
        assert faults(shapes, "Lane", caller.get("lanes/SQ-01/")) == []
        assert faults(shapes, "LaneRow", caller.get("lanes/", area=cast.OURS, q="石亭")["results"][0]) == []
        assert faults(shapes, "ChecklistItem", caller.get("lane-checklist/")["results"][0]) == []
    assert street.get("lanes/SQ-01/")["last_walked_at"] == made["walked_at"]


def test_a_photo_of_a_walk_without_a_case_belongs_to_the_walk(people, lane, shapes):
    phone = Steward(people["steward"])
    picture = str(photo(people["steward"]).pk)
    made = phone.post("lane-walks/", {**HERE, "findings": phone.ticked(), "photos": [picture]}, status=201)
    assert [one["id"] for one in made["evidence"]] == [picture]
    assert faults(shapes, "Walk", made) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lane": "NO"}, "lane"), ({"lon": None}, "lon"), ({"lon": 500.0}, "lon"), ({"lat": "nan"}, "lat"),
        ({"lon": 120.219}, "far_reason"), ({"accuracy": -1}, "accuracy"), ({"findings": []}, "piles"),
        ({"photos": ["00000000-0000-4000-8000-000000000000"]}, "photos"),
    ],
)  # fmt: skip
def test_a_walk_that_cannot_be_kept_is_explained_and_leaves_nothing(people, lane, change, field):
    phone = Steward(people["steward"])
    error = phone.post("lane-walks/", {**HERE, "findings": phone.ticked(), **change}, status=422)["error"]
    assert field in error["fields"]
    assert not LaneWalk.objects.exists()


def test_the_checklist_is_answered_entry_by_entry_and_once(people, lane):
    phone = Steward(people["steward"])
    found = phone.ticked(piles=("fixed", ""))
    error = phone.post("lane-walks/", {**HERE, "findings": found}, status=422)["error"]
    assert error["fields"].keys() == {"piles"}
    error = phone.post("lane-walks/", {**HERE, "findings": [*phone.ticked(), found[0]]}, status=422)["error"]
    assert error["fields"].keys() == {found[0]["item"]}
    phone.post("lane-walks/", {**HERE, "findings": [{"item": "piles", "finding": "lost"}]}, status=422)
    lane.retired_at = AT
    lane.save()
    error = phone.post("lane-walks/", {**HERE, "findings": phone.ticked()}, status=422)["error"]
    assert error["fields"].keys() == {"lane"}
    assert phone.get("lanes/")["results"] == []
    assert [one["code"] for one in phone.get("lanes/", retired=1)["results"]] == ["SQ-01"]
    assert not LaneWalk.objects.exists()


def test_only_who_looks_after_a_lane_finds_and_walks_it(people, lane):
    phone = Steward(people["steward"])
    made = phone.post("lane-walks/", {**HERE, "findings": phone.ticked()}, status=201)
    body = {**HERE, "findings": phone.ticked()}
    for who, listed in (("other_steward", 200), ("stranger_street", 200), ("gw", 403)):
        caller = Caller(people[who])
        for address in ("lanes/", "lane-walks/", "lane-claims/"):
            answer = caller.get(address, status=listed)
            assert answer.get("results") == ([] if listed == 200 else None)
        for address in ("lanes/SQ-01/", f"lane-walks/{made['id']}/"):
            caller.get(address, status=404 if listed == 200 else 403)
        caller.post("lane-walks/", body, status=422 if listed == 200 else 403)
        caller.get("lane-walks/", lane="SQ-01", status=400 if listed == 200 else 403)
    Caller(people["street"]).post("lane-walks/", body, status=403)
    assert LaneWalk.objects.count() == 1


def test_lanes_are_given_and_taken_back(people, lane, time, shapes):
    street, phone = Caller(people["street"]), Caller(people["other_steward"])
    body = {"lane": "SQ-01", "steward": "other_steward"}
    assert phone.post("lane-claims/", body, status=422)["error"]["fields"].keys() == {"lane"}
    Caller(people["manager"]).post("lane-claims/", body, status=403)
    sentences = set()
    for nobody in ("gw", "no_such_login"):
        error = street.post("lane-claims/", body | {"steward": nobody}, status=422)["error"]
        sentences.add(error["message"].replace(nobody, "…"))
    assert len(sentences) == 1  # whether there is such a login is not told
    claim = street.post("lane-claims/", body, status=201)
    assert faults(shapes, "LaneClaim", claim) == []
    assert street.post("lane-claims/", body, status=409)["error"]["code"] == "not_now"
    both = ["steward", "other_steward"]
    assert [one["username"] for one in street.get("lanes/SQ-01/")["stewards"]] == both
    assert [one["steward"]["username"] for one in street.get("lane-claims/", lane="SQ-01")["results"]] == both
    # A steward sees the lane, but no other's name.
    assert [one["username"] for one in phone.get("lanes/SQ-01/")["stewards"]] == both[1:]
    assert [one["id"] for one in phone.get("lane-claims/")["results"]] == [claim["id"]]
    phone.post(f"lane-claims/{claim['id']}/end/", status=403)
    time.at += DAY
    ended = street.post(f"lane-claims/{claim['id']}/end/")
    assert ended["until"] is not None
    again = street.post("lane-claims/", body, status=201)
    assert street.post(f"lane-claims/{claim['id']}/end/", status=409)["error"]["code"] == "not_now"
    time.at += DAY
    assert [one["id"] for one in phone.get("lane-claims/")["results"]] == [again["id"]]
    assert [one["id"] for one in phone.get("lane-claims/", ended=1)["results"]] == [claim["id"], again["id"]]
    street.post(f"lane-claims/{again['id']}/end/")
    time.at += DAY
    phone.get("lanes/SQ-01/", status=404)
