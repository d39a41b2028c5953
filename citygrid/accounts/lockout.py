"""What a person sees after too many failed sign-ins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def locked_out(request: HttpRequest, response: HttpResponse | None = None, *args: object) -> HttpResponse:
    """Answer 429 with a sentence that says how long to wait and whom to ask."""
    return render(request, "accounts/locked.html", status=429)
