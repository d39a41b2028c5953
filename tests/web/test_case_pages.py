"""The page of a case without a browser: who sees what, what is kept when a move is refused, how many queries."""

from __future__ import annotations

from datetime import timedelta
from math import cos, radians

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.casework.models import Case
from cases.casework.states import State
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.web.nearby import nearby
from cases.workflow.people import Acting
from citygrid.common import clock
from gridmap.measure import EARTH_RADIUS_M
from tests.cases.walk import Walk, catalogue, photo
from tests.web.case_pages import EN, post, see
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(people) -> Walk:
    """A case reported an hour ago."""
    return Walk(people, catalogue(), at=clock.now() - timedelta(hours=1))


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> None:
    """Keep uploads out of the house."""
    settings.MEDIA_ROOT = tmp_path


REACHED = [state for state in State if hasattr(Walk, f"_to_{state.value}") and state != State.VERIFYING]


@pytest.mark.parametrize("state", REACHED)
def test_everybody_who_may_see_a_case_gets_its_page_in_every_state(people, walk, state):
    case = walk.to(state)
    for name, user in people.items():
        seen = Case.objects.visible_to(user).filter(pk=case.pk).exists()
        answer = signed_in(user).get(f"/cases/{case.number}/", headers=EN)
        if name in ("auditor", "sysadmin", "secadmin"):
            assert answer.status_code == 403, name
        else:
            assert answer.status_code == (200 if seen else 404), name
        if seen:
            assert case.number in answer.content.decode()
        assert signed_in(user).get("/", headers=EN).status_code == 200


def test_a_stranger_finds_neither_case_nor_task_nor_request(people, walk):
    walk.to(State.CHECKING)
    task = walk.case.field_tasks.get()
    stranger = signed_in(people["stranger_gw"])
    for path in (f"/cases/{walk.case.number}/", f"/tasks/{task.pk}/", "/cases/FD209901010001/"):
        assert stranger.get(path).status_code == 404
    for path in (
        f"/cases/{walk.case.number}/moves/comment/",
        f"/tasks/{task.pk}/moves/complete/",
        "/requests/1/moves/approve/",
    ):
        assert stranger.post(path, {"text": "?"}).status_code == 404


def test_moves_not_possible_now_are_greyed_with_the_reason(people, walk):
    page = see(people["acceptor"], f"/cases/{walk.to(State.PENDING_CHECK).number}/")
    assert "No photo of the finished work proves time and place" in page
    assert f'action="/cases/{walk.case.number}/moves/skip_check/"' not in page
    assert f'action="/cases/{walk.case.number}/moves/send_check/"' in page


def test_a_move_of_another_role_is_refused_in_words_with_the_text_kept(people, walk):
    answer = post(people["gw"], f"/cases/{walk.case.number}/moves/decline/", opinion="没有问题", competent_unit="物业")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "It can be done by: acceptor" in page
    assert "没有问题" in page


def test_a_stale_move_shows_what_changed_since_and_keeps_the_opinion(people, walk):
    seen = walk.case.version
    walk.do("comment", "operator", text="市民又打来电话")
    url = f"/cases/{walk.case.number}/moves/decline/"
    typed = {"reason": "no_problem", "competent_unit": "物业", "opinion": "小区内部事务"}
    answer = post(people["acceptor"], url, **typed, version=str(seen))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "市民又打来电话" in page
    assert "小区内部事务" in page
    assert f'name="version" value="{walk.case.version}"' in page
    assert post(people["acceptor"], url, **typed, version=str(walk.case.version)).status_code == 302


def test_when_somebody_else_made_the_move_the_words_stay_on_the_page(people, walk):
    seen = walk.case.version
    walk.do("accept", "acceptor")
    answer = post(
        people["acceptor"], f"/cases/{walk.case.number}/moves/decline/", reason="no_problem", competent_unit="物业",
        opinion="小区内部事务", version=str(seen),
    )  # fmt: skip
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "It is now “accepted”" in page
    assert "小区内部事务" in page
    assert "What changed since you looked" in page


def test_requests_show_the_rule_and_are_refused_with_the_words_kept(people, walk):
    number = walk.to(State.HANDLING).number
    page = see(people["clerk"], f"/cases/{number}/")
    assert "Used: 0 of 2" in page
    assert "A handler is assigned. Revoke the handler first." in page
    answer = post(people["clerk"], f"/cases/{number}/ask/suspension/", reason="等待材料", until="2020-01-01T10:00")
    assert answer.status_code == 422
    assert "等待材料" in answer.content.decode()
    assert post(people["clerk"], f"/cases/{number}/ask/extension/", reason="需要吊车").status_code == 302
    inbox = see(people["dispatcher"], "/requests/")
    assert "需要吊车" in inbox
    assert "1 request" in inbox
    asked = walk.case.approvals.get()
    answer = post(people["dispatcher"], f"/requests/{asked.pk}/moves/refuse/", version=str(asked.version))
    assert answer.status_code == 422
    assert "needs an opinion" in answer.content.decode()
    post(people["dispatcher"], f"/requests/{asked.pk}/moves/approve/", version=str(asked.version))
    asked.refresh_from_db()
    assert asked.state == "approved"
    assert post(people["clerk"], f"/cases/{number}/ask/holiday/", reason="?").status_code == 404


def test_the_arithmetic_of_a_deadline_comes_as_a_part_and_as_a_page(people, walk):
    clock_id = Clock.objects.of(walk.case).get(kind="accept").pk
    client, path = signed_in(people["acceptor"]), f"/cases/{walk.case.number}/clocks/{clock_id}/"
    part = client.get(path, headers=EN | {"HX-Request": "true"}).content.decode()
    assert "The clock starts on" in part
    assert "<html" not in part
    assert "<html" in client.get(path, headers=EN).content.decode()
    assert client.get(f"/cases/{walk.case.number}/clocks/{clock_id + 999}/").status_code == 404


def test_a_form_never_leads_to_another_site(people, walk):
    answer = post(
        people["acceptor"], f"/cases/{walk.case.number}/moves/accept/", version="1", next="https://elsewhere.example/"
    )
    assert answer.headers["Location"] == f"/cases/{walk.case.number}/"


def test_the_case_page_costs_a_fixed_number_of_queries(people, walk):
    walk.to(State.HANDLING)
    client = signed_in(people["clerk"])
    client.get(f"/cases/{walk.case.number}/")
    with CaptureQueriesContext(connection) as before:
        client.get(f"/cases/{walk.case.number}/")
    for _more in range(5):
        walk.do("comment", "clerk", text="又一条", photos=[photo(people["clerk"], walk.at)])
    with CaptureQueriesContext(connection) as after:
        client.get(f"/cases/{walk.case.number}/")
    assert len(after) == len(before) <= 40


def test_what_must_not_be_overlooked_stands_above_the_case(people, walk):
    page = see(people["clerk"], f"/cases/{walk.to(State.SUSPENDED).number}/")
    assert "The clock stands still." in page
    assert "<q" in page
    walk.do("resume", "clerk", opinion="材料已到")
    asked = walk.request("extension", "clerk")
    page = see(people["clerk"], f"/cases/{walk.case.number}/")
    assert "Suspended until" not in page
    assert "A request is not decided yet: extension. It is with: dispatcher." in page
    walk.decide(asked, "dispatcher")
    walk.do("supervise", "manager", order="今日办结")
    page = see(people["clerk"], f"/cases/{walk.case.number}/")
    assert "A supervision order is to be answered by" in page
    assert "not decided yet" not in page


def test_a_returned_case_a_reworked_one_and_a_declined_one_say_so_with_the_reason(people, walk):
    walk.to(State.DISPATCHED)
    walk.decide(walk.request("return", "clerk"), "dispatcher")
    assert "Returned by 城市管理局" in see(people["dispatcher"], f"/cases/{walk.case.number}/")
    again = Walk(people, walk.condition, at=walk.at)
    again.to(State.PENDING_CHECK)
    again.do("rework", "acceptor", opinion="还有垃圾")
    page = see(people["handler"], f"/cases/{again.case.number}/")
    assert "Sent back for rework." in page
    assert '<q class="cg-block">还有垃圾</q>' in page
    other = Walk(people, walk.condition, at=walk.at)
    other.to(State.DECLINED)
    assert "Competent: 110." in see(people["acceptor"], f"/cases/{other.case.number}/")


def test_a_case_nearby_is_proposed_to_be_merged_into_to_those_who_merge(people, walk):
    other = Walk(people, walk.condition, at=walk.at)
    page = see(people["acceptor"], f"/cases/{walk.case.number}/")
    way = f"?move=merge&amp;target={other.case.number}#merge"
    assert way in page
    assert way not in see(people["gw"], f"/cases/{walk.case.number}/")
    page = see(people["acceptor"], f"/cases/{walk.case.number}/", move="merge", target=other.case.number)
    assert f'name="target" value="{other.case.number}"' in page
    post(people["acceptor"], f"/cases/{walk.case.number}/moves/merge/", target=other.case.number,
         version=str(walk.case.version))  # fmt: skip
    page = see(people["acceptor"], f"/cases/{walk.case.number}/")
    assert f'<a href="/cases/{other.case.number}/">{other.case.number}</a>' in page


@pytest.mark.parametrize(("north", "east", "near"), [
    (99.95, 0, True), (-99.95, 0, True), (0, 99.95, True), (0, -99.95, True), (100.2, 0, False), (0, 100.2, False),
    (75, 75, False),
])  # fmt: skip
def test_the_circle_around_a_place_is_as_wide_as_it_says(people, walk, north, east, near):
    at, degree = walk.case.geom, radians(1) * EARTH_RADIUS_M
    lon, lat = at.x + east / (degree * cos(radians(at.y))), at.y + north / degree
    found = nearby(lon, lat, Acting(people["acceptor"], walk.at))
    assert [one.case for one in found] == ([walk.case] if near else [])


def test_the_timeline_speaks_in_words_and_the_pair_to_compare_stands_first(people, walk):
    walk.to(State.PENDING_CLOSE)
    page = see(people["leader"], f"/cases/{walk.case.number}/")
    assert "120.20500, 27.33500" in page
    assert "SRID" not in page
    assert "容器外有生活垃圾" in page[page.index("cg-timeline") :]


def test_who_is_sent_elsewhere_sees_the_photos_while_the_task_waits(people, walk):
    walk.to(State.FED_BACK)
    walk.do("pass_feedback", "dispatcher")
    walk.do("send_check", "acceptor", worker="stranger_gw")
    seen = Evidence.objects.visible_to(people["stranger_gw"], walk.at)
    assert seen.filter(case=walk.case).count() == walk.case.evidence.count() > 0
    walk.do("recall_check", "acceptor")
    assert not Evidence.objects.visible_to(people["stranger_gw"], walk.at).filter(case=walk.case).exists()


def test_after_a_failed_check_rework_is_offered_first_and_after_a_passed_one_closing(people, walk):
    walk.to(State.CHECKING)
    walk.report_back("fail", walk.case.field_tasks.waiting().get().assignee.username, note="还有垃圾")
    assert "?move=rework#rework" in see(people["acceptor"], "/cases/", tab="check")
    walk.do("rework", "acceptor", opinion="还有垃圾")
    after = [photo(people["handler"], walk.at)]
    walk.do("submit", "handler", outcome="solved", result="再次清运", after_photos=after)
    walk.do("confirm", "clerk")
    walk.do("pass_feedback", "dispatcher")
    assert "?move=send_check#send_check" in see(people["acceptor"], "/cases/", tab="check")
    walk.do("send_check", "acceptor")
    walk.report_back("pass", walk.case.field_tasks.waiting().get().assignee.username)
    assert f"/cases/{walk.case.number}/moves/close/" in see(people["leader"], "/cases/", tab="close")
