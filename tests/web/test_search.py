"""The search in the header: numbers lead to their case, words to what the person may see, and to nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.casework.models import Case
from cases.casework.origins import Origin
from citygrid.common import clock
from tests import cast
from tests.cases.walk import Walk, catalogue
from tests.web.case_pages import EN, see
from tests.web.test_areas import signed_in

pytestmark = pytest.mark.django_db
MOST = 30  # queries of the page, session and frame included


@pytest.fixture
def walk(people) -> Walk:
    return Walk(people, catalogue(), at=clock.now() - timedelta(hours=1))


def old_number(walk: Walk, number: str, system: str = "旧平台") -> None:
    Origin.objects.create(
        case=walk.case, system=system, number=number, fingerprint=f"{system}{number}", taken_over_at=walk.at
    )


def leads_to(user, text: str) -> str:
    answer = signed_in(user).get("/search/", {"q": text}, headers=EN)
    return answer.headers.get("Location", "") if answer.status_code == 302 else ""


def test_a_number_leads_to_its_case_also_the_number_of_an_older_system(people, walk):
    old_number(walk, "2019-077/3")
    page = f"/cases/{walk.case.number}/"
    for text in (walk.case.number, f" {walk.case.number.lower()} ", "2019-077/3"):
        assert leads_to(people["acceptor"], text) == page, text
        assert leads_to(people["stranger_street"], text) == ""
        assert "Nothing was found" in see(people["stranger_street"], "/search/", q=text)


def test_a_number_that_two_older_systems_gave_lists_both(people, walk):
    other = Walk(people, walk.condition, at=walk.at)
    old_number(walk, "77", "A")
    old_number(other, "77", "B")
    page = see(people["acceptor"], "/search/", q="77")
    assert walk.case.number in page
    assert other.case.number in page
    assert "2 cases" in page


def test_words_find_cases_by_number_text_and_address_and_areas_by_name(people, walk):
    Case.objects.filter(pk=walk.case.pk).update(description="石亭社区门口有积水", address="古城南路8号")
    for text in ("积水", "古城南路", walk.case.number[:8]):
        page = see(people["acceptor"], "/search/", q=text)
        assert walk.case.number in page, text
        assert "No area" not in page
        assert "Nothing was found" in see(people["stranger_street"], "/search/", q=text)
    page = see(people["street"], "/search/", q="石亭社区")
    assert f'href="/areas/{cast.COMMUNITY}/"' in page
    assert walk.case.number in page
    assert cast.COMMUNITY not in see(people["stranger_street"], "/search/", q="石亭社区")
    assert "Nothing was found" in see(people["stranger_street"], "/search/", q="石亭社区")


def test_only_the_first_are_shown_with_the_way_to_all(people, walk):
    for _more in range(11):
        Walk(people, walk.condition, at=walk.at)
    page = see(people["acceptor"], "/search/", q="垃圾")
    assert "12 cases" in page
    assert page.count("data-cg-case=") == 10
    assert 'href="/cases/?tab=all&amp;q=%E5%9E%83%E5%9C%BE"' in page


def test_who_sees_no_cases_is_shown_none_and_who_sees_nothing_is_refused(people, walk, django_user_model):
    assert "Nothing was found" in see(people["sysadmin"], "/search/", q=walk.case.number)
    assert leads_to(people["sysadmin"], walk.case.number) == ""
    nobody = django_user_model.objects.create_user("postless", display_name="Nobody")
    assert signed_in(nobody).get("/search/", {"q": "x"}, headers=EN).status_code == 403
    assert Client().get("/search/").status_code == 302


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "What are you looking for?"), ("\x00", "cannot be searched for"), ("长" * 101, "at most 100 characters"),
     ("%_' OR 1", "Nothing was found"), ("<b>", "Nothing was found for “&lt;b&gt;”")],
)  # fmt: skip
def test_what_cannot_be_found_is_said(people, walk, text, told):
    assert told in see(people["acceptor"], "/search/", q=text)


def test_the_header_of_every_page_leads_there_and_in_chinese_too(people, walk):
    assert 'action="/search/"' in see(people["clerk"], "/")
    page = signed_in(people["acceptor"]).get("/search/", {"q": "没有的"}, headers={"accept-language": "zh-CN"})
    assert "没有找到" in page.content.decode()


def test_the_queries_do_not_grow_with_what_is_found(people, walk):
    client, found = signed_in(people["acceptor"]), []
    for _more in range(2):
        client.get("/search/", {"q": "垃圾"})
        with CaptureQueriesContext(connection) as queries:
            client.get("/search/", {"q": "垃圾"})
        found.append(len(queries))
        for _case in range(4):
            Walk(people, walk.condition, at=walk.at).to("handling")
    assert found[0] <= found[1] <= MOST
