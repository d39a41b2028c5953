"""The public page where a citizen follows the own matter. No login, no personal data, no hint to who guesses.

The number and the phone open it for half an hour, by a cookie of this page alone: nothing of it stands in an address
that is logged or passed on. The end of the phone shows progress; whoever gives the whole number is offered the link of
the callback, or to have the matter taken up again, which makes work at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
from citygrid.common import clock
from citygrid.common.errors import Invalid, NotFound, Refusal
from citygrid.common.throttle import TooMany, attempt, fitted, slow_down
from gridmap.registers import checks

COOKIE, PATH = "citygrid_track", "/track/"
LONGEST = 500
DAY = 24 * 60 * 60


class AskForm(forms.Form):
    """Which matter, and the phone that was given with it, whole or its end."""

    number = forms.CharField(
        label=gettext_lazy("Number of your matter"), max_length=40,
        help_text=gettext_lazy("It stands in the message you were sent; the number of a case does as well."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=gettext_lazy("Last four digits of your phone, or the whole number"), max_length=24,
        help_text=gettext_lazy(
            "The last four digits show how it stands. The whole number is needed with the number of a case, to say "
            "whether it is solved, and to have it taken up again."
        ),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_phone(self) -> str:
        """Return four plain digits, or a whole number as the hotline keeps it."""
        typed = tracking.tidy(self.cleaned_data["phone"])
        if len(typed) == tracking.TAIL and typed.isascii() and typed.isdigit():
            return typed
        try:
            return checks.phone(typed)
        except Invalid:
            raise forms.ValidationError(
                _("Give the last four digits of the phone, such as 0042, or the whole number, such as 199 0000 1234.")
            ) from None


class PhoneForm(forms.Form):
    """The whole phone number, of a matter that was opened by its end."""

    phone = forms.CharField(
        label=gettext_lazy("Your whole phone number"), max_length=24,
        help_text=gettext_lazy("The number that you gave the hotline with this matter."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_phone(self) -> str:
        """Return a whole number as the hotline keeps it."""
        try:
            return checks.phone(self.cleaned_data["phone"])
        except Invalid as fault:
            raise forms.ValidationError(str(fault)) from None


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
    try:
        slow_down(request, "track")
        with _counted(request, tracking.subject_of(given["number"])):
            opened = tracking.find(number=given["number"], phone=given["phone"], at=at)
    except TooMany as refusal:
        return _refused(request, form, refusal)
    except NotFound as refusal:
        # 422, not 404: the page is there, and the answer is the same whatever does not fit.
        return _refused(request, form, Invalid(str(refusal)))
    return _shown(opened)


@never_cache
@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """Tell how the matter stands."""
    try:
        opened = _opened(request)
    except NotFound:
        return redirect("track")
    return _progress(request, opened)


@never_cache
@require_POST
def phone(request: HttpRequest) -> HttpResponse:
    """Take the whole phone number; with it the matter is answered or taken up again."""
    try:
        opened = _opened(request)
    except NotFound:
        return redirect("track")
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _progress(request, opened, form, status=422)
    try:
        slow_down(request, "track")
        with _counted(request, tracking.subject_of(opened.ticket.number)):
            if not tracking.is_phone_of(opened.ticket, form.cleaned_data["phone"]):
                raise Invalid(_("This is not the phone number of this matter. Compare each digit, or call 12345."))
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _late(_progress(request, opened, form, status=refusal.status), refusal)
    return _shown(tracking.Opened(opened.ticket, whole=True))


@never_cache
@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    """Have a finished matter done again, since it is not solved. A refusal keeps what was written."""
    try:
        opened = _opened(request)
    except NotFound:
        return redirect("track")
    form = AgainForm(request.POST)
    if not opened.whole:
        refused = _("Give your whole phone number first; then the matter can be taken up again.")
        return _progress(request, opened, form, status=403, refused=refused)
    if not form.is_valid():
        return _progress(request, opened, form, status=422)
    try:
        slow_down(request, "track-reopen")
        tracking.reopen(opened.ticket, reason=form.cleaned_data["reason"].strip(), at=clock.now())
    except Refusal as refusal:
        return _progress(request, _opened(request), form, status=refusal.status, refused=str(refusal))
    return redirect(f"{reverse('track_progress')}?again=1")


@never_cache
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Forget the matter on this device."""
    answer = redirect("track")
    answer.delete_cookie(COOKIE, path=PATH, samesite="Strict")
    return answer


@contextmanager
def _counted(request: HttpRequest, subject: str) -> Iterator[None]:
    """Count what is tried inside at that subject and from this address; what fits is taken back.

    Raises ``TooMany`` before anything is compared.
    """
    address = f"track-address:{request.META.get('REMOTE_ADDR', '')}"
    soon = settings.TRACK_LOCK_MINUTES * 60
    counts = (
        (f"track-number:{subject}", settings.TRACK_NUMBER_ATTEMPTS, soon),
        (f"track-day:{subject}", settings.TRACK_NUMBER_DAY_ATTEMPTS, DAY),
        (address, settings.TRACK_ADDRESS_ATTEMPTS, soon),
    )
    for what, most, seconds in counts:
        attempt(what, most=most, seconds=seconds)
    yield
    for what, _most, _seconds in counts:
        fitted(what)


def _opened(request: HttpRequest) -> tracking.Opened:
    return tracking.unseal(request.COOKIES.get(COOKIE, ""), at=clock.now())


def _shown(opened: tracking.Opened) -> HttpResponse:
    answer = redirect("track_progress")
    answer.set_cookie(
        COOKIE, tracking.seal(opened, at=clock.now()), max_age=tracking.SHOWN_FOR, path=PATH, httponly=True,
        samesite="Strict", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return answer


def _refused(request: HttpRequest, form: AskForm, refusal: Refusal) -> HttpResponse:
    form.add_error(None, str(refusal))
    return _late(_page(request, "cases/track/ask.html", {"form": form}, refusal.status), refusal)


def _late(answer: HttpResponse, refusal: Refusal) -> HttpResponse:
    if isinstance(refusal, TooMany):
        answer["Retry-After"] = str(refusal.seconds)
    return answer


def _progress(
    request: HttpRequest, opened: tracking.Opened, form: forms.Form | None = None, *, status: int = 200,
    refused: str = "",
) -> HttpResponse:  # fmt: skip
    at = clock.now()
    told = tracking.progress(opened.ticket, at=at)
    more = bool(told.callback or told.reopens_until)
    way = ""
    if opened.whole and told.callback:
        way = reverse("callback_answer", args=[links.make(callback=told.callback, at=at)])
    context = {
        "told": told, "answer_at": way, "refused": refused, "again": request.GET.get("again") == "1",
        "may_reopen": opened.whole and told.reopens_until, "ask_phone": more and not opened.whole,
        "again_form": form if isinstance(form, AgainForm) else AgainForm(),
        "phone_form": form if isinstance(form, PhoneForm) else PhoneForm(),
    }  # fmt: skip
    return _page(request, "cases/track/progress.html", context, status)


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, template, context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer
