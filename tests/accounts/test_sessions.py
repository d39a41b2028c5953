"""Sessions: idling, their longest life, one's own list, ending them."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from citygrid.accounts import sessions
from citygrid.accounts.models import UserSession
from citygrid.common import clock, periodic
from citygrid.common.errors import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (30, 302)])
def test_idling_ends_the_session(signed_in, later, minutes, status):
    client = signed_in("gw")
    later(minutes=minutes)
    answer = client.get("/rights/?q=1")
    assert answer.status_code == status
    if status == 302:
        assert answer["Location"] == "/login/?ended=idle&next=%2Frights%2F%3Fq%3D1"
        assert "30 minutes" in client.get(answer["Location"]).content.decode()
        assert not Session.objects.exists()


def test_use_keeps_it_alive_until_its_longest_life(signed_in, later, settings):
    settings.SESSION_COOKIE_AGE = 3600
    client = signed_in("gw")
    for minutes in (20, 40, 59):
        later(minutes=minutes)
        assert client.get("/rights/").status_code == 200
    later(minutes=60)
    assert client.get("/rights/").status_code == 302


def test_calls_of_the_api_by_session_idle_too(signed_in, later):
    client = signed_in("gw")
    later(minutes=20)
    assert client.get("/api/v1/me/").status_code == 200
    later(minutes=45)
    assert client.get("/api/v1/me/").status_code == 200
    later(minutes=76)
    answer = client.get("/api/v1/me/")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_authenticated"


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(signed_in, later):
    client = signed_in("gw")
    later(minutes=31)
    answer = client.get("/rights/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/login/?ended=idle&next=%2Frights%2F")


def test_last_seen_is_written_at_most_once_a_minute(signed_in, later, django_assert_num_queries):
    client = signed_in("gw")
    before = UserSession.objects.get().seen_at
    later(seconds=50)
    client.get("/account/sessions/")
    assert UserSession.objects.get().seen_at == before
    later(seconds=70)
    client.get("/account/sessions/")
    assert UserSession.objects.get().seen_at > before


def test_the_list_shows_ones_own_sessions_with_this_one_first(signed_in):
    signed_in("street")
    here = signed_in("gw", **{"User-Agent": "Firefox/140 Windows"})
    there = signed_in("gw", **{"User-Agent": "iPhone MicroMessenger/8"})
    there.get("/rights/")
    answer = here.get("/account/sessions/")
    assert [one.browser for one in answer.context["sessions"]] == ["Firefox · Windows", "WeChat · iPhone"]
    assert answer.content.decode().count("this one") == 1


def test_ending_a_session_signs_that_browser_out_at_once(signed_in, kinds):
    here, there = signed_in("gw"), signed_in("gw")
    target = UserSession.objects.get(session_key=there.session.session_key)
    assert here.post(f"/account/sessions/{target.pk}/end/")["Location"] == "/account/sessions/"
    assert there.get("/rights/").status_code == 302
    assert here.get("/rights/").status_code == 200
    assert kinds()[-1] == "account.session_ended"


def test_ending_this_one_is_signing_out(signed_in):
    client = signed_in("gw")
    answer = client.post(f"/account/sessions/{UserSession.objects.get().pk}/end/")
    assert answer["Location"] == "/login/"
    assert client.get("/rights/").status_code == 302


def test_ending_all_others_leaves_this_one(signed_in):
    here, there, stranger = signed_in("gw"), signed_in("gw"), signed_in("street")
    here.post("/account/sessions/end-others/")
    assert [c.get("/rights/").status_code for c in (here, there, stranger)] == [200, 302, 200]


def test_somebody_elses_session_is_not_there(signed_in, people):
    client = signed_in("gw")
    signed_in("street")
    target = UserSession.objects.get(user=people["street"])
    assert client.post(f"/account/sessions/{target.pk}/end/").status_code == 404
    with pytest.raises(NotFound):
        sessions.end_own(user=people["gw"], session_id=target.pk, at=clock.now())
    assert UserSession.objects.filter(pk=target.pk).exists()


def test_the_security_administrator_ends_sessions_of_others_and_a_clerk_does_not(signed_in, people):
    client = signed_in("gw")
    session = UserSession.objects.get()
    with pytest.raises(NotAllowed):
        sessions.end(session=session, at=clock.now(), by=people["clerk"])
    assert client.get("/rights/").status_code == 200
    sessions.end(session=session, at=clock.now(), by=people["secadmin"])
    assert client.get("/rights/").status_code == 302


def test_a_session_begun_elsewhere_is_listed_from_its_first_request(people):
    client = Client()
    client.force_login(people["gw"])
    client.get("/rights/")
    assert UserSession.objects.get().session_key == client.session.session_key


def test_the_worker_removes_what_is_over(signed_in, later):
    signed_in("gw")
    at = later(minutes=20)
    signed_in("street")
    job = next(job for job in periodic.jobs() if job.name == "accounts.purge_sessions")
    assert job.run(at) == 0
    assert job.run(later(minutes=31)) == 1
    assert [one.user.username for one in UserSession.objects.all()] == ["street"]
    assert Session.objects.count() == 1
