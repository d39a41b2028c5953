"""Actions of the administration lists: asked once more on a page of their own, done one by one, refusals told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import ngettext

from citygrid.common.errors import Refusal


def ask_then_do(
    page: Any,
    request: HttpRequest,
    queryset: Any,
    *,
    name: str,
    question: Any,
    do: Callable[..., Any],
    form_class: type[forms.Form] = forms.Form,
    chosen: Any = None,
) -> HttpResponse | None:
    """Show ``question`` with the chosen rows and the fields of ``form_class``; when confirmed, ``do(row, **fields)``.

    Each row is a transaction of its own: one refusal does not undo the others, and is shown in its own words.
    ``page`` is the ``ModelAdmin``, ``name`` the action's name, ``chosen`` the list's rows where those are not the ones
    acted upon.
    """
    confirmed = "confirmed" in request.POST
    form = form_class(request.POST) if confirmed else form_class()
    if not confirmed or not form.is_valid():
        context = {
            **page.admin_site.each_context(request),
            "title": question,
            "opts": page.opts,
            "rows": queryset,
            "chosen": queryset if chosen is None else chosen,
            "form": form,
            "action": name,
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "media": page.media + form.media,
        }
        return TemplateResponse(request, "admin/ask.html", context)
    done = 0
    for row in queryset:
        try:
            with transaction.atomic():
                do(row, **form.cleaned_data)
            done += 1
        except Refusal as refusal:
            messages.error(request, f"{row}: {refusal}")
    if done:
        messages.success(
            request, ngettext("Done for %(count)d row.", "Done for %(count)d rows.", done) % {"count": done}
        )
    return None
