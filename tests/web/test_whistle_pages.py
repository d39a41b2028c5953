"""The pages of whistles without a browser: drafted, blown, watched, checked in to, rated; strangers see nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.whistles.states import ReportState, WhistleState
from citygrid.common import clock
from tests.cases.test_whistle_matrix import go_to
from tests.cases.walk import Walk, catalogue, photo
from tests.cases.whistling import PLACE, POINTS, Tune, add_departments

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(people, city):
    add_departments(people, city)
    return people


@pytest.fixture
def tune(people):
    return Tune(people, at=clock.now() - timedelta(hours=1))


class Visitor:
    """One person's browser, without scripts."""

    def __init__(self, user: Any, language: str = "en") -> None:
        self.client = Client(headers={"accept-language": language})
        self.client.force_login(user)

    def see(self, address: str, status: int = 200) -> str:
        """Return a page's text."""
        answer = self.client.get(address)
        assert answer.status_code == status, answer.status_code
        return str(answer.content.decode())

    def send(self, to: str, status: int = 302, **given: Any) -> str:
        """Send a form and return the answer's text, or where it leads to."""
        answer = self.client.post(to, given)
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:400])
        return str(answer.headers.get("Location") or answer.content.decode())


def test_a_draft_sent_twice_is_one_whistle(people):
    street = Visitor(people["street"])
    (key,) = re.findall(r'name="client_request_id"\s+value="(\w{32})"', street.see("/whistles/new/"))
    told = {"description": "渣土占道", "kind": "hot_spot", "note": "三天内五次投诉", "client_request_id": key}
    refused = street.send("/whistles/new/", status=422, **told, position=PLACE, address="路" * 201)
    assert "This is longer than 200 characters." in refused
    assert f'value="{key}"' in refused
    page = street.send("/whistles/new/", **told, position=PLACE)
    assert street.send("/whistles/new/", **told, position=PLACE) == page
    assert Whistle.objects.count() == 1


def test_a_whistle_goes_its_way_by_forms(people):
    street = Visitor(people["street"])
    assert "Draft a whistle" in street.see("/whistles/")
    refused = street.send("/whistles/new/", status=422, description="渣土占道", position="x")
    assert "渣土占道" in refused
    page = street.send(
        "/whistles/new/", description="渣土占道", position=PLACE, address="石亭路", kind="council", note="议事厅决议"
    )
    whistle = Whistle.objects.get()
    assert page == f"/whistles/{whistle.number}/"
    assert "议事厅决议" in street.see(page)
    for code in ("CGJ", "ZJJ"):
        street.send(f"{page}moves/name_department/", department=code, asked="查处")
    street.send(f"{page}moves/judge/", why_not_alone="没有执法权")
    lead = Visitor(people["streetlead"])
    assert "enforcement whistle" in lead.see(page)
    lead.send(f"{page}moves/blow/", kind="enforcement", lead="CGJ")
    platform = Visitor(people["platform"])
    assert whistle.number in platform.see("/whistles/")
    assert whistle.number in platform.see("/")
    for name in ("start_review", "approve", "issue"):
        platform.send(f"{page}moves/{name}/")
    clerk = Visitor(people["clerk"])
    one = ReportIn.objects.get(department__code="CGJ")
    own = f"/report-ins/{one.pk}/"
    assert own in clerk.see("/")
    assert "Check in on site" in clerk.see(own)
    far = clerk.send(f"{own}moves/arrive/", status=422, people="张三", position="120.215,27.335",
                     photos=[str(photo(people["clerk"]).pk)])  # fmt: skip
    assert "more than the 200 m allowed" in far
    assert "张三" in far
    clerk.send(f"{own}moves/arrive/", people="张三", position=PLACE, photos=[str(photo(people["clerk"]).pk)])
    clerk.send(f"{own}moves/submit/", outcome="solved", result="已清运")
    street.send(f"{own}moves/accept/")
    zj = Visitor(people["zj"])
    zj.send(f"/report-ins/{ReportIn.objects.get(department__code='ZJJ').pk}/moves/object/", opinion="不属我局")
    platform.send(f"/report-ins/{ReportIn.objects.get(department__code='ZJJ').pk}/moves/uphold/", opinion="确不属")
    clerk.send(f"{page}moves/submit_joint/", outcome="solved", conclusion="已清")
    points: dict[str, Any] = {"department": "CGJ", **POINTS}
    street.send(f"{page}moves/rate/", **points)
    street.send(f"{page}moves/feed_back/", feedback="已解决")
    assert Whistle.objects.get().state == "fed_back"
    assert "95 points of 100" in clerk.see(own)


def test_the_board_asks_again_and_is_cheap_when_nothing_changed(people, tune):
    tune.to("issued")
    street = Visitor(people["street"])
    address = f"/whistles/{tune.whistle.number}/board/"
    assert f'hx-get="{address}"' in street.see(f"/whistles/{tune.whistle.number}/")
    first = street.client.get(address)
    assert "<html" not in first.content.decode()
    again = street.client.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code in (200, 304)  # the minutes left may just have changed
    tune.arrive("CGJ")
    changed = street.client.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "0 m away" in changed.content.decode()


def test_an_ended_board_no_longer_asks(people, tune):
    tune.to("fed_back")
    assert "hx-get" not in Visitor(people["street"]).see(f"/whistles/{tune.whistle.number}/board/")


@pytest.mark.parametrize("state", WhistleState.values)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_whistle_in_every_state_has_its_page(people, tune, state, language):
    number = tune.to(state).number
    for who in ("street", "streetlead", "platform", "manager"):
        visitor = Visitor(people[who], language)
        assert number in visitor.see(f"/whistles/{number}/")
        assert number in visitor.see("/whistles/?tab=all")
        visitor.see("/")


@pytest.mark.parametrize("state", ReportState.values)
def test_a_report_in_in_every_state_has_its_page(people, tune, state):
    go_to(tune, state)
    one = tune.report("CGJ")
    for who in ("clerk", "handler", "zj", "street", "platform", "manager"):
        assert "CGJ依职责查处" in Visitor(people[who]).see(f"/report-ins/{one.pk}/")


def test_strangers_are_shown_nothing(people, tune):
    tune.to("issued")
    key, number = tune.report("CGJ").pk, tune.whistle.number
    stranger = Visitor(people["stranger_street"])
    for address in (f"/whistles/{number}/", f"/whistles/{number}/board/", f"/report-ins/{key}/"):
        stranger.see(address, status=404)
    stranger.client.post(f"/report-ins/{key}/moves/sign/")
    assert tune.report("CGJ").state == "called"
    assert number not in stranger.see("/whistles/?tab=all")


def test_a_case_offers_to_whistle_and_leads_to_the_draft(people):
    walk = Walk(people, catalogue(), at=clock.now() - timedelta(hours=1))
    case = walk.to("filed")
    street = Visitor(people["street"])
    assert "Whistle for departments" in street.see(f"/cases/{case.number}/")
    street.send(f"/cases/{case.number}/moves/whistle/")
    whistle = Whistle.objects.get()
    assert f"/cases/{case.number}/" in street.see(f"/whistles/{whistle.number}/")
