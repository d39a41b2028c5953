"""The journal's pages call things by the names that people use, and lead from a thing to its own events."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.journal.models import Event
from citygrid.common import facts
from tests import cast

pytestmark = pytest.mark.django_db
LIST = reverse("admin:cases_event_changelist")


@pytest.fixture
def auditor(city, people):
    client = Client(headers={"accept-language": "en"})
    client.force_login(people["auditor"])
    return client


def test_the_filter_names_the_sorts_of_things_and_keeps_the_chosen_one(auditor, city, people):
    facts.record("account.changed", people["gw"], at=cast.START)
    facts.record("account.sign_in_failed", facts.Subject("accounts.unknown", "nobody", "nobody"), at=cast.START)

    page = auditor.get(LIST, {"subject_type": "gridmap.area"})

    offered = [choice["display"] for choice in page.context["cl"].filter_specs[0].choices(page.context["cl"])]
    assert offered == ["All", "unknown login name", "account", "area"]
    assert {event.subject_type for event in page.context["cl"].queryset} == {"gridmap.area"}


def test_what_nobody_did_was_done_by_the_system(auditor, city, people):
    facts.record("area.changed", city[cast.OURS], at=cast.START)
    assert b"the system" in auditor.get(LIST).content

    facts.record("area.changed", city[cast.OURS], at=cast.START, by=people["sysadmin"])
    by_people = auditor.get(LIST, {"actor_id": people["sysadmin"].pk})
    assert str(people["sysadmin"]).encode() in by_people.content
    assert b"the system" not in by_people.content


def test_an_event_is_titled_by_its_label_and_not_by_its_key(city):
    assert str(Event.objects.order_by("pk").first()) == "Area added 福建省 35"
