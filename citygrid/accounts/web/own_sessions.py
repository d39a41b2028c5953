"""One's own signed-in browsers: see and end them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from citygrid.accounts import sessions
from citygrid.accounts.models import UserSession
from citygrid.common import clock


@never_cache
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """List them, this one first."""
    mine = UserSession.objects.filter(user=request.user.pk).order_by("-seen_at", "-pk")
    here = request.session.session_key
    listed = sorted(mine, key=lambda one: one.session_key != here)
    context = {"sessions": listed, "here": here, "idle_minutes": settings.SESSION_IDLE_MINUTES}
    return render(request, "accounts/sessions.html", context)


@login_required
@require_POST
def end(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one; ending this one is signing out."""
    user: Any = request.user
    sessions.end_own(user=user, session_id=session_id, at=clock.now())
    if not UserSession.objects.filter(session_key=request.session.session_key).exists():
        request.session.flush()
        return redirect("login")
    messages.success(request, _("That session was ended."))
    return redirect("sessions")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all but this one."""
    user: Any = request.user
    count = sessions.end_all(user=user, at=clock.now(), by=user, but=request.session.session_key)
    said = ngettext("%(count)s other session was ended.", "%(count)s other sessions were ended.", count)
    messages.success(request, said % {"count": count})
    return redirect("sessions")
