"""Who may learn who called, how the rest see it, and what is kept out of every text (handbook §4.4, §9.2).

Everybody sees masks. A confidential ticket shows the unit nothing; one that reports wrongdoing (举报) goes out without
the caller, and its one named handler learns a number only if the hotline allows contact. Each reveal is on record.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.hotline.callers import Caller, CallerPhone, hang_phones, phones_of, with_number
from cases.hotline.states import WITH_UNIT, Identity
from cases.workflow.engine import Move
from cases.workflow.people import Acting
from citygrid.accounts.authority import lacking
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Invalid, NotAllowed, NotFound
from gridmap.registers import checks

SHORTEST_PURPOSE, LONGEST_PURPOSE = 4, 200
FIELDS = ("name", "phone", "address")
HIDDEN = "***"


def of_hotline(acting: Acting) -> bool:
    """Whether the person belongs to the hotline, which hears callers anyway."""
    return acting.holds(Perm.CALLER_VIEW)


def conceals(ticket: Any, acting: Acting) -> bool:
    """Whether not even a mask is shown: a surname and four digits are enough to recognise a neighbour."""
    if ticket.identity == Identity.OPEN:
        return False
    return not of_hotline(acting) and why_not_reveal(ticket, acting) is not None


def why_not_reveal(ticket: Any, acting: Acting) -> str | None:
    """Return in words why the person may not learn who called, or ``None``."""
    if ticket.caller_id is None:
        return _("Nobody knows who called: the ticket is anonymous.")
    if of_hotline(acting):
        return None
    if ticket.state not in WITH_UNIT:
        return _("The unit learns who called only while it has the ticket.")
    at_unit = any(ticket.stands_at_unit(role, area, department) for role, area, department, _s in acting.posts)
    named = ticket.is_assigned_to(acting.user) and at_unit
    if ticket.identity == Identity.OPEN:
        return None if at_unit else _("Only the unit that has the ticket and the hotline may learn who called.")
    if ticket.identity == Identity.WITHHELD and not ticket.contact_allowed:
        return _("This report went out without the caller's identity. Ask the hotline to allow contact.")
    return None if named else _("Only the named handler and the hotline may learn who called.")


def caller_shown(ticket: Any, acting: Acting) -> dict[str, str] | None:
    """Return the caller's masks, or ``None`` for an anonymous ticket; concealed ones are all asterisks."""
    if ticket.caller_id is None:
        return None
    if conceals(ticket, acting):
        return {"name": HIDDEN, "phone": HIDDEN, "gender": ""}
    phone = ticket.phone.masked if ticket.phone_id else ""
    return {"name": ticket.caller.masked_name, "phone": phone, "gender": ticket.caller.gender}


def text_shown(ticket: Any, acting: Acting) -> tuple[str, str]:
    """Return title and text: as it was told for the hotline, as it goes out for everybody else."""
    return (ticket.title, ticket.content) if of_hotline(acting) else (ticket.shown_title, ticket.shown_content)


def redact(text: str, *, names: list[str], numbers: list[str]) -> str:
    """Hide the caller's names and numbers, and any mobile or identity number, in a free text."""
    for name in names:
        if len(name) > 1:  # one sign alone would hide half of the text
            text = text.replace(name, HIDDEN)
    for number in numbers:
        digits = [digit for digit in number if digit.isdigit()]
        if len(digits) >= 7:
            text = re.sub(r"[\s\-‐–—]*".join(digits), HIDDEN, text)
            local = number.partition("-")[2]  # a landline is often told without its area code
            text = text.replace(local, HIDDEN) if len(local) >= 7 else text
    return checks.hide_numbers(text)


def clean_text(ticket: Any, text: str) -> str:
    """Hide who called in a text that is kept with the ticket or written to the journal."""
    if not text:
        return text
    caller: Caller | None = ticket.caller if ticket.caller_id else None
    if caller is None:
        return checks.hide_numbers(text)
    numbers = [phone.number for phone in phones_of(caller)]
    names = [caller.name] if ticket.identity == Identity.OPEN else [caller.name, caller.address]
    return redact(text, names=names, numbers=numbers)


def scrub(move: Move) -> None:
    """Check of every move on a ticket: what people type never carries the caller into columns or the journal."""
    move.opinion = clean_text(move.subject, move.opinion)
    for name, value in move.inputs.items():
        if isinstance(value, str):
            move.inputs[name] = clean_text(move.subject, value)


def find(*, number: str, field: str, by: Any, at: datetime, model: Any) -> Any:
    """Return the ticket whose caller is to be revealed. Raises ``NotFound``, ``NotAllowed``."""
    seen = model.objects.visible_to(by, at).select_related("caller", "phone", "unit")
    ticket = seen.filter(number=number).first() if field in FIELDS else None
    if ticket is None:
        raise NotFound(_("There is nothing here, or it is not yours to see."))
    if why := why_not_reveal(ticket, Acting.of(by, at)):
        raise NotAllowed(why)
    return ticket


# Durable: the value leaves only after its record can no longer be rolled back.
@transaction.atomic(durable=True)
def reveal(*, number: str, field: str, by: Any, purpose: str, at: datetime, model: Any) -> str:
    """Return ``name``, ``phone`` or ``address`` of a ticket's caller; record who looked and why, not what was seen.

    Raises as :func:`find` does, and ``Invalid`` for a purpose of fewer than four characters or an empty field.
    """
    ticket = find(number=number, field=field, by=by, at=at, model=model)
    why = clean_text(ticket, " ".join(purpose.split()))
    if not SHORTEST_PURPOSE <= len(why) <= LONGEST_PURPOSE:
        sentence = _("Say in %(least)s to %(most)s characters what you need it for; it is kept in the journal.")
        sentence %= {"least": SHORTEST_PURPOSE, "most": LONGEST_PURPOSE}
        raise Invalid(sentence, fields={"purpose": [sentence]})
    source = ticket.phone if field == "phone" else ticket.caller
    value = str(getattr(source, "number" if field == "phone" else field)) if source is not None else ""
    if not value:
        raise Invalid(_("There is nothing to reveal: this field is empty."))
    facts.record("caller.revealed", ticket, at=at, by=by, field=field, purpose=why)
    return value


@transaction.atomic
def look_up(*, phone: str, by: Any, at: datetime) -> list[Caller]:
    """Return the callers with exactly this number, and record how many, not which.

    Raises ``NotAllowed`` without ``Perm.CALLER_VIEW``.
    """
    if not of_hotline(Acting.of(by, at)):
        raise lacking(Perm.CALLER_VIEW)
    found = with_number(checks.tidy(phone))
    facts.record("caller.looked_up", by, at=at, by=by, count=len(found))
    return found


def remember(*, name: str, phone: str, gender: str, address: str, others: list[str], at: datetime) -> tuple[Any, Any]:
    """Return the caller and the number by which to be reached, adding what is new. ``phone`` may be empty.

    Somebody of the same number is the same caller unless the names differ; a name that was missing is filled in.
    Raises ``Invalid`` for a number that cannot be one.
    """
    numbers = _numbers(phone, others)
    known = with_number(numbers[0]) if numbers else []
    caller = next((one for one in known if not name or not one.name or one.name == name), None)
    if caller is None:
        caller = Caller.objects.create(name=name, gender=gender, address=address, first_seen_at=at)
        hang_phones(caller, ())
    else:
        _fill_in(caller, name=name, gender=gender, address=address)
    rows = [_phone(caller, number, at) for number in numbers]
    return caller, rows[0] if rows else None


def _numbers(phone: str, others: list[str]) -> list[str]:
    tests = {"caller_phone": phone, **{f"other_phones.{place}": number for place, number in enumerate(others)}}
    tidy: dict[str, str] = {}
    faults: dict[str, list[str]] = {}
    for field, number in tests.items():
        if number.strip():
            try:
                tidy[checks.phone(number)] = field
            except Invalid as fault:
                faults.setdefault(field.partition(".")[0], []).append(str(fault))
    if faults:
        raise Invalid(_("Some fields cannot be used; each is explained."), fields=faults)
    return list(tidy)


def _fill_in(caller: Caller, **told: str) -> None:
    new = {field: value for field, value in told.items() if value and not getattr(caller, field)}
    for field, value in new.items():
        setattr(caller, field, value)
    if new:
        caller.save(update_fields=list(new))


def _phone(caller: Caller, number: str, at: datetime) -> CallerPhone:
    phones = phones_of(caller)
    known = next((one for one in phones if one.number == number), None)
    if known is None:
        known = CallerPhone.objects.create(caller=caller, number=number, added_at=at)
        hang_phones(caller, [*phones, known])
    return known
