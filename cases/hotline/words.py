"""What people type to find a ticket: the beginning of a number, or words."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from cases.hotline.identity import of_hotline
from cases.workflow.people import Acting


def worded(tickets: Any, text: str, acting: Acting) -> Any:
    """Keep what the reader may mean.

    Outside the hotline only what goes out is searched, so that no name can be tried on what was told.
    """
    found = Q(number__startswith=text.upper()) | Q(address__icontains=text)
    for column in ("title", "content") if of_hotline(acting) else ("shown_title", "shown_content"):
        found |= Q(**{f"{column}__icontains": text})
    return tickets.filter(found)
