"""The public page of a matter: found by number and end of phone, told without persons, taken up again, not guessed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.casework.models import Case
from cases.evaluation import boards
from cases.evaluation.boards import BOARDS
from cases.evaluation.periods import of_month
from cases.hotline import tracking
from cases.hotline.callbacks import Callback
from cases.hotline.maintain import supervise
from cases.hotline.models import Ticket
from cases.journal.models import Event
from citygrid.common import clock, crypto
from citygrid.common.errors import Conflict, NotFound
from gridmap.departments.models import Department
from tests.cases.ticket_walk import NAME, PHONE, SAD, TicketWalk, hotline
from tests.cases.walk import catalogue
from tests.web.citizens import TAIL, Citizen, bare, recent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)
    cache.clear()


def closed(people) -> TicketWalk:
    walk = recent(people)
    walk.to("callback_open")
    walk.do("close_callback", "callback", fault="conditions", **SAD)
    return walk


def test_a_matter_is_found_by_its_number_or_that_of_its_case_however_it_is_typed(people):
    condition = catalogue()
    walk = recent(people)
    walk.to("handling")
    walk.do("raise_case", "street", category=condition.category.code)
    number = walk.ticket.number
    full_width = "".join(chr(ord(sign) + 0xFEE0) for sign in number)
    for typed in (number, number.lower(), f" {number} ", full_width, Case.objects.get().number):
        citizen = Citizen()
        citizen.ask(typed, tail=f" {TAIL[:2]} {TAIL[2:]}")
        assert number in citizen.read()


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
    for number, tail in ((known.ticket.number, "0001"), ("FDR209901010001", TAIL), (anonymous.ticket.number, TAIL),
                         ("FDR209901010001", "0000")):  # fmt: skip
        decrypted.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = Citizen().ask(number, tail, status=422)
        body = answer.content.decode().replace(number, "N").replace(f'value="{tail}"', 'value="T"')
        work = (len(queries), len(decrypted))
        answers.add((bare(body), *work, tuple(sorted(set(answer.headers) - {"X-Request-ID"}))))
    assert {one[1:3] for one in answers} == {(1, tracking.MOST)}
    assert len(answers) == 1


def test_an_end_of_a_phone_has_four_digits(people):
    walk = recent(people)
    for tail in ("", "123", "12345", "12a4", "１２３"):
        page = Citizen().ask(walk.ticket.number, tail, status=422).content.decode()
        assert walk.ticket.number in page  # nothing that was typed is lost
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


def test_nothing_opens_without_the_key_and_the_key_ends(people, monkeypatch):
    walk = recent(people)
    assert Citizen().client.get("/track/progress/")["Location"] == "/track/"
    assert Citizen().again()["Location"] == "/track/"
    forged = Citizen()
    forged.client.cookies["citygrid_track"] = tracking.seal(walk.ticket, at=clock.now())[:-2] + "xx"
    assert forged.client.get("/track/progress/")["Location"] == "/track/"
    late = clock.now() + tracking.SHOWN_FOR + timedelta(minutes=1)
    with pytest.raises(NotFound):
        tracking.unseal(tracking.seal(walk.ticket, at=clock.now()), at=late)
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


def test_one_answers_by_the_one_form_of_the_link(people):
    walk = recent(people)
    walk.to("replied")
    citizen = Citizen()
    citizen.ask(walk.ticket.number)
    page = citizen.read()
    start = page.index('href="/c/') + 6
    way = page[start : page.index('"', start)]
    answer = citizen.client.post(way, {"contacted": "true", "solved": "yes", "satisfaction": "5"})
    assert answer.status_code == 200
    assert walk.fresh().state == "closed"
    assert Callback.objects.get().result == "online"
    assert "/c/" not in citizen.read()


def test_not_solved_makes_work_at_once_and_the_next_answer_counts(people):
    walk = closed(people)
    citizen = Citizen()
    citizen.ask(walk.ticket.number)
    assert "Until" in citizen.read()
    citizen.again(f"我是{NAME}，垃圾还在，电话{PHONE}")
    ticket = walk.fresh()
    assert (ticket.state, ticket.round_number, ticket.redo_count, ticket.ended_at) == ("dispatched", 2, 1, None)
    assert str(ticket.unit) == "山前街道办事处"
    assert Ticket.objects.visible_to(people["street"]).filter(state="dispatched").exists()
    event = Event.objects.filter(kind="ticket.reopen").get()
    assert NAME not in str(event.facts)
    assert PHONE not in str(event.facts)
    assert "垃圾还在" in event.facts["reason"]
    first = ticket.rounds.get(number=1)
    assert (first.ended_by_move, "垃圾还在" in first.opinion, first.public_text) == (
        "close_callback", True, "垃圾已清运，请放心。",
    )  # fmt: skip
    assert "Take it up again" not in citizen.read()
    board, month = BOARDS["hotline"], of_month(clock.now().date())

    def rates():
        (row,) = boards.rows(board, boards.items(board, month, clock.now()))
        return {one.figure.name: (one.numerator, one.denominator) for one in row.values[1:]}

    assert rates() == {"solution": (0, 1), "satisfaction": (0, 1), "redo": (1, 1)}
    walk.at = clock.now()
    walk.do("sign", "street")
    walk.do("contact", "street", how="phone", reached=True)
    walk.reply(deadline=(walk.at + timedelta(days=1)).date().isoformat())
    walk.do("open_callback", "callback")
    walk.do("close_callback", "callback", contacted=True, solved="yes", satisfaction="4")
    assert rates() == {"solution": (1, 1), "satisfaction": (1, 1), "redo": (1, 1)}


def test_taking_up_again_ends_with_the_window_and_after_so_many_times(people, settings):
    walk = closed(people)
    later = walk.at + timedelta(days=settings.REOPEN_DAYS, minutes=1)
    with pytest.raises(Conflict, match="more than 15 days ago"):
        tracking.reopen(walk.fresh(), reason="垃圾还在", at=later)
    assert tracking.progress(walk.fresh(), at=later).reopens_until is None
    settings.TICKET_REDO_MAX = 0
    citizen = Citizen()
    citizen.ask(walk.ticket.number)
    assert "Take it up again" not in citizen.read()
    page = citizen.again("垃圾还在", status=409).content.decode()
    assert walk.fresh().state == "closed"
    assert "done again 0 times" in page


def test_what_is_not_finished_is_not_taken_up_again_and_an_empty_reason_is_refused(people):
    walk = recent(people)
    walk.to("handling")
    citizen = Citizen()
    citizen.ask(walk.ticket.number)
    assert citizen.again("垃圾还在", status=409)
    done = closed(people)
    citizen.ask(done.ticket.number)
    citizen.again("  ", status=422)
    assert done.fresh().state == "closed"
    citizen.again("垃圾还在")
    citizen.again("垃圾还在", status=409)  # pressed twice
    assert Event.objects.filter(kind="ticket.reopen").count() == 1
