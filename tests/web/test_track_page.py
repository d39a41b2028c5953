"""The public page of a matter: found by number and phone, told without persons, not guessed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.casework.models import Case
from cases.hotline import tracking
from cases.hotline.maintain import supervise
from cases.hotline.models import Ticket
from cases.hotline.services import CallerTold
from citygrid.common import clock, crypto
from citygrid.common.errors import NotFound
from gridmap.departments.models import Department
from tests.cases.ticket_walk import PHONE, hotline
from tests.cases.walk import catalogue
from tests.web.citizens import TAIL, Citizen, bare, recent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)
    cache.clear()


def test_a_matter_is_found_by_its_number_or_that_of_its_case_however_it_is_typed(people):
    condition = catalogue()
    walk = recent(people)
    walk.to("handling")
    walk.do("raise_case", "street", category=condition.category.code)
    number = walk.ticket.number
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
    for typed in (number, number.lower(), f" {number} ", full_width):
        for phone in (f" {TAIL[:2]} {TAIL[2:]}", PHONE, "+86 199-0000-7654"):
            citizen = Citizen()
            citizen.ask(typed, phone)
            assert number in citizen.read()
    citizen = Citizen()
    citizen.ask(Case.objects.get().number.lower(), PHONE)
    assert number in citizen.read()


def test_the_number_of_a_case_takes_the_whole_phone_and_opens_the_own_ticket(people):
    walks = [recent(people), recent(people, caller=CallerTold(name="欧阳样本", phone="13900001234"))]
    walks[0].to("handling")
    walks[0].do("raise_case", "street", category=catalogue().category.code)
    case = Case.objects.get()
    Ticket.objects.filter(pk=walks[1].ticket.pk).update(case=case)
    page = Citizen().ask(case.number, TAIL, status=422).content.decode()
    assert "With the number of a case, give the whole phone number." in page
    for walk, phone in zip(walks, (PHONE, "139 0000 1234"), strict=True):
        citizen = Citizen()
        citizen.ask(case.number, phone)
        assert walk.ticket.number in citizen.read()


def test_progress_is_told_step_by_step_with_the_public_words(people):
    walk = recent(people)
    citizen = Citizen()
    citizen.ask(walk.ticket.number)
    assert "received; it is being passed" in citizen.read()
    walk.to("handling")
    page = citizen.read()
    assert "being handled" in page
    assert "山前街道办事处" in page
    assert "reply by" in page
    walk.do("contact", "street", how="phone", reached=True)
    walk.reply(public_text="两车垃圾已清运。", internal_text="责任人已教育", outcome="partly")
    page = citizen.read()
    assert "两车垃圾已清运。" in page
    assert "The unit says: solved in part." in page
    assert "责任人已教育" not in page
    assert "reply by" not in page


def test_a_reply_that_waits_for_the_leader_is_not_told_yet(people):
    supervise(unit=Department.objects.get(code="SQ"), reason="解决率低", at=clock.now() - timedelta(days=1),
              by=people["manager"])  # fmt: skip
    walk = recent(people)
    walk.to("handling")
    walk.reply(public_text="两车垃圾已清运。")
    citizen = Citizen()
    citizen.ask(walk.ticket.number)
    assert "两车垃圾已清运。" not in citizen.read()


def test_wrong_number_wrong_tail_and_anonymous_answer_alike_and_cost_the_same(people, monkeypatch):
    known, anonymous = recent(people), recent(people, caller=None)
    decrypted: list[str] = []
    real = crypto.decrypt

    def counting(token: str) -> str:
        decrypted.append(token)
        return real(token)

    monkeypatch.setattr(crypto, "decrypt", counting)  # what the column does when a row is read
    monkeypatch.setattr(tracking, "decrypt", counting)
    answers: set[Any] = set()
    gone = "FDR209901010001"
    for wrong, right, work in (("0001", TAIL, (3, 1)), ("13900000001", PHONE, (3, 0))):
        answers.clear()
        for number, phone in ((known.ticket.number, wrong), (gone, right), (anonymous.ticket.number, right),
                              (gone, wrong)):  # fmt: skip
            decrypted.clear()
            with CaptureQueriesContext(connection) as queries:
                answer = Citizen().ask(number, phone, status=422)
            body = answer.content.decode().replace(number, "N").replace(f'value="{phone}"', 'value="T"')
            headers = tuple(sorted(set(answer.headers) - {"X-Request-ID"}))
            answers.add((bare(body), len(queries), len(decrypted), headers))
        assert {one[1:3] for one in answers} == {work}
        assert len(answers) == 1


def test_a_phone_is_its_last_four_digits_or_whole(people):
    walk = recent(people)
    for phone in ("", "123", "12345", "12a4", "１２３", "1990000765", "199000076544"):
        page = Citizen().ask(walk.ticket.number, phone, status=422).content.decode()
        assert walk.ticket.number in page  # nothing that was typed is lost
        assert f'value="{phone}"' in page or not phone
    Citizen().ask(walk.ticket.number, "７６５４")


def test_guessing_is_stopped_for_the_number_and_for_the_address(people, settings):
    settings.TRACK_NUMBER_ATTEMPTS, settings.TRACK_ADDRESS_ATTEMPTS = 3, 5
    walk, other = recent(people), recent(people)
    for n in range(3):
        Citizen(source=f"203.0.113.{n}").ask(walk.ticket.number, "0001", status=422)
    answer = Citizen(source="198.51.100.1").ask(walk.ticket.number, TAIL, status=429)  # now even the right one
    assert "Wait 60 minutes, or call 12345" in answer.content.decode()
    assert answer["Retry-After"] == "3600"
    Citizen(source="198.51.100.1").ask(other.ticket.number)
    for n in range(5):
        Citizen().ask(f"FDR20990101000{n}", TAIL, status=422)
    Citizen().ask(other.ticket.number, status=429)
    for _n in range(7):  # who has the right numbers is not slowed down
        Citizen(source="198.51.100.2").ask(other.ticket.number)


def test_numbers_that_are_not_there_are_counted_like_those_that_are(people, settings):
    settings.TRACK_NUMBER_ATTEMPTS = 3
    for n in range(3):
        Citizen(source=f"203.0.113.{n}").ask("FDR209901010001", status=422)
    Citizen(source="198.51.100.1").ask("FDR209901010001", status=429)


def test_attempts_count_for_the_matter_whichever_way_they_come(people, settings):
    settings.TRACK_NUMBER_ATTEMPTS = 4
    walk = recent(people)
    walk.to("handling")
    walk.do("raise_case", "street", category=catalogue().category.code)
    number, case = walk.ticket.number, Case.objects.get().number
    unit = Citizen(source="203.0.113.1")
    unit.ask(number)  # the last four digits stand in the mask
    Citizen(source="203.0.113.2").ask(number, "0001", status=422)
    Citizen(source="203.0.113.3").ask(number, "19911117654", status=422)
    Citizen(source="203.0.113.4").ask(case, "19922227654", status=422)
    unit.give_phone("19933337654", status=422)
    for typed, phone in ((number, TAIL), (number, PHONE), (case, PHONE)):
        Citizen(source="198.51.100.1").ask(typed, phone, status=429)
    answer = unit.give_phone(status=429)
    assert answer["Retry-After"] == "3600"


def test_guessing_is_stopped_for_the_day_too(people, settings):
    settings.TRACK_NUMBER_DAY_ATTEMPTS = 3
    walk = recent(people)
    for n in range(3):
        Citizen(source=f"203.0.113.{n}").ask(walk.ticket.number, "0001", status=422)
    answer = Citizen(source="198.51.100.1").ask(walk.ticket.number, status=429)
    assert "Wait 24 hours, or call 12345" in answer.content.decode()
    assert answer["Retry-After"] == "86400"


def test_nothing_opens_without_the_key_and_the_key_ends(people, monkeypatch):
    walk = recent(people)
    assert Citizen().client.get("/track/progress/")["Location"] == "/track/"
    assert Citizen().again()["Location"] == "/track/"
    key = tracking.Opened(walk.ticket, whole=True)
    forged = Citizen()
    forged.client.cookies["citygrid_track"] = tracking.seal(key, at=clock.now())[:-2] + "xx"
    assert forged.client.get("/track/progress/")["Location"] == "/track/"
    late = clock.now() + tracking.SHOWN_FOR + timedelta(minutes=1)
    with pytest.raises(NotFound):
        tracking.unseal(tracking.seal(key, at=clock.now()), at=late)
    citizen = Citizen()
    cookie = citizen.ask(walk.ticket.number).cookies["citygrid_track"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/track/")
    citizen.client.post("/track/close/")
    assert citizen.client.get("/track/progress/")["Location"] == "/track/"


def test_the_page_is_kept_by_nobody_and_found_by_no_search_engine(people):
    walk = recent(people)
    citizen = Citizen()
    citizen.ask(walk.ticket.number)
    for address in ("/track/", "/track/progress/"):
        answer = citizen.client.get(address)
        assert answer["X-Robots-Tag"] == "noindex"
        assert answer["Referrer-Policy"] == "same-origin"  # none at all, and a browser's form is refused
        assert "no-store" in answer["Cache-Control"]
        assert "script-src 'self'" in answer["Content-Security-Policy"]
