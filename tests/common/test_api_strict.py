"""Every address of the API, from its own description: nothing that is asked is ignored, every write is idempotent."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

from cases.hotline.seeding import load_types
from cases.whistles.services import draft_whistle
from citygrid.accounts import tokens
from citygrid.common import clock
from citygrid.common.idempotency import IdempotentMixin
from tests import cast
from tests.cases.council_walk import MatterWalk
from tests.cases.ticket_walk import TicketWalk
from tests.cases.walk import AT, Walk, catalogue

OPEN = {
    "q",
    "cursor",
    "bbox",
}  # any text may be searched for; the others say what is wrong with them in their own words
# Who may ask: none of the cast may open everything.
READERS = {
    "grid-workers": "acceptor", "handlers": "clerk", "whistle": "street", "report-ins": "street",
    "called-departments": "street", "ticket": "operator", "callers": "operator", "callbacks": "operator",
    "unit-staff": "operator", "demand-types": "operator", "/units/": "operator", "evaluations": "manager",
    "council-matters": "street", "/lane": "street",
}  # fmt: skip
# Writes that answer with a secret, or undo themselves when repeated, keep no answer. See citygrid.common.idempotency.
# What only reads, but is told a text that no address should carry, needs none.
ONCE_ANYHOW = {
    "auth/token/", "auth/tokens/<int:pk>/", "tickets/<code:number>/reveal/", "ticket-suggestions/",
    "ticket-duplicates/",
}  # fmt: skip


def lists() -> list[tuple[str, list[dict[str, Any]]]]:
    """Every address that answers pages, or takes a query, with its parameters."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    found = []
    for address, operations in paths.items():
        asked = [one for one in operations.get("get", {}).get("parameters", []) if one["in"] == "query"]
        if asked and "/file/" not in address:
            found.append((address, asked))
    return found


def needed(asked: list[dict[str, Any]]) -> dict[str, str]:
    """Return values for the parameters without which nothing is answered."""
    return {one["name"]: "19900001111" for one in asked if one.get("required")}


@pytest.fixture
def ask(people, city, client):
    """Ask an address of the API as somebody who may; a case in handling fills what stands in the address."""
    number = Walk(people, catalogue()).to("handling").number
    numbers = {"/whistles/": draft_whistle(description="渣土", by=people["street"], at=AT).number}
    numbers["/council-matters/"] = MatterWalk(people).matter.number
    load_types(at=cast.START)
    numbers["/tickets/"] = TicketWalk(people).to("dispatched").number

    def get(address, **query):
        who = next((who for part, who in READERS.items() if part in address), "leader")
        client.force_login(people[who])
        return client.get(
            address.replace("{key}", "hotline:2026-03:SQ").replace(
                "{number}", next((one for part, one in numbers.items() if part in address), number)
            ),
            query,
            headers={"accept-language": "en"},
        )

    return get


@pytest.mark.django_db
def test_a_parameter_that_an_address_does_not_have_is_refused_with_those_it_has(ask):
    found = lists()
    assert len(found) >= 12
    for address, asked in found:
        answer = ask(address, **needed(asked), bogus="1")
        assert answer.status_code == 400, address
        error = answer.json()["error"]
        assert "“bogus”" in error["message"]
        assert all(one["name"] in error["message"] for one in asked), (address, error["message"])
        assert list(error["fields"]) == ["bogus"]


@pytest.mark.django_db
def test_a_value_that_a_parameter_cannot_have_is_refused_naming_it(ask):
    for address, asked in lists():
        for name in {one["name"] for one in asked} - OPEN:
            answer = ask(address, **{**needed(asked), name: "99zz"})
            if name == "format":  # which is not of the list, but of how it is written
                assert answer.status_code == 404
                continue
            assert answer.status_code == 400, (address, name)
            assert name in answer.json()["error"]["fields"], (address, name)


@pytest.mark.django_db
def test_an_unknown_standard_is_answered_with_those_there_are(ask):
    sentence = ask("/api/v1/categories/", standard="xx").json()["error"]["message"]
    assert "“xx”" in sentence
    known = ask("/api/v1/standards/").json()["results"]
    assert known
    assert all(one["key"] in sentence for one in known)


def writes(patterns: Any = None, prefix: str = "") -> list[tuple[str, Any]]:
    found = []
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            found += writes(one.url_patterns, prefix + str(one.pattern))
        elif isinstance(one, URLPattern) and prefix.startswith("api/v1/"):
            view = getattr(one.callback, "view_class", None) or getattr(one.callback, "cls", None)
            if view is not None and {"post", "put", "patch", "delete"} & set(dir(view)):
                found.append(((prefix + str(one.pattern)).removeprefix("api/v1/"), view))
    return found


def test_every_write_of_the_api_is_idempotent():
    found = dict(writes())
    assert len(found) >= 7
    assert {address for address, view in found.items() if not issubclass(view, IdempotentMixin)} == ONCE_ANYHOW


@pytest.mark.django_db
def test_a_token_that_was_revoked_is_gone_however_often_one_says_so(people, client):
    token, _secret = tokens.create(user=people["gw"], name="", at=clock.now())
    client.force_login(people["gw"])
    assert [client.delete(f"/api/v1/auth/tokens/{token.pk}/").status_code for _ in range(2)] == [204, 404]
