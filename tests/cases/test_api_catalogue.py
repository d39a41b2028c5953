"""Categories and standards over the API: the same for everybody who may see the catalogue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from cases.catalogue.models import Category, CategoryKind, CategoryStandard

CATEGORIES, STANDARDS = "/api/v1/categories/", "/api/v1/standards/"


@pytest.fixture
def client(people):
    national = CategoryStandard.objects.create(
        code="CJ/T 214-2007", key="CJ214", name="部件和事件", name_en="Components and events"
    )
    local = CategoryStandard.objects.create(code="LOCAL", key="LOCAL", name="地方扩展", extends=national)
    rows = [
        (national, CategoryKind.EVENT, "01", "市容环境", "02", "暴露垃圾", "Exposed rubbish"),
        (national, CategoryKind.COMPONENT, "01", "公用设施", "01", "上水井盖", "Water manhole cover"),
        (local, CategoryKind.EVENT, "01", "市容环境", "99", "共享单车乱停", ""),
    ]
    for standard, kind, major, major_name, minor, name, name_en in rows:
        Category.objects.create(
            standard=standard, kind=kind, major_code=major, major_name=major_name, minor_code=minor, name=name,
            name_en=name_en, major_name_en="City appearance" if kind == CategoryKind.EVENT else "",
        )  # fmt: skip
    signed_in = APIClient()
    signed_in.force_authenticate(people["gw"])
    return signed_in


def codes(client, query=""):
    answer = client.get(f"{CATEGORIES}{query}")
    assert answer.status_code == 200, answer.content.decode()
    return [row["code"] for row in answer.json()["results"]]


def test_a_row_says_where_it_stands(client):
    assert client.get(f"{CATEGORIES}CJ214-E0102/").json() == {
        "code": "CJ214-E0102", "standard": "CJ214", "kind": "event", "major_code": "01", "major_name": "市容环境",
        "minor_code": "02", "name": "暴露垃圾", "retired_at": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["CJ214-C0101", "CJ214-E0102", "LOCAL-E0199"]),
        ("?standard=CJ214", ["CJ214-C0101", "CJ214-E0102"]),
        ("?standard=CJ/T 214-2007", ["CJ214-C0101", "CJ214-E0102"]),
        ("?kind=event", ["CJ214-E0102", "LOCAL-E0199"]),
        ("?kind=event&major=01&q=单车", ["LOCAL-E0199"]),
        ("?q=local", ["LOCAL-E0199"]),
        ("?q=rubbish", ["CJ214-E0102"]),
        ("?ordering=-code", ["LOCAL-E0199", "CJ214-E0102", "CJ214-C0101"]),
    ],
)
def test_the_list_narrows(client, query, expected):
    assert codes(client, query) == expected


@pytest.mark.parametrize(("query", "allowed"), [("?kind=thing", "component, event"), ("?ordering=kind", "code, -code")])
def test_a_value_that_cannot_be_used_is_400_and_names_what_can(client, query, allowed):
    answer = client.get(f"{CATEGORIES}{query}", HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 400
    assert allowed in answer.json()["error"]["message"]


def test_a_retired_category_leaves_the_list_but_its_code_still_resolves(client):
    Category.objects.filter(code="CJ214-E0102").update(retired_at=timezone.now() - timedelta(days=1))
    assert "CJ214-E0102" not in codes(client)
    assert "CJ214-E0102" in codes(client, "?retired=1")
    assert client.get(f"{CATEGORIES}CJ214-E0102/").json()["retired_at"]


def test_names_follow_the_readers_language_as_far_as_there_are_translations(client):
    english = {row["code"]: row for row in client.get(CATEGORIES, HTTP_ACCEPT_LANGUAGE="en").json()["results"]}
    assert english["CJ214-E0102"]["name"] == "Exposed rubbish"
    assert english["CJ214-E0102"]["major_name"] == "City appearance"
    assert english["LOCAL-E0199"]["name"] == "共享单车乱停"


def test_standards_are_listed_by_key(client):
    assert client.get(STANDARDS, HTTP_ACCEPT_LANGUAGE="en").json()["results"] == [
        {"key": "CJ214", "code": "CJ/T 214-2007", "name": "Components and events", "extends": None, "in_use": True},
        {"key": "LOCAL", "code": "LOCAL", "name": "地方扩展", "extends": "CJ214", "in_use": True},
    ]


@pytest.mark.parametrize("address", [CATEGORIES, STANDARDS, f"{CATEGORIES}CJ214-E0102/"])
def test_each_answer_takes_two_queries(client, django_assert_num_queries, address):
    with django_assert_num_queries(2):
        assert client.get(address).status_code == 200
