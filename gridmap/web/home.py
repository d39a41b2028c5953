"""The page after signing in: one's posts, one's area at a glance, and what waits."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the worklist."""
    return render(request, "home/home.html")
