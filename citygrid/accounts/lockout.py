"""What a person sees after too many failed sign-ins, and how long the failures are remembered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from citygrid.accounts import signin
from citygrid.common.api.errors import body


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, *args: Any, sentence: str = ""
) -> HttpResponse:
    """Answer 429 with a sentence that says how long to wait and whom to ask: as a page, or in the API's shape.

    django-axes calls this too, in place of the view's own answer.
    """
    answer: HttpResponse
    if request.path.startswith("/api/"):
        answer = JsonResponse(body("locked", signin.lock_sentence()), status=429)
    else:
        answer = render(request, "accounts/locked.html", {"sentence": sentence or signin.lock_sentence()}, status=429)
    answer["Retry-After"] = str(round(settings.AXES_COOLOFF_TIME * 3600))
    return answer


def purge(at: datetime) -> int:
    """Forget failures that no longer lock anybody out, with their names and addresses; return how many."""
    ended = at - timedelta(hours=settings.AXES_COOLOFF_TIME)
    return AccessAttempt.objects.filter(attempt_time__lte=ended).delete()[0]
