"""One's own API tokens: create, list, revoke."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from citygrid.accounts import tokens
from citygrid.accounts.forms import TokenForm
from citygrid.accounts.models import ApiToken
from citygrid.common import clock


@never_cache
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """List the tokens that still work; a POST makes one and shows its secret in the answer, this once."""
    user: Any = request.user
    at = clock.now()
    form = TokenForm(request.POST or None)
    secret, status = "", 200
    if request.method == "POST":
        if form.is_valid():
            secret = tokens.create(user=user, name=form.cleaned_data["name"], at=at)[1]
            form = TokenForm()
        else:
            status = 422
    alive: Any = ApiToken.objects.alive(at)
    mine = alive.filter(user=user).order_by("-created_at", "-pk")
    context = {"tokens": mine, "form": form, "secret": secret, "days": settings.TOKEN_DAYS}
    return render(request, "accounts/tokens.html", context, status=status)


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Revoke one."""
    user: Any = request.user
    tokens.revoke(user=user, token_id=token_id, at=clock.now())
    messages.success(request, _("The token was revoked. Programs that use it are refused from now on."))
    return redirect("tokens")
