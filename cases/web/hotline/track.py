"""The public page where a citizen follows the own matter. No login, no personal data, no hint to who guesses.

The number and the end of the phone open it for half an hour, by a cookie of this page alone: nothing of it stands in an
address that is logged or passed on. Answers go through the link of the callback; "not solved" makes work at once.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.hotline import links, tracking
from cases.hotline.models import Ticket
from citygrid.common import clock
from citygrid.common.crypto import blind
from citygrid.common.errors import Invalid, NotFound, Refusal
from citygrid.common.throttle import TooMany, attempt, fitted, slow_down

COOKIE, PATH = "citygrid_track", "/track/"
LONGEST = 500


class AskForm(forms.Form):
    """Which matter, and the end of the phone that was given with it."""

    number = forms.CharField(
        label=gettext_lazy("Number of your matter"), max_length=40,
        help_text=gettext_lazy("It stands in the message you were sent; the number of a case does as well."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    tail = forms.CharField(
        label=gettext_lazy("Last four digits of your phone"), max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_tail(self) -> str:
        """Return four plain digits."""
        tail = tracking.tidy(self.cleaned_data["tail"])
        if len(tail) != tracking.TAIL or not (tail.isascii() and tail.isdigit()):
            raise forms.ValidationError(_("Give the last four digits of the phone, such as 0042."))
        return tail


class AgainForm(forms.Form):
    """What is still wrong."""

    reason = forms.CharField(
        label=gettext_lazy("What is still wrong?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the number and the end of the phone; what fits leads to the progress."""
    form = AskForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _page(request, "cases/track/ask.html", {"form": form}, 422 if form.is_bound else 200)
    at, given = clock.now(), form.cleaned_data
    counted = _counted(request, given["number"])
    try:
        slow_down(request, "track")
        for what, most in counted:
            attempt(what, most=most, seconds=settings.TRACK_LOCK_MINUTES * 60)
        ticket = tracking.find(number=given["number"], tail=given["tail"], at=at)
    except TooMany as refusal:
        return _refused(request, form, refusal)
    except NotFound as refusal:
        # 422, not 404: the page is there, and the answer is the same whatever does not fit.
        return _refused(request, form, Invalid(str(refusal)))
    for what, _most in counted:
        fitted(what)
    answer = redirect("track_progress")
    answer.set_cookie(
        COOKIE, tracking.seal(ticket, at=at), max_age=tracking.SHOWN_FOR, path=PATH, httponly=True, samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return answer


@never_cache
@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """Tell how the matter stands."""
    try:
        ticket = _opened(request)
    except NotFound:
        return redirect("track")
    return _progress(request, ticket, AgainForm())


@never_cache
@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    """Have a finished matter done again, since it is not solved. A refusal keeps what was written."""
    try:
        ticket = _opened(request)
    except NotFound:
        return redirect("track")
    form = AgainForm(request.POST)
    if not form.is_valid():
        return _progress(request, ticket, form, 422)
    try:
        slow_down(request, "track-reopen")
        tracking.reopen(ticket, reason=form.cleaned_data["reason"].strip(), at=clock.now())
    except Refusal as refusal:
        return _progress(request, _opened(request), form, refusal.status, refused=str(refusal))
    return redirect(f"{reverse('track_progress')}?again=1")


@never_cache
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Forget the matter on this device."""
    answer = redirect("track")
    answer.delete_cookie(COOKIE, path=PATH, samesite="Strict")
    return answer


def _counted(request: HttpRequest, number: str) -> list[tuple[str, int]]:
    """Return what attempts are counted by, each with its limit; the number itself is not kept."""
    return [
        (f"track-number:{blind(tracking.tidy(number))}", settings.TRACK_NUMBER_ATTEMPTS),
        (f"track-address:{request.META.get('REMOTE_ADDR', '')}", settings.TRACK_ADDRESS_ATTEMPTS),
    ]


def _opened(request: HttpRequest) -> Ticket:
    return tracking.unseal(request.COOKIES.get(COOKIE, ""), at=clock.now())


def _refused(request: HttpRequest, form: AskForm, refusal: Refusal) -> HttpResponse:
    form.add_error(None, str(refusal))
    answer = _page(request, "cases/track/ask.html", {"form": form}, refusal.status)
    if isinstance(refusal, TooMany):
        answer["Retry-After"] = str(refusal.seconds)
    return answer


def _progress(
    request: HttpRequest, ticket: Ticket, form: AgainForm, status: int = 200, refused: str = ""
) -> HttpResponse:
    at = clock.now()
    told = tracking.progress(ticket, at=at)
    way = reverse("callback_answer", args=[links.make(callback=told.callback, at=at)]) if told.callback else ""
    context = {"told": told, "form": form, "answer_at": way, "again": request.GET.get("again") == "1",
               "refused": refused}  # fmt: skip
    return _page(request, "cases/track/progress.html", context, status)


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, template, context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer
