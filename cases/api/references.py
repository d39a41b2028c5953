"""Find what a body names by the lists that inputs refer to, and the case or ticket that a query names."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.api.reader import Reader
from cases.casework.models import Case
from cases.hotline.models import Ticket
from cases.workflow.inputs import RESOLVERS
from citygrid.common.api.filters import no_such
from citygrid.common.api.refusals import Malformed
from citygrid.common.errors import Invalid


def referred(field: str, ref: str, key: str, reader: Reader) -> Any:
    """Return the entry of the list ``ref`` that ``key`` names. Raises ``Invalid`` for one that is not there."""
    found = RESOLVERS[ref](key, reader.user, reader.at)
    if found is None:
        fault = _("“%(value)s” is not in the list “%(list)s”.") % {"value": key, "list": ref}
        raise Invalid(fault, fields={field: [fault]})
    return found


def case_named(number: str, request: Any, field: str) -> int:
    """Return the key of the case with that number. Raises ``Malformed`` for one that is not the reader's to see."""
    reader = Reader.of(request)
    key: int | None = (
        Case.objects.visible_to(reader.user, reader.at).filter(number=number).values_list("pk", flat=True).first()
    )
    if key is None:
        fault = _("There is no case “%(number)s” among those that you see. Use a number from /api/v1/cases/.")
        fault %= {"number": number}
        raise Malformed(fault, fields={field: [fault]})
    return key


def about_case(queryset: Any, number: str, request: Any, field: str) -> Any:
    """Keep what is about the case with that number: what one sees may be about a case that one does not see.

    ``queryset`` is what the reader sees. Raises ``Malformed`` when it has nothing and the case is not the reader's.
    """
    found = queryset.filter(case__number=number)
    if not found.exists():
        case_named(number, request, field)
    return found


def ticket_named(number: str, request: Any, field: str) -> int:
    """Return the key of the ticket with that number. Raises ``Malformed`` for one that is not the reader's to see."""
    reader = Reader.of(request)
    seen = Ticket.objects.visible_to(reader.user, reader.at)
    key: int | None = seen.filter(number=number).values_list("pk", flat=True).first()
    if key is None:
        fault = no_such(number, "tickets")
        raise Malformed(fault, fields={field: [fault]})
    return key
