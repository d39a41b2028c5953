"""No personal data on the public page: generated over every state, three sorts of identity and both languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from cases.hotline.callers import Caller, CallerPhone
from cases.hotline.services import CallerTold
from cases.hotline.states import TicketState
from tests.cases.ticket_walk import NAME, PHONE, SECOND, TEXT, hotline
from tests.web.citizens import Citizen, bare, recent

pytestmark = pytest.mark.django_db
ADDRESS, WISH, TITLE = "桐山街道六角井巷七号", "晚上八点后再打", "石亭路口的建筑垃圾"


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)
    cache.clear()


WAYS = [*TicketState.values, "redo"]
EARLY = ("logged", "answered", "out_of_scope", "dispatched", "withdrawn")


@pytest.mark.parametrize("kind", ["complaint", "report", "confidential"])
@pytest.mark.parametrize("state", WAYS)
def test_no_page_of_any_state_tells_who_called_or_what_was_told(people, state, kind):
    told = CallerTold(name=NAME, phone=PHONE, address=ADDRESS, other_phones=[SECOND])
    kinds: dict[str, dict[str, Any]] = {"confidential": {"confidential": True}, "report": {"kind": "report"}}
    given = kinds.get(kind, {})
    if state == "answered":
        given = {**given, "kind": "consultation"}
    walk = recent(people, caller=told, title=TITLE, address=ADDRESS, contact_wish=WISH, **given)
    if kind == "complaint" or state in EARLY:
        walk.to("closed" if state == "redo" else state)
    else:  # a protected caller is spoken with by the named handler alone
        walk.to("handling")
        if state != "handling":
            walk.reply()
        if state in ("callback_open", "closed", "redo"):
            walk.do("open_callback", "callback")
        if state in ("closed", "redo"):
            walk.do("close_callback", "callback", contacted=False, solved="yes", satisfaction="4")
    for language in ("en", "zh-hans"):
        citizen = Citizen(language)
        citizen.ask(walk.ticket.number)
        if state == "redo" and language == "en":
            citizen.give_phone()
            citizen.again(f"我是{NAME}，{PHONE}")
        page = citizen.read()
        ticket = walk.fresh()
        personal = [
            NAME, PHONE, SECOND, PHONE[-4:], f"{PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}", ADDRESS, WISH, TITLE, TEXT,
            ticket.title, ticket.content, ticket.shown_title, ticket.shown_content, Caller.objects.get().masked_name,
            *(phone.masked for phone in CallerPhone.objects.all()), *people,
        ]  # fmt: skip
        found = [one for one in personal if one and one in _text(page)]
        assert found == [], (state, kind, language)


def _text(page: str) -> str:
    """Return what is told: the page without its frame and marks, in which chance may write anything."""
    return bare(page[page.index("<main") : page.index("</main>")])
