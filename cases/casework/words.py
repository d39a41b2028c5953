"""What people type to find a case: a number, also that of an older system, or words."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q

from cases.casework.origins import cases_numbered

_NUMBER = re.compile(r"^[A-Za-z]{1,4}\d{3,}$")


def worded(cases: Any, text: str) -> Any:
    """Keep the cases that the text may mean: the beginning of a number, a whole old one, or part of a text."""
    if _NUMBER.match(text):
        meant = Q(number__startswith=text.upper())
    else:
        meant = Q(description__icontains=text) | Q(address__icontains=text)
    if keys := cases_numbered(text):
        meant |= Q(pk__in=keys)
    return cases.filter(meant)


def numbered(cases: Any, text: str) -> Any:
    """Keep the cases that have exactly this number, here or in an older system."""
    return cases.filter(Q(number=text.upper()) | Q(pk__in=cases_numbered(text)))
