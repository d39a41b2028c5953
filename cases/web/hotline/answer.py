"""The page that a caller opens by the link: three questions and a remark. No login, no personal data, used once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from cases.hotline import links
from cases.hotline.callbacks import Callback
from cases.hotline.states import Satisfaction, Solved
from cases.web.fields import YES_NO
from citygrid.common import clock
from citygrid.common.errors import Refusal
from citygrid.common.throttle import slow_down

LONGEST = 500


class AnswerForm(forms.Form):
    """What the caller says."""

    contacted = forms.ChoiceField(
        label=_("Did the unit contact you?"), choices=YES_NO, widget=forms.RadioSelect
    )  # fmt: skip
    solved = forms.ChoiceField(label=_("Is your matter solved?"), choices=Solved.choices, widget=forms.RadioSelect)
    satisfaction = forms.ChoiceField(
        label=_("How satisfied are you?"), choices=Satisfaction.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Do you want to say more?"), required=False, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


@never_cache
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, or keep the answer. A link that is over, was used or is not one of ours says so."""
    slow_down(request, "callback")
    at = clock.now()
    form = AnswerForm(request.POST or None)
    try:
        callback = links.read(token=token, at=at)
        if form.is_valid():
            given: dict[str, Any] = form.cleaned_data
            ticket = links.answer(
                token=token, contacted=given["contacted"] == "true", solved=given["solved"],
                satisfaction=int(given["satisfaction"]), reason=given["reason"].strip(), at=at,
            )  # fmt: skip
            return _page(request, "cases/hotline/thanks.html", {"ticket": ticket})
    except Refusal as refusal:
        return _page(request, "cases/hotline/link_over.html", {"message": str(refusal)}, refusal.status)
    status = 422 if form.is_bound else 200
    return _page(request, "cases/hotline/answer.html", _facts(callback) | {"form": form}, status)


def _facts(callback: Callback) -> dict[str, Any]:
    """Return by what the caller knows the matter again: nothing that tells others who called, or about what."""
    ticket = callback.ticket
    return {"number": ticket.number, "received_at": ticket.received_at, "unit": ticket.unit}


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, template, context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    # The address is the key and stays here; but with no referrer at all a browser hides where the form comes from.
    answer["Referrer-Policy"] = "same-origin"
    return answer
