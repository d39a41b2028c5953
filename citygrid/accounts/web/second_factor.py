"""Set up, renew and switch off one's own second factor."""

from __future__ import annotations

import io
from base64 import b32encode
from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_otp import login as mark_verified

from citygrid.accounts import holds, secondfactor, sessions
from citygrid.accounts.forms import CodeForm, FirstCodeForm
from citygrid.accounts.totp import TotpDevice
from citygrid.common import clock
from citygrid.common.errors import Invalid, NotFound, Refusal

_ENROLLING = "enrolling"  # the key that this browser is setting up; another browser must not show it


@never_cache
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Say whether a second factor is in use, and what can be done."""
    return _page(request)


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Make a key and show it."""
    user: Any = request.user
    request.session[_ENROLLING] = secondfactor.begin(user).pk
    return redirect("second_factor")


@never_cache
@login_required
def image(request: HttpRequest) -> HttpResponse:
    """Return the key as a QR code for the app's camera."""
    device = _pending(request)
    out = io.BytesIO()
    segno.make(device.config_url, error="m").save(out, kind="svg", scale=5, border=4, light="#fff", dark="#000")
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


@never_cache
@login_required
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Take the key into use; show the recovery codes, this once. Every other session ends."""
    user: Any = request.user
    at = clock.now()
    device = _pending(request)
    form = FirstCodeForm(request.POST)
    if form.is_valid():
        try:
            codes = secondfactor.confirm(device=device, code=form.cleaned_data["code"], at=at)
        except (Invalid, secondfactor.TooManyCodes) as refused:
            return _page(request, _with(form, refused), status=refused.status)
        del request.session[_ENROLLING]
        device.refresh_from_db()
        mark_verified(request, device)
        sessions.end_all(user=user, at=at, by=user, but=request.session.session_key)
        return render(request, "accounts/recovery_codes.html", {"codes": codes})
    return _page(request, form, status=422)


@never_cache
@login_required
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes, proved by a code."""
    user: Any = request.user
    at = clock.now()
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            secondfactor.verify(user=user, code=form.cleaned_data["code"], at=at)
        except (secondfactor.WrongCode, secondfactor.TooManyCodes) as refused:
            return _page(request, _with(form, refused), status=refused.status)
        codes = secondfactor.new_recovery_codes(user=user, at=at)
        return render(request, "accounts/recovery_codes.html", {"codes": codes})
    return _page(request, form, status=422)


@login_required
@require_POST
def switch_off(request: HttpRequest) -> HttpResponse:
    """Remove it, proved by a code."""
    user: Any = request.user
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            secondfactor.switch_off(user=user, code=form.cleaned_data["code"], at=clock.now())
        except (secondfactor.WrongCode, secondfactor.TooManyCodes) as refused:
            return _page(request, _with(form, refused), status=refused.status)
        messages.success(request, _("The second factor is switched off. Signing in asks for the password alone."))
        return redirect("second_factor")
    return _page(request, form, status=422)


def _page(request: HttpRequest, form: CodeForm | None = None, status: int = 200) -> HttpResponse:
    user: Any = request.user
    device = secondfactor.pending(user, request.session.get(_ENROLLING))
    hold = holds.find(user, clock.now(), proved=user.is_verified())
    key = b32encode(device.bin_key).decode().rstrip("=") if device else ""
    context = {
        "form": form or (FirstCodeForm() if device else CodeForm()),
        "enrolled": secondfactor.is_enrolled(user),
        "codes_left": secondfactor.recovery_codes_left(user),
        "device": device,
        "key": " ".join(key[i : i + 4] for i in range(0, len(key), 4)),
        "demanded": hold is not None and hold.url_name == "second_factor",
    }
    return render(request, "accounts/second_factor.html", context, status=status)


def _pending(request: HttpRequest) -> TotpDevice:
    user: Any = request.user
    device = secondfactor.pending(user, request.session.get(_ENROLLING))
    if device is None:
        raise NotFound(_("No second factor is being set up here. Begin on the page “Second factor”."))
    return device


def _with(form: CodeForm, refused: Refusal) -> CodeForm:
    form.add_error("code", str(refused))
    return form
