"""Who looks at a page, when, and with which posts: made once for a request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from cases.casework.table import CASE
from cases.workflow.people import Acting
from citygrid.accounts.authority import lacking
from citygrid.accounts.permissions import Perm
from citygrid.common import clock

View = Callable[..., HttpResponse]


def acting_of(request: HttpRequest) -> Acting:
    """Return the person of the request, at the time of the request."""
    found: Acting | None = getattr(request, "_acting", None)
    if found is None:
        found = Acting.of(request.user, clock.now())
        request._acting = found  # type: ignore[attr-defined]
    return found


def for_casework(view: View) -> View:
    """Let in who has to do with cases anywhere; others are told who has."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not works_on_cases(acting_of(request)):
            raise lacking(Perm.CASE_VIEW)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def for_hotline(view: View) -> View:
    """Let in who has to do with tickets anywhere; others are told who has."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not works_on_tickets(acting_of(request)):
            raise lacking(Perm.TICKET_VIEW)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def for_right(*perms: Perm) -> Callable[[View], View]:
    """Let in who holds one of these rights anywhere; others are told who has the first."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(acting_of(request).holds(perm) for perm in perms):
                raise lacking(perms[0])
            return view(request, *args, **kwargs)

        return login_required(guarded)

    return decorate


def works_on_tickets(acting: Acting) -> bool:
    """Whether one of the posts has to do with the hotline's tickets."""
    return acting.holds(Perm.TICKET_VIEW) or acting.holds(Perm.TICKET_VIEW_UNIT)


def works_on_cases(acting: Acting) -> bool:
    """Whether one of the posts has to do with cases."""
    return acting.holds(Perm.CASE_VIEW) or acting.holds(Perm.CASE_VIEW_DEPARTMENT)


def may_report(acting: Acting) -> bool:
    """Whether one of the posts reports cases."""
    return any(acting.holds_role(role) for role in CASE["report"].roles)
