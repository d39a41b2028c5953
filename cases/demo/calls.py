"""Deeds about tickets: the hotline logs, dispatches and calls back; units sign, speak with the caller and reply."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.timezone import localdate

from cases.approvals.services import ask as make_request
from cases.approvals.states import RequestKind
from cases.casework.states import Outcome
from cases.catalogue.models import Category
from cases.demo.callers import another, caller
from cases.demo.centre import Deed
from cases.demo.plan import SUPERVISED
from cases.demo.scene import Scene
from cases.demo.topics import OUTSIDE
from cases.hotline import links
from cases.hotline.reference import DemandType, TicketCategory
from cases.hotline.services import log_ticket, prefill
from cases.hotline.states import Channel, Fault, Medium, Solved
from cases.hotline.units import STREET_ROLES
from citygrid.accounts.roles import Role
from gridmap.departments.models import DepartmentKind

BY_NET = (Channel.WEB, Channel.APP, Channel.WECHAT)
CONTENT_FROM = 3
UNTIL = (1, 3, 7)  # days within which a unit says that it will be done


def log(scene: Scene, how: str) -> None:
    """Log a demand: ``web`` as it comes in by itself, ``anonymous``, ``confidential``, ``uncalled`` (wants no call).

    ``other`` is another caller about the same, ``same`` the first one again.
    """
    demand = scene.demand
    who = scene.callers.get(1) if how == "same" else another(scene.random, set(scene.callers.values()))
    scene.callers[scene.turn] = who or 0
    text = scene.say("t.also") + demand.text if how == "other" else demand.text
    lon, lat = scene.place if demand.has_place else (None, None)
    category = TicketCategory.objects.filter(code=demand.category).first()
    phone = scene.random.random() < 0.75
    scene.tickets[scene.turn] = log_ticket(
        demand_type=DemandType.objects.get(code=demand.type), category=category, content=text, at=scene.at,
        by=None if how == "web" else scene.of(Role.HOTLINE_OPERATOR), caller=caller(scene.callers[scene.turn]),
        anonymous=how == "anonymous", confidential=how == "confidential", lon=lon, lat=lat,
        address=scene.address if demand.has_place else "", wants_callback=how != "uncalled",
        channel=Channel.PHONE if phone and how != "web" else scene.random.choice(BY_NET),
        call_reference=f"REC-{scene.story.key}-{scene.turn}" if phone and how != "web" else "",
        client_request_id=f"{scene.story.key}-{scene.turn}",
    )  # fmt: skip


def link(scene: Scene, _arg: str) -> None:
    """Hang the ticket on the first caller's."""
    scene.move_ticket("link", scene.of(Role.HOTLINE_OPERATOR), target=scene.tickets[1])


def dispatch(scene: Scene, how: str) -> None:
    """Give it to the unit: ``wrong`` to another street, ``final`` by the leader so that the unit must keep it."""
    unit = scene.demand.unit or scene.cast.offices[scene.street]
    if how == "wrong":
        unit = scene.random.choice([code for area, code in sorted(scene.cast.offices.items()) if area != scene.street])
    role = Role.HOTLINE_LEADER if how == "final" else Role.HOTLINE_OPERATOR
    scene.move_ticket("dispatch", scene.of(role), unit=unit, **({"final": True} if how == "final" else {}))


def staff(scene: Scene, *, lead: bool = False) -> Any:
    """Return somebody of the unit that has the ticket: its staff, or its leader."""
    unit: Any = scene.ticket.unit
    if unit.kind == DepartmentKind.STREET_OFFICE:
        return scene.cast.somebody(STREET_ROLES[lead], scene.random, area=unit.area_served)
    if unit.kind == DepartmentKind.CENTRE:
        return scene.cast.platform(unit.area_served_id, scene.random)
    return scene.cast.somebody(Role.DEPT_CLERK, scene.random, department=unit.code)


def name(scene: Scene, _arg: str) -> None:
    """Name the one who may learn who called."""
    by = staff(scene)
    scene.move_ticket("name_handler", by, handler=by)


def allow(scene: Scene, _arg: str) -> None:
    """Let one named handler contact who reported."""
    scene.move_ticket("allow_contact", scene.of(Role.HOTLINE_LEADER), opinion=scene.say("t.allow"),
                      handler=staff(scene))  # fmt: skip


def contact(scene: Scene, how: str) -> None:
    """Contact the caller; ``no``: nobody was reached."""
    if not scene.ticket.contactable:
        return
    handler = scene.ticket.handler
    by = scene.cast.person(handler.username) if handler else staff(scene)
    told = "contact.no" if how == "no" else "contact"
    scene.move_ticket("contact", by, how=Medium.PHONE, reached=how != "no", note=scene.say(told))


def raise_case(scene: Scene, _arg: str) -> None:
    """Raise a case; it is the story's."""
    category = Category.objects.get(conditions__code=scene.story.matter.condition)
    scene.move_ticket("raise_case", staff(scene), category=category)
    raised: Any = scene.ticket.case
    scene.case = raised


def reply(scene: Scene, _arg: str) -> None:
    """Reply with the four elements. Where the leader signs off and the storyline says nothing of it, he replies."""
    ticket = scene.ticket
    leads = scene.street == SUPERVISED and not scene.is_signed_off
    row: Any = ticket.current_round()
    told = {"outcome": Outcome.SOLVED, "measures": scene.demand.measures, "public_text": scene.demand.answer}
    told |= {key: value for key, value in prefill(ticket).items() if value}
    scene.move_ticket(
        "reply", staff(scene, lead=leads), accepted_at=row.signed_at or row.began_at, spoke_to=scene.say("spoke_to"),
        deadline=localdate(scene.at) + timedelta(days=scene.random.choice(UNTIL)),
        internal_text=scene.say("internal") if scene.random.random() < 0.5 else "", **told,
    )  # fmt: skip


def close(scene: Scene, how: str) -> None:
    """Close the callback: with so many steps of satisfaction, or with whose fault it is that it is not content."""
    if how in Fault.values:
        given = answers(scene, 2) | {"fault": how, "reason": scene.say(f"t.reason.{how}")}
    else:
        given = answers(scene, int(how))
    scene.move_ticket("close_callback", scene.of(Role.CALLBACK_AGENT), **given)


def answers(scene: Scene, steps: int) -> dict[str, Any]:
    """Return what a caller says who is satisfied by that many steps."""
    content = steps >= CONTENT_FROM
    contacted = scene.ticket.current_round().contacted_at is not None  # type: ignore[union-attr]
    solved = Solved.YES if content else scene.random.choice((Solved.NO, Solved.PARTLY))
    return {"contacted": contacted, "solved": solved, "satisfaction": str(steps)}


def redo(scene: Scene, how: str) -> None:
    """Have it done again: at the same unit, ``other`` at another one, ``case`` with the case as well."""
    more: dict[str, Any] = {"rework_case": True} if how == "case" else {}
    if how == "other":
        more["unit"] = "CGJ"
    scene.move_ticket("redo", scene.of(Role.CALLBACK_AGENT), opinion=scene.say("t.redo"), **answers(scene, 1), **more)
    if how == "case":
        scene.reread()


def online(scene: Scene, how: str) -> None:
    """Let the caller answer by the link."""
    row = scene.ticket.callbacks.latest("pk")
    given = answers(scene, 2 if how == "bad" else int(how))
    given["satisfaction"] = int(given["satisfaction"])
    scene.tickets[scene.turn] = links.answer(token=links.make(callback=row, at=row.asked_for_at), at=scene.at, **given)


def ask(scene: Scene, what: str) -> None:
    """Ask to return it, or to leave it out of the scores, with evidence."""
    by, kind = staff(scene), RequestKind(what)
    evidence = [scene.shoot(by, solved=True)] if kind == RequestKind.EXCLUSION else []
    reason = scene.say(f"t.{what}")
    ground = ("in-court" if "诉讼" in reason else "policy") if kind == RequestKind.EXCLUSION else ""
    scene.asked = make_request(
        ticket=scene.ticket, kind=kind, reason=reason, by=by, at=scene.at, evidence=evidence, legal_basis=ground
    )


def scope(scene: Scene, _arg: str) -> None:
    """Refer the caller to another channel."""
    channel = scene.demand.condition
    if scene.demand.unit != OUTSIDE:
        raise LookupError(f"{scene.story.key}: somebody here is competent")
    scene.move_ticket("out_of_scope", scene.of(Role.HOTLINE_OPERATOR), other_channel=channel,
                      advice=scene.demand.answer)  # fmt: skip


def _by_hotline(move: str, role: Role = Role.HOTLINE_OPERATOR, *, opinion: str = "") -> Deed:
    return lambda scene, _arg: scene.move_ticket(
        move, scene.of(role), **({"opinion": scene.say(opinion)} if opinion else {})
    )


DEEDS: dict[str, Deed] = {
    "log": log, "link": link, "dispatch": dispatch, "name": name, "allow": allow, "contact": contact,
    "raise": raise_case, "reply": reply, "close": close, "redo": redo, "online": online, "ask": ask, "scope": scope,
    "sign": lambda scene, _arg: scene.move_ticket("sign", staff(scene)),
    "sign_off": lambda scene, _arg: scene.move_ticket("sign_off", staff(scene, lead=True)),
    "refuse": lambda scene, _arg: scene.move_ticket("refuse_sign_off", staff(scene, lead=True),
                                                    opinion=scene.say("t.refuse")),
    "open": _by_hotline("open_callback", Role.CALLBACK_AGENT),
    "vain": lambda scene, _arg: scene.move_ticket("attempt_callback", scene.of(Role.CALLBACK_AGENT),
                                                  how=Medium.PHONE, note=scene.say("vain")),
    "answer": lambda scene, _arg: scene.move_ticket("answer", scene.of(Role.HOTLINE_OPERATOR),
                                                    answer=scene.demand.answer),
    "withdraw": _by_hotline("withdraw", opinion="t.withdraw"),
}  # fmt: skip


def of_caller(number: int, deed: Deed) -> Deed:
    """Return the deed, done about the ticket of that caller of the story."""

    def done(scene: Scene, arg: str) -> None:
        scene.turn = number
        deed(scene, arg)

    return done


TICKET_DEEDS: dict[str, Deed] = {
    **{f"t{number if number > 1 else ''}.{word}": of_caller(number, deed)
       for number in (1, 2, 3) for word, deed in DEEDS.items()},
}  # fmt: skip
