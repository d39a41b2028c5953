"""Whistle for a ticket: a draft of its own, or one that is there; and from the whistle's side, let a ticket join."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases.hotline.models import Ticket
from cases.hotline.states import TERMINAL
from cases.ties import whistle_for
from cases.web.forms import InputForm
from cases.web.page import not_found
from cases.web.reader import acting_of, for_casework
from cases.web.whistles import may_draft, page_of
from cases.whistles.models import Whistle
from cases.workflow.inputs import clean
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType
from citygrid.common.errors import NotFound, Refusal

WHISTLE = Input("whistle", gettext_lazy("whistle it joins"), InputType.REF, ref="whistles?open=1", required=False,
                help=gettext_lazy("Leave this empty to draft a whistle of its own."))  # fmt: skip
TICKET = Input("ticket", gettext_lazy("ticket number"), InputType.REF, ref="tickets")


def whistle_form(ticket: Ticket, acting: Acting) -> InputForm | None:
    """Return the form for whoever prepares whistles at the unit that has the ticket, else ``None``."""
    at_unit = any(ticket.stands_at_unit(role, area, department) for role, area, department, _s in acting.posts)
    if not at_unit or ticket.state in TERMINAL or not may_draft(acting):
        return None
    return InputForm([WHISTLE], ticket, acting, name="whistle")


@for_casework
@require_POST
def join(request: HttpRequest, number: str) -> HttpResponse:
    """Let a ticket join a whistle that is not blown yet; a refusal is said on the whistle's page."""
    acting = acting_of(request)
    found = Whistle.objects.visible_to(acting.user, acting.at).filter(number=number).first()
    if found is None:
        raise not_found()
    typed = request.POST.get(TICKET.name, "").strip()
    try:
        return tied(request, TICKET, whistle=found)
    except NotFound:
        raise
    except Refusal as refusal:
        faults = getattr(refusal, "fields", {}).get(TICKET.name, [])
        said = " ".join(dict.fromkeys([str(refusal), *faults]))
        return page_of(request, number, joining=(typed[:24], said), status=refusal.status)


def tied(request: HttpRequest, item: Input, **known: Any) -> HttpResponse:
    """Tie the one that is known to the other one that was typed, and go to the whistle. Raises the refusals."""
    acting = acting_of(request)
    given = clean((item,), {item.name: request.POST.get(item.name, "").strip()}, by=acting.user, at=acting.at)
    made = whistle_for(**known, **given, by=acting.user, at=acting.at)
    messages.success(request, _("The ticket is a source of the whistle %(number)s.") % {"number": made.number})
    return redirect("whistle", made.number)
