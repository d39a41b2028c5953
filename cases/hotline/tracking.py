"""What a citizen reads about the own matter with its number and the phone: progress, and nothing personal.

The last four digits show progress alone: every unit reads them in the mask of the phone. To say whether it is solved,
or to have it taken up again, takes the whole number, which a unit sees by a recorded reveal alone. A number that is not
there and a wrong phone take the same queries and the same decryptions, so that neither the answer nor the time tells
which of the two it was.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.casework.models import Case
from cases.casework.states import Outcome
from cases.deadlines.models import Clock
from cases.hotline.callbacks import Callback
from cases.hotline.guards import why_not_reopened
from cases.hotline.models import Ticket
from cases.hotline.states import OtherChannel, TicketState
from cases.workflow.engine import advance_by_system
from citygrid.common.crypto import blind, decrypt, encrypt
from citygrid.common.errors import NotFound

TAIL = 4
SHOWN_FOR = timedelta(minutes=30)  # how long the page of a matter opens without asking for the number again
_SALT = "citygrid.hotline.tracking"
T = TicketState
# States in the words of somebody outside the office.
WORDS: dict[str, Any] = {
    T.LOGGED: gettext_lazy("received; it is being passed to the unit that is competent"),
    T.ANSWERED: gettext_lazy("answered"),
    T.OUT_OF_SCOPE: gettext_lazy("not a matter of the hotline"),
    T.DISPATCHED: gettext_lazy("passed to the unit that is competent"),
    T.HANDLING: gettext_lazy("being handled"),
    T.REPLIED: gettext_lazy("the unit has replied; we would like to hear from you"),
    T.CALLBACK_OPEN: gettext_lazy("the unit has replied; we are calling you"),
    T.CLOSED: gettext_lazy("finished"),
    T.WITHDRAWN: gettext_lazy("withdrawn at your wish"),
}
# Only what is solved is told as solved.
OUTCOMES: dict[str, Any] = {
    Outcome.SOLVED: gettext_lazy("The unit says: solved."),
    Outcome.PARTLY: gettext_lazy("The unit says: solved in part."),
    Outcome.CANNOT: gettext_lazy("The unit says: it cannot be solved now."),
    Outcome.NOT_OURS: gettext_lazy("The unit says: another body is competent."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened: what, when, and the public words that go with it."""

    label: Any
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """All that is told of a ticket."""

    number: str
    demand: str
    state: Any
    outcome: Any
    unit: str
    due: datetime | None  # by when the unit replies
    steps: list[Step]
    advice: str  # of the hotline itself: its answer, or who is competent instead
    callback: Callback | None  # to be answered online
    reopens_until: datetime | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A matter that was opened, and whether with the whole phone number: only then it is answered or taken up again."""

    ticket: Ticket
    whole: bool


def find(*, number: str, phone: str, at: datetime) -> Opened:
    """Return the ticket with that number or, for the number of a case, the caller's latest of that case.

    ``phone`` is whole and tidy (:func:`gridmap.registers.checks.tidy`), or the last four digits: these every unit sees,
    so that they show progress alone, and of one ticket, not of a case with many phones. Raises ``NotFound`` in the same
    words and time for a number that is not there, an anonymous ticket and a phone that is not that of the ticket.
    """
    wanted, whole = tidy(number), len(phone) != TAIL
    rows = Ticket.objects.filter(phone__isnull=False)
    key: int | None
    if whole:
        own = rows.filter(Q(number=wanted) | Q(case__number=wanted), phone__digest=blind(phone))
        key = own.order_by("-received_at", "-pk").values_list("pk", flat=True).first()
    else:
        row = rows.filter(number=wanted).values_list("pk", "phone__number").first()
        key = row[0] if _ends(row[1] if row else decrypt(_filling()), phone) and row else None
    if key is None:
        raise NotFound(
            _("Number and phone do not belong together. With the number of a case, give the whole phone number. "
              "Look at the message you were sent, or call 12345.")
        )  # fmt: skip
    return Opened(Ticket.objects.select_related("unit", "demand_type").get(pk=key), whole)


def subject_of(number: str) -> str:
    """Return by what attempts at a number are counted: one count for every way to the same matter.

    That is the case, for its number and those of its tickets; else the ticket; else the number, which is nobody's. It
    takes the same queries for each.
    """
    wanted = tidy(number)
    ticket = Ticket.objects.filter(number=wanted).values_list("pk", "case_id").first()
    case = Case.objects.filter(number=wanted).values_list("pk", flat=True).first()
    if case is None and ticket is not None:
        case = ticket[1]
    if case is not None:
        return f"case:{case}"
    return f"ticket:{ticket[0]}" if ticket is not None else f"number:{blind(wanted)}"


def is_phone_of(ticket: Ticket, phone: str) -> bool:
    """Whether that is the whole number, tidy, by which the caller is reached; compared by its digest."""
    kept = ticket.phone.digest if ticket.phone is not None else ""
    return hmac.compare_digest(kept.encode(), blind(phone).encode()) and bool(kept)


def tidy(text: str) -> str:
    """Return what was typed as it is kept: full-width signs made plain, no blanks, capitals."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _ends(phone: str, tail: str) -> bool:
    digits = "".join(sign for sign in phone if sign.isdigit())
    return hmac.compare_digest(digits[-TAIL:].encode(), tail.encode())


@lru_cache(maxsize=1)
def _filling_for(keys: tuple[str, ...]) -> str:
    return encrypt("13000000000x")


def _filling() -> str:
    return _filling_for(tuple(settings.FIELD_KEYS))


def seal(opened: Opened, *, at: datetime) -> str:
    """Return a token that opens the page of this ticket for ``SHOWN_FOR``."""
    return signing.dumps([opened.ticket.pk, int((at + SHOWN_FOR).timestamp()), opened.whole], salt=_SALT)


def unseal(token: str, *, at: datetime) -> Opened:
    """Return what a token opens. Raises ``NotFound`` for one that is over or was not made here."""
    try:
        key, until, whole = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        key, until, whole = None, 0, False
    found: Ticket | None = None
    if at.timestamp() <= until:
        found = Ticket.objects.select_related("unit", "demand_type", "phone").filter(pk=key).first()
    if found is None:
        raise NotFound(_("Give the number and the end of the phone once more."))
    return Opened(found, whole is True)


def progress(ticket: Ticket, *, at: datetime) -> Progress:
    """Return what is told of a ticket at a time."""
    own = Clock.objects.running().of(ticket).filter(kind="reply")
    due = own.values_list("due_at", flat=True).first()
    return Progress(
        number=ticket.number, demand=ticket.demand_type.label, state=WORDS[ticket.state],
        outcome=OUTCOMES.get(ticket.outcome, "") if ticket.round_number else "",
        unit=ticket.unit.label if ticket.unit is not None and ticket.state != T.LOGGED else "",
        due=due if ticket.state in (T.DISPATCHED, T.HANDLING) else None,
        steps=_steps(ticket), advice=_advice(ticket), callback=_open_callback(ticket),
        reopens_until=_reopens_until(ticket, at),
    )  # fmt: skip


def _steps(ticket: Ticket) -> list[Step]:
    steps = [Step(_("We received your matter"), ticket.received_at)]
    for one in ticket.rounds.select_related("unit").order_by("number"):
        steps.append(Step(_("Passed to %(unit)s") % {"unit": one.unit.label}, one.began_at))
        if one.contacted_at:
            steps.append(Step(_("%(unit)s spoke with you") % {"unit": one.unit.label}, one.contacted_at))
        if one.replied_at:
            steps.append(Step(_("%(unit)s replied") % {"unit": one.unit.label}, one.replied_at, one.public_text))
    if ticket.ended_at:
        steps.append(Step(pgettext_lazy("a citizen's matter", "Finished"), ticket.ended_at))
    return steps


def _advice(ticket: Ticket) -> str:
    if ticket.state not in (T.ANSWERED, T.OUT_OF_SCOPE):
        return ""
    other = f"{OtherChannel(ticket.other_channel).label}: " if ticket.other_channel else ""
    return f"{other}{ticket.answer}"


def _open_callback(ticket: Ticket) -> Callback | None:
    if ticket.state not in (T.REPLIED, T.CALLBACK_OPEN):
        return None
    own = Callback.objects.filter(ticket=ticket, round_number=ticket.round_number, ended_at=None, satisfaction=None)
    found: Callback | None = own.first()
    return found


def _reopens_until(ticket: Ticket, at: datetime) -> datetime | None:
    """Return until when the caller may have it taken up again, or ``None`` if not."""
    if ticket.state != T.CLOSED or ticket.ended_at is None or why_not_reopened(ticket, at):
        return None
    found: datetime = ticket.ended_at + timedelta(days=settings.REOPEN_DAYS)
    return found


def reopen(ticket: Ticket, *, reason: str, at: datetime) -> Ticket:
    """Have the unit do it again, since the caller says that it is not solved. Raises ``Conflict``, ``Invalid``."""
    return advance_by_system(ticket, "reopen", at=at, reason=reason)
