"""The register pages: scope, masks, the reveal page."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from django.urls import reverse

from cases.journal.models import Event
from citygrid.accounts.permissions import Perm
from gridmap.posts.rights import can
from tests import cast
from tests.gridmap.register_cast import NAMES, NUMBERS, PHONES, UNIT_CONTACT, UNIT_PHONE, build_registers

pytestmark = pytest.mark.django_db
MINE, BESIDE, THEIRS = cast.GRIDS[0], cast.GRIDS[1], cast.THEIR_GRID
SECRETS = [*NAMES.values(), *NUMBERS.values(), *PHONES.values(), UNIT_CONTACT, UNIT_PHONE]


@pytest.fixture
def rows(people):
    return build_registers()


def signed_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="citygrid.accounts.backends.PasswordBackend")
    return client


@pytest.fixture
def gw(people, rows):
    return signed_in(people["gw"])


def pages(rows):
    """Every register page, for every row and field."""
    found = [reverse("registers"), reverse("register_units")]
    for code in NAMES:
        person, unit = rows[f"person {code}"].pk, rows[f"unit {code}"].pk
        found.append(reverse("register_household", args=[rows[f"household {code}"].pk]))
        found += [reverse("reveal", args=["person", person, field]) for field in ("name", "identity_number", "phone")]
        found += [reverse("reveal", args=["unit", unit, field]) for field in ("contact_name", "contact_phone")]
    return found


@pytest.mark.slow
def test_nobody_gets_a_plain_value_by_opening_pages(people, rows):
    for name, user in people.items():
        client = signed_in(user)
        for page in [*pages(rows), "/", "/areas/", f"/areas/{MINE}/", f"/api/v1/areas/{MINE}/"]:
            text = client.get(page).content.decode()
            assert not [secret for secret in SECRETS if secret in text], (name, page)


@pytest.mark.slow
def test_to_those_without_the_right_not_even_masks_are_shown(people, rows):
    masks = ["欧阳**", "赵**", "钱**", "199****1111"]
    for user in people.values():
        if not can(user, Perm.REGISTER_VIEW):
            client = signed_in(user)
            answers = [client.get(page) for page in pages(rows)]
            assert {answer.status_code for answer in answers[:3]} == {403}
            assert {answer.status_code for answer in answers} <= {403, 404}
            assert not [mask for mask in masks for answer in answers if mask in answer.content.decode()]


def test_list_and_detail_agree_on_what_a_person_sees(people, rows):
    for user in people.values():
        if can(user, Perm.REGISTER_VIEW):
            client = signed_in(user)
            listed = client.get(reverse("registers")).content.decode()
            for code in NAMES:
                page = reverse("register_household", args=[rows[f"household {code}"].pk])
                status = client.get(page).status_code
                assert (status, page in listed) in ((200, True), (404, False))


def test_a_grid_worker_sees_the_own_household_masked(gw, rows):
    text = gw.get(reverse("register_household", args=[rows[f"household {MINE}"].pk])).content.decode()
    for mask in ("欧阳**", f"{NUMBERS[MINE][:6]}********{NUMBERS[MINE][-4:]}", "199****1111"):
        assert mask in text
    assert reverse("reveal", args=["person", rows[f"person {MINE}"].pk, "phone"]) in text


def test_who_may_not_reveal_is_offered_no_way_to(people, rows):
    client = signed_in(people["street"])
    text = client.get(reverse("register_household", args=[rows[f"household {MINE}"].pk])).content.decode()
    assert "欧阳**" in text
    assert "/registers/reveal/" not in text
    page = reverse("reveal", args=["person", rows[f"person {MINE}"].pk, "phone"])
    assert client.get(page).status_code == client.post(page, {"purpose": "curiosity"}).status_code == 403


def test_a_purpose_reveals_the_value_once_and_is_journaled(gw, rows):
    page = reverse("reveal", args=["person", rows[f"person {MINE}"].pk, "phone"])
    assert PHONES[MINE] not in gw.get(page).content.decode()
    shown = gw.post(page, {"purpose": "calling back about the pipe"})
    assert PHONES[MINE] in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert Event.objects.get(kind="register.revealed").facts["purpose"] == "calling back about the pipe"
    assert PHONES[MINE] not in gw.get(page).content.decode()


def test_without_a_purpose_the_page_asks_again(gw, rows):
    page = reverse("reveal", args=["person", rows[f"person {MINE}"].pk, "phone"])
    for purpose in ("", "abc"):
        text = gw.post(page, {"purpose": purpose}).content.decode()
        assert PHONES[MINE] not in text
        assert "cg-field-wrong" in text
    assert not Event.objects.filter(kind="register.revealed").exists()


@pytest.mark.parametrize("address", ["user/1/password", "person/999999/phone", "person/1/household", "unit/1/name"])
def test_what_cannot_be_revealed_does_not_exist(gw, address):
    assert gw.get(f"/registers/reveal/{address}/").status_code == 404


def test_the_list_can_be_narrowed_to_an_area_of_ones_own(people, rows):
    client = signed_in(people["street"])
    both = client.get(reverse("registers"), {"area": cast.COMMUNITY}).content.decode()
    one = client.get(reverse("registers"), {"area": MINE}).content.decode()
    assert ("欧阳**" in both, "赵**" in both) == (True, True)
    assert ("欧阳**" in one, "赵**" in one) == (True, False)
    assert client.get(reverse("registers"), {"area": cast.THEIRS}).status_code == 404


@pytest.mark.parametrize("typed", ["199 0000 1111", "+86 19900001111", NUMBERS[MINE].lower()])
def test_a_person_is_found_by_a_whole_number(gw, rows, typed):
    text = gw.post(reverse("register_lookup"), {"number": typed}).content.decode()
    assert reverse("register_household", args=[rows[f"household {MINE}"].pk]) in text


@pytest.mark.parametrize("typed", [PHONES[BESIDE], PHONES[THEIRS], "1990000", "欧阳"])
def test_nobody_is_found_elsewhere_or_by_a_part(gw, rows, typed):
    text = gw.post(reverse("register_lookup"), {"number": typed}).content.decode()
    assert "Nobody in your areas has this number" in text


def test_every_lookup_is_journaled_with_its_count_and_without_the_number(people, gw, rows):
    for typed in (PHONES[MINE], PHONES[THEIRS]):
        gw.post(reverse("register_lookup"), {"number": typed})
    gw.post(reverse("register_lookup"), {"number": ""})
    events = Event.objects.filter(kind="register.looked_up").order_by("pk")
    assert [event.facts for event in events] == [{"count": 1}, {"count": 0}]
    assert {event.actor_id for event in events} == {people["gw"].pk}
    assert not [
        event for event in events if PHONES[MINE] in str(event.__dict__) or PHONES[THEIRS] in str(event.__dict__)
    ]


def test_a_number_is_never_looked_up_through_an_address(gw):
    assert gw.get(reverse("register_lookup")).status_code == 405


def test_the_log_of_a_reveal_and_a_lookup_holds_no_value(gw, rows, caplog):
    caplog.set_level(logging.DEBUG)
    gw.post(reverse("register_lookup"), {"number": PHONES[MINE]})
    gw.post(reverse("reveal", args=["person", rows[f"person {MINE}"].pk, "phone"]), {"purpose": "checking the log"})
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert lines
    assert not [line for line in lines for secret in SECRETS if secret in line]


def test_the_list_costs_the_same_for_many_households(gw, rows, city, django_assert_max_num_queries):
    from gridmap.registers.services import save_household, save_person

    for number in range(30):
        home = save_household(at=cast.START, area=city[MINE], door=f"2{number:02}", tenure="rent")
        save_person(at=cast.START, household=home, name="吴某")
    with django_assert_max_num_queries(14):
        gw.get(reverse("registers"))


def test_somebody_signed_out_is_sent_to_the_sign_in_page(rows):
    for page in pages(rows):
        assert Client().get(page).status_code == 302
