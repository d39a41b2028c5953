"""Lanes, those who look after them, and their walks over the API, as programs use them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from drf_spectacular.generators import SchemaGenerator

from cases.casework.models import Case
from cases.stewards.models import LaneWalk
from citygrid.common import clock
from tests import cast
from tests.cases.api_drive import Blind, Caller
from tests.cases.lanes import lane_with_steward
from tests.cases.media import jpeg
from tests.cases.test_api_shapes import faults
from tests.cases.walk import AT, photo

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
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
