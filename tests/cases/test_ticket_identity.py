"""Who called: masked for all, hidden where it is confidential, never in any answer, journal or search of others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from cases.casework.models import Case
from cases.hotline import identity
from cases.hotline.callers import Caller, CallerPhone
from cases.hotline.models import Ticket
from cases.hotline.services import CallerTold, log_ticket
from cases.journal.models import Event
from cases.workflow.people import Acting
from citygrid.common.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cases.api_drive import Caller as Program
from tests.cases.test_ticket_matrix import PEOPLE
from tests.cases.ticket_walk import NAME, PHONE, SECOND, TicketWalk, demand, hotline, log
from tests.cases.walk import AT, catalogue

pytestmark = pytest.mark.django_db
TOLD = CallerTold(name=NAME, phone=PHONE, address="山前路哨兵巷7号", other_phones=[SECOND])
SECRETS = [NAME, PHONE, "199 0000 7654", SECOND, SECOND.replace("-", ""), "7776543", "山前路哨兵巷7号"]
HOTLINE = {"operator", "callback", "hotlinelead"}


@pytest.fixture(autouse=True)
def ready(people, city):
    hotline(people, city)


def reveal(walk, who, field="phone", purpose="联系诉求人核实地点"):
    return identity.reveal(
        number=walk.ticket.number, field=field, by=walk.people[who], purpose=purpose, at=walk.at, model=Ticket
    )


def test_names_and_numbers_are_encrypted_at_rest(people):
    log(people, caller=TOLD)
    with connection.cursor() as cursor:
        for model in (Caller, CallerPhone):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")  # noqa: S608
            assert not [secret for secret in SECRETS for row in cursor.fetchall() if secret in str(row)]


def test_the_same_number_is_the_same_caller_and_a_number_can_serve_two(people):
    one = log(people, caller=CallerTold(phone=PHONE))
    two = log(people, caller=CallerTold(name=NAME, phone="+86 199-0000-7654", other_phones=[SECOND]))
    other = log(people, caller=CallerTold(name="诸葛夫人", phone=SECOND))
    assert one.caller == two.caller != other.caller
    assert two.caller is not None
    assert two.caller.name == NAME
    assert [caller.pk for caller in identity.look_up(phone=SECOND, by=people["operator"], at=AT)] == [
        two.caller_id, other.caller_id,
    ]  # fmt: skip
    looked = Event.objects.get(kind="caller.looked_up")
    assert looked.facts == {"count": 2}
    with pytest.raises(NotAllowed):
        identity.look_up(phone=SECOND, by=people["street"], at=AT)
    with pytest.raises(Invalid) as refusal:
        log(people, caller=CallerTold(name=NAME, phone="12"))
    assert set(refusal.value.fields) == {"caller_phone"}


def test_an_open_ticket_shows_a_mask_and_is_revealed_on_record(people):
    walk = TicketWalk(people, caller=TOLD)
    walk.to("handling")
    assert identity.caller_shown(walk.ticket, Acting(people["street"], walk.at)) == {
        "name": "诸葛**", "phone": "199****7654", "gender": "",
    }  # fmt: skip
    assert reveal(walk, "street") == PHONE
    event = Event.objects.get(kind="caller.revealed")
    assert (event.facts, event.actor_text) == ({"field": "phone", "purpose": "联系诉求人核实地点"}, "street")
    with pytest.raises(Invalid, match="Say in 4"):
        reveal(walk, "street", purpose="看")
    with pytest.raises(NotFound):
        reveal(walk, "clerk")
    with pytest.raises(NotFound):
        reveal(walk, "street", field="digest")
    with pytest.raises(NotAllowed, match="Only the unit"):
        reveal(walk, "manager")
    reveal(walk, "operator", purpose=f"{NAME} 要求回电 {PHONE}")
    assert NAME not in str(list(Event.objects.filter(kind="caller.revealed").values_list("facts", flat=True)))
    walk.reply()
    with pytest.raises(NotAllowed, match="only while it has"):
        reveal(walk, "street")


def test_a_confidential_ticket_knows_one_handler(people):
    walk = TicketWalk(people, unit="CGJ", caller=TOLD, confidential=True)
    walk.to("handling")
    hidden = {"name": "***", "phone": "***", "gender": ""}
    assert identity.caller_shown(walk.ticket, Acting(people["clerk"], walk.at)) == hidden
    assert identity.caller_shown(walk.ticket, Acting(people["manager"], walk.at)) == hidden
    with pytest.raises(NotAllowed, match="named handler"):
        reveal(walk, "clerk")
    with pytest.raises(Conflict, match="named handler"):
        walk.do("contact", "clerk", how="phone", reached=True)
    with pytest.raises(Invalid, match="no post"):
        walk.do("name_handler", "clerk", handler="street")
    walk.do("name_handler", "clerk", handler="handler")
    assert reveal(walk, "handler") == PHONE
    walk.do("contact", "handler", how="phone", reached=True, note=f"{NAME}说明天再来")
    assert walk.ticket.contacts.get().note == "***说明天再来"
    for who in ("clerk", "clerk2", "manager"):
        with pytest.raises(NotAllowed):
            reveal(walk, who)
    # Another unit means another handler.
    walk.reply("clerk")
    walk.do("open_callback", "callback")
    walk.do("redo", "callback", opinion="没办", unit="SQ", contacted=True, solved="no", satisfaction="1")
    assert walk.ticket.handler is None
    with pytest.raises(NotAllowed):
        reveal(walk, "handler")


def test_a_report_goes_out_without_identity_until_the_hotline_allows_contact(people):
    walk = TicketWalk(people, unit="CGJ", caller=TOLD, kind="report")
    walk.to("handling")
    assert not walk.ticket.rounds.get().contact_due
    with pytest.raises(Conflict, match="hotline names"):
        walk.do("name_handler", "clerk", handler="handler")
    with pytest.raises(Conflict, match="without the caller's identity"):
        walk.do("contact", "clerk", how="phone", reached=True)
    with pytest.raises(NotAllowed, match="without the caller's identity"):
        reveal(walk, "clerk")
    walk.do("allow_contact", "operator", handler="clerk2", opinion="需核对地点，举报人同意")
    assert walk.ticket.rounds.get().contact_due
    assert reveal(walk, "clerk2") == PHONE
    with pytest.raises(NotAllowed):
        reveal(walk, "clerk")


@pytest.mark.parametrize("kind", ["complaint", "report"])
def test_the_caller_is_absent_from_all_that_others_can_read(people, kind):
    """A ticket whose every text names the caller is driven through its life; everybody reads everything they can."""
    leak = f"{NAME} {PHONE} {SECOND}"
    walk = TicketWalk(
        people, unit="CGJ", kind=kind, confidential=True, caller=TOLD, title=f"{NAME}反映", contact_wish=f"找{NAME}",
        content=f"我叫{NAME}，住山前路哨兵巷7号，电话199 0000 7654或{SECOND}（也可7776543），渣土乱倒。",
    )  # fmt: skip
    condition = catalogue()
    walk.to("handling")
    walk.do("raise_case", "operator", category=condition.category.code, opinion=leak)
    asked = walk.ask("return", "clerk", f"诉求人{leak}不配合")
    walk.decide(asked, "hotlinelead", "refuse", opinion=f"{leak} 属地明确")
    if kind == "report":
        walk.do("allow_contact", "operator", handler="clerk2", opinion=leak)
    else:
        walk.do("name_handler", "clerk", handler="clerk2")
    walk.do("contact", "clerk2", how="phone", reached=True, note=leak)
    reveal(walk, "clerk2", purpose=f"联系 {leak}")
    walk.do("reply", "clerk", accepted_at=walk.at, spoke_to=NAME, measures=leak, deadline="2026-03-04",
            outcome="solved", public_text=f"{NAME}您好", internal_text=leak)  # fmt: skip
    walk.do("open_callback", "callback")
    walk.do("redo", "callback", opinion=leak, contacted=True, solved="no", satisfaction="1")
    case = Case.objects.get(tickets=walk.ticket)
    readable = {
        who: [
            f"tickets/{walk.ticket.number}/", f"tickets/{walk.ticket.number}/timeline/", "tickets/?page_size=50",
            *[f"tickets/?q={word}" for word in (NAME, "7654", "渣土")], "approvals/", "callbacks/",
            f"cases/{case.number}/", f"cases/{case.number}/timeline/", f"cases/?q={NAME}",
            f"unit-staff/?ticket={walk.ticket.number}", f"callers/{walk.ticket.caller_id}/",
        ]
        for who in PEOPLE
        if who not in HOTLINE
    }  # fmt: skip
    answers = 0
    for who, addresses in readable.items():
        for address in addresses:
            answer = Program(people[who]).client.get(f"/api/v1/{address}")
            told = json.dumps(answer.json(), ensure_ascii=False)
            assert not [secret for secret in SECRETS if secret in told], (who, address)
            answers += answer.status_code == 200
            # A word of the caller finds nothing: the answer to a search is an answer too.
            if answer.status_code == 200 and f"q={NAME}" in address:
                assert answer.json()["results"] == [], (who, address)
    assert answers > 30
    # The hotline reads it as it was told, yet the journal of it holds nothing of the caller.
    assert NAME in Program(people["operator"]).get(f"tickets/{walk.ticket.number}/")["content"]
    for event in Event.objects.all():
        told = json.dumps([event.facts, event.subject_text, event.actor_text], ensure_ascii=False)
        assert not [secret for secret in SECRETS if secret in told], event.kind


def test_the_api_reveals_with_a_purpose_and_hides_the_caller_key(people):
    walk = TicketWalk(people, caller=TOLD)
    walk.to("handling")
    address = f"tickets/{walk.ticket.number}/"
    shown = Program(people["street"]).get(address)
    assert (shown["caller_id"], shown["may_reveal"]) == (None, True)
    told: Any = Program(people["street"]).post(f"{address}reveal/", {"field": "phone", "purpose": "上门前联系"})
    assert told == {"field": "phone", "value": PHONE}
    Program(people["manager"]).post(f"{address}reveal/", {"field": "phone", "purpose": "上门前联系"}, status=403)
    Program(people["clerk"]).post(f"{address}reveal/", {"field": "phone", "purpose": "上门前联系"}, status=404)
    Program(people["street"]).post(f"{address}reveal/", {"field": "phone", "purpose": " "}, status=422)
    assert Event.objects.filter(kind="caller.revealed").count() == 1


def test_anonymous_keeps_nothing_of_the_caller(people):
    ticket = log_ticket(
        demand_type=demand(), content="没人管", at=AT, by=people["operator"], caller=TOLD, anonymous=True
    )
    assert (ticket.identity, ticket.caller, ticket.phone) == ("anonymous", None, None)
    assert not Caller.objects.exists()
