"""Moves on any subject of a lifecycle: what is offered, and what happens when one is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from cases.casework.at_once import AT_ONCE, dispatch_at_once, is_for, why_not_at_once
from cases.casework.models import Case
from cases.casework.table import CASE
from cases.casework.timeline import timeline_of
from cases.hotline.history import timeline_of as timeline_of_ticket
from cases.hotline.models import Ticket
from cases.journal.models import Event
from cases.web.forms import OPINION, InputForm, opinion_input
from cases.web.reader import acting_of
from cases.workflow.engine import LIFECYCLES, advance, choices, takes
from cases.workflow.people import Acting
from cases.workflow.table import Transition
from citygrid.common.errors import Conflict, Invalid, NotFound, Refusal

SHOWN_CHANGES = 20


@dataclass(slots=True)
class Offer:
    """A move as the page shows it: its form, or why it is not possible now."""

    row: Transition
    url: str
    reason: str
    form: InputForm | None
    open: bool = False
    first: bool = False  # the one that carries the case on

    @property
    def anchor(self) -> str:
        """Where on the page it stands."""
        return self.form.anchor if self.form else self.row.name

    @property
    def needed(self) -> list[Any]:
        """The fields that belong to the move itself."""
        return [field for field in self.form or () if field.name not in self._extra]

    @property
    def extra(self) -> list[Any]:
        """What may be added to any move, shown on demand."""
        return [field for field in self.form or () if field.name in self._extra]

    @property
    def extra_open(self) -> bool:
        """Whether something was typed there or is wrong there."""
        return any(field.errors or field.value() for field in self.extra)

    @property
    def _extra(self) -> set[str]:
        own = {item.name for item in self.row.inputs}
        return {"evidence", *(() if self.row.opinion else (OPINION,))} - own


@dataclass(slots=True)
class Refused:
    """What became of a move that was not made."""

    offer: Offer
    refusal: Refusal
    changes: list[Event]
    status: int


def form_for(row: Transition, subject: Any, acting: Acting, request: HttpRequest | None = None) -> InputForm:
    """Return the form of a row; with a request, holding what it sent."""
    inputs = (*takes(row, subject), opinion_input(required=row.opinion))
    sent: dict[str, Any] = {"data": request.POST, "files": request.FILES} if request else {}
    case = LIFECYCLES[type(subject)] is CASE
    return InputForm(inputs, subject, acting, name=row.name if case else f"{row.name}-{subject.pk}", **sent)


def offers(subject: Any, acting: Acting) -> list[Offer]:
    """Return what the person can do with ``subject``, and what is not possible now with the reason."""
    possible = choices(subject, acting)
    if LIFECYCLES[type(subject)] is CASE and subject.state in AT_ONCE.sources and is_for(subject, acting):
        possible = [(AT_ONCE, why_not_at_once(subject, acting)), *possible]
    return [
        Offer(
            row, move_url(subject, row.name), refusal.message if refusal else "",
            None if refusal else form_for(row, subject, acting),
        )
        for row, refusal in possible
    ]  # fmt: skip


def parted(made: list[Offer]) -> tuple[list[Offer], list[tuple[Any, str]]]:
    """Return the offers that can be made now, and the labels of the others with the reason why not."""
    return [one for one in made if not one.reason], [(one.row.label, one.reason) for one in made if one.reason]


def laid_out(
    subject: Any, acting: Acting, refused: Refused | None, forward: Iterable[str]
) -> tuple[list[Offer], list[tuple[Any, str]]]:
    """Return the offers of a page, with what was typed into a refused one, and the moves not possible now.

    The first possible one of ``forward`` comes first and lies open; so does the refused one.
    """
    again = refused.offer if refused else None
    made = [again if again and one.row.name == again.row.name else one for one in offers(subject, acting)]
    possible, closed_off = parted(made)
    names = [offer.row.name for offer in possible]
    first = next((name for name in forward if name in names), "")
    for offer in possible:
        offer.first = offer.row.name == first
        offer.open = offer.first or offer is again
    possible.sort(key=lambda offer: not offer.first)
    return possible, closed_off


def move_url(subject: Any, name: str) -> str:
    """Return where a move on ``subject`` is sent."""
    named = any(field.name == "number" for field in subject._meta.concrete_fields)
    key = subject.number if named else subject.pk
    return reverse(f"{LIFECYCLES[type(subject)].name}_move", args=[key, name])


def make(request: HttpRequest, subject: Any, name: str) -> Refused | Any:
    """Make the move that was sent and return the fresh subject, or how it was refused. Raises ``NotFound``."""
    acting = acting_of(request)
    row = row_of(subject, name)
    if row is None:
        raise NotFound(_("There is nothing here, or it is not yours to see."))
    form = form_for(row, subject, acting, request)
    version = request.POST.get("version", "")
    try:
        given = form.given()
        opinion = given.pop(OPINION, "")
        told: dict[str, Any] = {
            "by": acting.user, "at": acting.at, "opinion": opinion,
            "version": int(version) if version.isdecimal() else None,
        }  # fmt: skip
        if row is AT_ONCE:
            return dispatch_at_once(key={"pk": subject.pk}, given=given, **told)
        return advance(subject, name, **told, **given)
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        offer = Offer(row, move_url(subject, name), "", form, open=True)
        return Refused(offer, refusal, _changes(subject, version, refusal), refusal.status)


def row_of(subject: Any, name: str) -> Transition | None:
    """Return the row of that name, or the one that stands for several, or ``None``."""
    life = LIFECYCLES[type(subject)]
    if life is CASE and name == AT_ONCE.name:
        return AT_ONCE
    return next((row for row in life.rows if row.name == name and row.sources), None)


def done(request: HttpRequest, subject: Any, name: str, way: str) -> HttpResponse:
    """Say that the move was made, and go back to where it was sent from."""
    row = row_of(subject, name)
    label = row.label if row else name
    messages.success(request, _("%(subject)s: “%(move)s” is done.") % {"subject": subject, "move": label})
    return redirect(safe_way(request) or way)


def safe_way(request: HttpRequest) -> str:
    """Return the page of ours that a form wants to lead back to, or nothing."""
    way = request.POST.get("next", request.GET.get("next", ""))
    return way if url_has_allowed_host_and_scheme(way, {request.get_host()}) else ""


def _changes(subject: Any, version: str, refusal: Refusal) -> list[Event]:
    """Return what happened since the version that the person looked at."""
    if not isinstance(refusal, Conflict) or isinstance(refusal, Invalid) or not version.isdecimal():
        return []
    whole = subject.holder_of_evidence() or subject  # of a request or a task the case or ticket, which the page shows
    if isinstance(whole, Case):
        happened = timeline_of(whole)
    else:
        happened = timeline_of_ticket(whole) if isinstance(whole, Ticket) else Event.objects.of(subject)
    known = Event.objects.of(subject).filter(facts__version=int(version)).order_by("-pk").first()
    return list(happened.filter(pk__gt=known.pk).order_by("pk")[:SHOWN_CHANGES]) if known else []
