"""For whom cases wait, and how urgent they are."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Q

from cases.casework.waiting import waits_for
from cases.deadlines import urgency
from cases.workflow.people import Acting

SUBJECT_TYPE = "cases.case"


def running() -> Any:
    """Return the running clocks of cases."""
    return urgency.running(SUBJECT_TYPE)


class Urgency(urgency.Urgency):
    """Reads of cases by how urgent they are and for whom they wait."""

    def waiting_for(self, acting: Acting) -> Self:
        """Keep the cases whose next move is this person's."""
        wanted = waits_for(acting) or [Q(pk__in=[])]
        if len(wanted) == 1:
            return self.filter(wanted[0])
        first, *more = [self.model._base_manager.filter(one).order_by().values("pk") for one in wanted]
        return self.filter(pk__in=first.union(*more))
