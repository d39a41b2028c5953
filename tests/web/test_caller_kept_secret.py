"""Who called in confidence is absent from every address, page or API, that anybody outside the hotline can open.

The addresses come from the resolver, the people from the cast: whoever adds an address or a parameter is asked here.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cases.casework.models import Case
from cases.deadlines.models import Clock
from cases.hotline import identity, links
from cases.hotline.callbacks import Callback
from cases.hotline.models import Ticket
from cases.hotline.services import CallerTold
from cases.journal.models import Event
from cases.whistles.models import Whistle
from cases.whistles.report_ins import ReportIn
from cases.workflow.engine import advance
from citygrid.common import clock, masking
from notifications.publisher import publish_due
from tests import cast
from tests.cases.api_drive import Caller as Program
from tests.cases.ticket_walk import NAME, PHONE, SECOND, TicketWalk, hotline
from tests.cases.walk import catalogue
from tests.cases.whistling import Tune, add_departments
from tests.web.test_areas import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HOME = "山前路哨兵巷7号"
TOLD = CallerTold(name=NAME, phone=PHONE, address=HOME, other_phones=[SECOND])
SECRETS = [NAME, PHONE, "199 0000 7654", SECOND, SECOND.replace("-", ""), "7776543", HOME]
MASKS = [masking.name(NAME), masking.phone(PHONE)]
HOTLINE = {"operator", "callback", "hotlinelead"}
LEAK = f"{NAME} {PHONE} {SECOND} {HOME}"
# What would sign the person out; and what is written from the sources alone, slowly.
LEFT_OUT = {"logout", "session_end", "token_revoke", "schema", "api_docs"}


@pytest.fixture
def secret(people, city, settings, tmp_path) -> dict[str, Any]:
    """Two protected tickets, one confidential and one report, each naming the caller in every text it can hold."""
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    hotline(people, city)
    add_departments(people, city)
    condition = catalogue()
    began = clock.now() - timedelta(hours=6)
    words = f"我叫{NAME}，住{HOME}，电话199 0000 7654或{SECOND}（也可7776543），渣土乱倒。"
    walks = [
        TicketWalk(people, at=began, unit=unit, kind=kind, confidential=True, caller=TOLD, title=f"{NAME}反映渣土",
                   contact_wish=f"找{NAME}", content=words)
        for unit, kind in (("CGJ", "complaint"), ("SQ", "report"))
    ]  # fmt: skip
    for walk, handler, staff in zip(walks, ("clerk2", "street"), ("clerk", "street"), strict=True):
        walk.to("handling")
        walk.do("raise_case", "operator", category=condition.category.code, opinion=LEAK)
        asked = walk.ask("return", staff, f"诉求人{LEAK}不配合")
        walk.decide(asked, "hotlinelead", "refuse", opinion=f"{LEAK} 属地明确")
        if staff == "clerk":
            walk.do("name_handler", staff, handler=handler)
            walk.do("contact", handler, how="phone", reached=True, note=LEAK)
            identity.reveal(
                number=walk.ticket.number, field="phone", by=people[handler], purpose=f"联系 {LEAK}", at=walk.at,
                model=Ticket,
            )  # fmt: skip
    body = {"description": "渣土占道", "lon": 120.205, "lat": 27.335, "tickets": [walks[1].ticket.number]}
    drafted = Program(people["street"]).post("whistles/", body, status=201)
    tune = Tune(people, whistle=Whistle.objects.get(number=drafted["number"]), names=("CGJ",), at=walks[1].at)
    tune.to("issued")
    first = walks[0]
    first.do("reply", "clerk", accepted_at=first.at, spoke_to=NAME, measures=LEAK, deadline="2099-03-04",
             outcome="solved", public_text=f"{NAME}您好", internal_text=LEAK)  # fmt: skip
    first.do("open_callback", "callback")
    first.do("attempt_callback", "callback", how="phone", note=LEAK)
    case = Case.objects.get(tickets=first.ticket)
    advance(case, "comment", by=people["leader"], at=clock.now(), text="已阅")
    return {"walks": walks, "case": case, "whistle": tune.whistle}


def patterns(
    found: Any = None, prefix: str = "", names: tuple[str, ...] = ()
) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return every address with its name and parameters."""
    listed = []
    for one in get_resolver().url_patterns if found is None else found:
        address = prefix + str(one.pattern)
        own = (*names, *getattr(one.pattern, "converters", {}))
        if isinstance(one, URLResolver):
            listed += patterns(one.url_patterns, address, own)
        elif isinstance(one, URLPattern):
            listed.append((address, str(one.name), own))
    return listed


def values(secret: dict[str, Any]) -> dict[str, dict[str, list[Any]]]:
    """Return what each parameter can be, by what stands in the address; the empty word fits everywhere."""
    tickets = [walk.ticket for walk in secret["walks"]]
    numbers = [one.number for one in tickets]
    asked = [one for ticket in tickets for one in ticket.approvals.values_list("pk", flat=True)]
    clocks = Clock.objects.filter(subject_id__in=[one.pk for one in tickets], subject_type="cases.ticket")
    return {
        "number": {"cases/": [secret["case"].number], "whistles/": [secret["whistle"].number], "": numbers},
        "pk": {"field-tasks/": [1], "tasks/": [1], "report-ins/": list(ReportIn.objects.values_list("pk", flat=True)),
               "approvals/": asked, "requests/": asked, "": [tickets[0].caller_id]},
        "clock_id": {"": [clocks.latest("pk").pk]},
        "object_id": {"": list(Event.objects.of(tickets[0]).values_list("pk", flat=True)[:12])},
        "key": {"": ["00000000-0000-4000-8000-000000000000"]}, "code": {"": ["CGJ", cast.OURS]},
        "family": {"": ["hotline"]}, "name": {"": ["reply"]}, "kind": {"export": ["csv", "xlsx"], "": ["return"]},
        "field": {"": ["phone"]}, "session_id": {"": [1]}, "token_id": {"": [1]}, "content_type_id": {"": [1]},
        "token": {"": [links.make(callback=Callback.objects.earliest("pk"), at=clock.now())]},
    }  # fmt: skip


def addresses(secret: dict[str, Any]) -> list[str]:
    """Return every address filled in; of those with several numbers each that can be meant."""
    known, found = values(secret), []
    for address, name, parameters in patterns():
        if name in LEFT_OUT or "^" in address or "(?P" in address:
            continue
        if "object_id" in parameters and "cases/event" not in address:
            continue
        filled = [f"/{address}"]
        for one in parameters:
            assert one in known, f"Say in this test what <{one}> of {address} can be."
            fitting = next(some for part, some in known[one].items() if part in address)
            filled = [re.sub(rf"<(?:\w+:)?{one}>", str(value), before) for before in filled for value in fitting]
        found += filled
    return found


def told(answer: Any) -> str:
    """Return everything that an answer says, also from inside a workbook or an archive."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    said: str = content.decode("utf-8", "replace") + str(answer.headers)
    return said.encode().decode("unicode_escape", "replace") + said if "\\u" in said else said


def test_every_address_keeps_who_called_from_everybody_outside_the_hotline(people, secret, caplog):
    ours = addresses(secret)
    assert len(ours) > 150
    opened: dict[str, int] = {}
    for who in [*people, ""]:
        if who in HOTLINE or who in ("zj", "hb"):  # these two stand where the clerk does
            continue
        client = signed_in(people[who]) if who else Client()
        administers = client.get("/admin/").status_code == 200
        hidden = [*SECRETS, *([] if who == "clerk2" else MASKS)]  # the named handler may see the masks
        for address in ours:
            if address.startswith("/admin/") and not administers:
                continue
            answer = client.get(address, headers={"accept-language": "en"})
            text = told(answer)
            assert answer.status_code < 500 or address == "/readyz", (who, address)
            assert not [word for word in hidden if word in text], (who, address)
            opened[who] = opened.get(who, 0) + (answer.status_code == 200)
        for address, body in (("ticket-duplicates", {"content": LEAK}), ("ticket-suggestions", {"content": LEAK})):
            answer = client.post(f"/api/v1/{address}/", body, content_type="application/json")
            assert answer.status_code in (401, 403), (who, address)
    assert min(count for who, count in opened.items() if who in ("clerk", "street", "manager")) > 30
    assert not [word for word in SECRETS if word in caplog.text]
    # The hotline reads it by the same addresses: what is looked for above can be found.
    number = secret["walks"][0].ticket.number
    for address in (f"/api/v1/tickets/{number}/", f"/hotline/tickets/{number}/"):
        assert NAME in told(signed_in(people["operator"]).get(address, headers={"accept-language": "en"})), address


def test_no_search_by_the_caller_finds_the_ticket(people, secret):
    numbers = [walk.ticket.number for walk in secret["walks"]] + [secret["case"].number]
    searched = 0
    for who in ("gw", "acceptor", "clerk", "clerk2", "street", "streetlead", "platform", "manager", "stranger_street"):
        client = signed_in(people[who])
        for word in (NAME, PHONE, "7654", SECOND, HOME):
            for address in ("search", "hotline/tickets", "cases", "api/v1/tickets", "api/v1/cases", "whistles"):
                answer = client.get(f"/{address}/", {"q": word}, headers={"accept-language": "en"})
                if answer.status_code == 200:
                    searched += 1
                    text = answer.content.decode()
                    assert not [number for number in numbers if f"{number}/" in text], (who, address, word)
            answer = client.get("/api/v1/tickets/", {"phone": word})
            assert answer.status_code in (400, 403), (who, word)
    assert searched > 60


def test_no_live_message_and_no_event_says_who_called(people, secret, monkeypatch):
    sent: list[Any] = []

    class Layer:
        async def group_send(self, group: str, message: Any) -> None:
            sent.append((group, message))

    monkeypatch.setattr("notifications.publisher.get_channel_layer", Layer)
    while publish_due(at=clock.now() + timedelta(minutes=1)):
        pass
    assert not [word for word in SECRETS if word in str(sent)]
    for event in Event.objects.all():
        said = f"{event.facts} {event.subject_text} {event.actor_text}"
        assert not [word for word in SECRETS if word in said], event.kind
