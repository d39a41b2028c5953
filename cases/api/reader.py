"""Who reads, when, and with which posts: made once for a request and asked by everything that answers it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework.permissions import BasePermission, IsAuthenticated

from cases.workflow.people import Acting
from citygrid.accounts.authority import lacking
from citygrid.accounts.permissions import Perm
from citygrid.common import clock


class Reader:
    """The person of a request at its time."""

    def __init__(self, user: Any, at: datetime) -> None:
        self.user = user
        self.at = at
        self.acting = Acting.of(user, at)

    @classmethod
    def of(cls, request: Any) -> Reader:
        """Return the request's reader, the same one each time."""
        found: Reader | None = getattr(request, "reader", None)
        if found is None:
            found = request.reader = cls(request.user, clock.now())
        return found


class HoldsOneOf(BasePermission):
    """Asks for one of the view's ``rights``; the answer 403 names who holds the first."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Return True or raise ``NotAllowed``."""
        if not any(Reader.of(request).acting.holds(perm) for perm in view.rights):
            raise lacking(view.rights[0])
        return True


# First who, then what: a program that is not signed in gets 401, never 403.
SIGNED_IN_WITH_ONE_RIGHT = [IsAuthenticated, HoldsOneOf]
# Whoever has anything to do with cases.
CASE_RIGHTS = (Perm.CASE_VIEW, Perm.CASE_VIEW_DEPARTMENT)
# Whoever has anything to do with tickets.
TICKET_RIGHTS = (Perm.TICKET_VIEW, Perm.TICKET_VIEW_UNIT)
