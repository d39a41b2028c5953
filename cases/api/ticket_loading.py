"""Load a ticket with everything that hangs on it, by few queries whose SQL is made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef

from cases.api.reader import Reader
from cases.api.ticket_rows import JOINS
from cases.approvals.models import Approval
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.hotline.callbacks import Callback, CallbackAttempt
from cases.hotline.limits import SUBJECT_TYPE
from cases.hotline.models import Contact, Ticket, TicketRound
from cases.hotline.scope import reach
from citygrid.common.hydrate import holding
from citygrid.common.prepared import Prepared, filled

_JOINS = (*JOINS, "first_unit", "handler", "logged_by", "category__unit", "main_ticket__unit")
_CHILDREN: dict[str, Callable[[], Any]] = {
    "rounds": lambda: TicketRound.objects.select_related("unit", "signed_by", "replied_by", "signed_off_by").order_by(
        "number"
    ),
    "contacts": lambda: Contact.objects.select_related("by").order_by("pk"),
    "approvals": lambda: Approval.objects.select_related("requested_by").order_by("pk"),
    "callbacks": lambda: Callback.objects.select_related("agent").order_by("pk"),
}


def _evidence(key: Any) -> Any:
    rows = Evidence.objects.filter(holder_type=SUBJECT_TYPE, holder_id=key)
    return rows.select_related("uploaded_by").order_by("used_at", "pk")


def _flagged(tickets: Any) -> Any:
    """Add whether there are children of each kind: most tickets are asked for while they have none."""
    flags = {f"has_{name}": Exists(rows().filter(ticket=OuterRef("pk")).order_by()) for name, rows in _CHILDREN.items()}
    evidence = Exists(_evidence(OuterRef("pk")).order_by())
    return tickets.select_related(*_JOINS).annotate(has_evidence=evidence, **flags)


def _of_ticket(rows: Callable[[], Any]) -> Prepared:
    return Prepared(lambda ticket: rows().filter(ticket=ticket))


_ONE = {
    "number": Prepared(
        lambda number, roots, units: _flagged(Ticket.objects.in_scope(roots, units)).filter(number=number)
    ),
    "pk": Prepared(lambda pk, roots, units: _flagged(Ticket.objects.in_scope(roots, units)).filter(pk=pk)),
}
_ROWS = {name: _of_ticket(rows) for name, rows in _CHILDREN.items()}
_MANAGERS = {name: rows().model._base_manager for name, rows in _CHILDREN.items()}
_PIECES = Prepared(lambda ticket: _evidence(ticket))
_CLOCKS = Prepared(
    lambda ticket: (
        Clock.objects.filter(subject_type=SUBJECT_TYPE, subject_id=ticket).select_related("department").order_by("pk")
    )
)
_ATTEMPTS = Prepared(
    lambda callbacks: CallbackAttempt.objects.filter(callback__in=callbacks).select_related("by").order_by("pk")
)


def load(reader: Reader, **key: Any) -> Ticket | None:
    """Return the ticket with that ``number`` or ``pk``, if the reader may see it.

    Its children stand where ``prefetch_related`` would put them; ``clocks`` and ``pieces`` are lists of its own.
    """
    if not getattr(reader.user, "is_active", False):
        return None
    found = _ONE["number" if "number" in key else "pk"](**key, **reach(reader.acting))
    if not found:
        return None
    ticket: Any = found[0]
    ticket._prefetched_objects_cache = {
        name: holding(manager, _ROWS[name](ticket=ticket.pk) if getattr(ticket, f"has_{name}") else [])
        for name, manager in _MANAGERS.items()
    }
    with_attempts(ticket.callbacks.all())
    ticket.clocks = _CLOCKS(ticket=ticket.pk)
    ticket.pieces = _PIECES(ticket=ticket.pk) if ticket.has_evidence else []
    return ticket


def with_attempts(callbacks: Any) -> None:
    """Hang the attempts on their callbacks as ``prefetch_related`` would."""
    of_callback: dict[int, list[CallbackAttempt]] = {one.pk: [] for one in callbacks}
    for attempt in _ATTEMPTS(callbacks=filled(list(of_callback))) if of_callback else ():
        of_callback[attempt.callback_id].append(attempt)
    for one in callbacks:
        one._prefetched_objects_cache = {"attempts": holding(CallbackAttempt.objects, of_callback[one.pk])}
