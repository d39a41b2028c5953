"""Departments over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from gridmap.departments.models import Department
from tests.cast import CITY, OURS

DEPARTMENTS = "/api/v1/departments/"


def signed_in(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def codes(client, query=""):
    return [row["code"] for row in client.get(f"{DEPARTMENTS}{query}").json()["results"]]


def test_a_row_says_what_it_is_and_whom_it_serves(people):
    row = signed_in(people["manager"]).get(f"{DEPARTMENTS}?q=SQ").json()["results"][0]
    assert row == {
        "code": "SQ", "name": "山前街道办事处", "short_name": "", "kind": "street_office", "parent": None,
        "area_served": {"code": OURS, "name": "山前街道", "level": "street"}, "closed_at": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?kind=centre", ["JDZX", "RX", "ZHZX"]),
        (f"?area={OURS}", ["CGZD", "SQ"]),
        (f"?area={CITY}&kind=bureau", ["ZJJ"]),
        ("?q=城市管理", ["CGJ"]),
        ("?q=cg", ["CGJ", "CGZD"]),
        ("?parent=CGJ", ["CGZD"]),
    ],
)
def test_the_list_narrows(people, departments, query, expected):
    Department.objects.create(
        code="CGZD", name="执法中队", kind="enforcement", parent=departments["CGJ"],
        area_served=departments["SQ"].area_served,
    )  # fmt: skip
    assert codes(signed_in(people["manager"]), query) == expected


def test_a_kind_that_is_none_is_400(people):
    answer = signed_in(people["manager"]).get(f"{DEPARTMENTS}?kind=ministry", HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 400
    assert "bureau, enforcement, centre" in answer.json()["error"]["message"]


def test_the_detail_names_children_that_one_may_see(people, departments):
    for code, area in (("CG1", departments["SQ"].area_served), ("CG2", departments["TS"].area_served)):
        Department.objects.create(code=code, name=code, kind="enforcement", parent=departments["CGJ"], area_served=area)
    for person, children in (("manager", ["CG1", "CG2"]), ("street", ["CG1"]), ("stranger_street", ["CG2"])):
        detail = signed_in(people[person]).get(f"{DEPARTMENTS}CGJ/").json()
        assert [child["code"] for child in detail["children"]] == children


def test_a_closed_department_leaves_the_list_but_its_code_still_resolves(people):
    Department.objects.filter(code="ZJJ").update(closed_at=timezone.now() - timedelta(days=1))
    client = signed_in(people["manager"])
    assert "ZJJ" not in codes(client)
    assert "ZJJ" in codes(client, "?retired=1")
    assert client.get(f"{DEPARTMENTS}ZJJ/").json()["closed_at"]


def test_names_follow_the_readers_language(people):
    Department.objects.filter(code="CGJ").update(name_en="Urban Management Bureau")
    client = signed_in(people["manager"])
    assert client.get(f"{DEPARTMENTS}CGJ/", HTTP_ACCEPT_LANGUAGE="en").json()["name"] == "Urban Management Bureau"


@pytest.mark.parametrize(("address", "queries"), [(DEPARTMENTS, 2), (f"{DEPARTMENTS}CGJ/", 3)])
def test_the_number_of_queries_does_not_grow(people, django_assert_num_queries, address, queries):
    client = signed_in(people["manager"])
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200
