"""Pages of whistles: the inbox of street and platform, the draft, and one whistle with its live board."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.evidence.models import Evidence
from cases.web.events import told
from cases.web.forms import InputForm
from cases.web.moves import Refused, done, laid_out, make
from cases.web.page import not_found
from cases.web.reader import acting_of, for_casework
from cases.web.report_rows import rows_of, works_on_whistles
from cases.web.sources import sources_of
from cases.whistles.models import Whistle
from cases.whistles.services import draft_whistle
from cases.whistles.states import OPEN
from cases.whistles.table import ADDRESS, INSIDE, SOURCES, WHISTLE
from cases.whistles.timeline import timeline_of
from cases.workflow.inputs import clean
from cases.workflow.people import Acting
from cases.workflow.table import Input, InputType
from citygrid.common.errors import Refusal
from citygrid.common.worklists import Waiting

PAGE, AT_HOME, LONGEST_TIMELINE = 30, 10, 100
JOINS = ("kind", "area", "lead_department", "platform_area", "drafted_by", "blown_by", "again_of")
TABS = (("mine", _("Waiting for me")), ("open", _("Open")), ("all", _("All")))
# The move that carries a whistle on, where several are possible: the first of these lies open.
FORWARD = ("name_department", "judge", "blow", "start_review", "approve", "issue", "submit_joint", "conclude", "rate",
           "feed_back")  # fmt: skip
DRAFT = (
    Input("description", _("what it is about"), help=_("One or two sentences; the departments read them first.")),
    Input("position", _("position"), InputType.POINT, required=False, help=_("Where the departments have to come to.")),
    ADDRESS,
    Input("kind", _("source"), InputType.CHOICE, choices=SOURCES),
    Input("note", _("note on the source")),
)


@for_casework
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """List whistles: those that wait for the person first."""
    acting = acting_of(request)
    seen = Whistle.objects.visible_to(acting.user, acting.at)
    tab = request.GET.get("tab", "mine")
    tab = tab if tab in dict(TABS) else "mine"
    found = {"mine": seen.waiting_for(acting), "open": seen.filter(state__in=OPEN), "all": seen}[tab]
    page: Page[Any] = Paginator(found.select_related(*JOINS).order_by("-drafted_at", "-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "tabs": [(key, label, key == tab) for key, label in TABS], "tab": tab, "page": page, "whistles": list(page),
        "may_draft": may_draft(acting),
    }  # fmt: skip
    return render(request, "cases/whistles/listed.html", context)


def may_draft(acting: Acting) -> bool:
    """Whether one of the posts prepares whistles."""
    return any(acting.holds_role(role) for role in WHISTLE["draft"].roles)


@for_casework
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draft a whistle that comes from no case here. A refusal answers the page with what was typed."""
    acting = acting_of(request)
    sent: dict[str, Any] = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
    form = InputForm(DRAFT, None, acting, name="draft", **sent)
    status = 200
    if sent:
        try:
            given = clean(DRAFT, form.given(), by=acting.user, at=acting.at)
            made = draft_whistle(
                description=given["description"], position=given["position"], address=given["address"] or "",
                sources=[{"kind": given["kind"], "note": given["note"]}], by=acting.user, at=acting.at,
                client_request_id=request.POST.get("client_request_id", "")[:64],
            )  # fmt: skip
            return redirect("whistle", made.number)
        except Refusal as refusal:
            form.refuse(refusal)
            status = refusal.status
    context = {"form": form, "client_request_id": request.POST.get("client_request_id") or uuid.uuid4().hex}
    return render(request, "cases/whistles/new.html", context, status=status)


@for_casework
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Show a whistle, its board, and what the person can do."""
    return page_of(request, number)


@for_casework
@require_POST
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Make a move. A refusal answers the page with what was typed, and what changed since."""
    made = make(request, _find(acting_of(request), number), name)
    if isinstance(made, Refused):
        return page_of(request, number, refused=made, status=made.status)
    return done(request, made, name, reverse("whistle", args=[number]))


@for_casework
@require_GET
def board(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the board alone, as the page asks for it again and again; unchanged it costs no transfer."""
    acting = acting_of(request)
    whistle = _find(acting, number)
    page = render_to_string(
        "cases/whistles/board.html", {"whistle": whistle, "rows": rows_of(whistle, acting)}, request
    )
    etag = f'"{hashlib.sha256(page.encode()).hexdigest()[:32]}"'
    response = HttpResponse(page, headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    return get_conditional_response(request, etag=etag, response=response) or response


def waiting(request: HttpRequest) -> Waiting | None:
    """Return the whistles and report-ins that wait for the person, for the first page."""
    acting = acting_of(request)
    if not works_on_whistles(acting):
        return None
    mine = Whistle.objects.visible_to(acting.user, acting.at).waiting_for(acting).select_related("kind", "area")
    rows = rows_of(None, acting, mine=True)
    context = {"whistles": mine.order_by("-drafted_at", "-pk")[:AT_HOME], "rows": rows[:AT_HOME]}
    return Waiting(
        mine.count() + len(rows), "cases/whistles/home.html", context, styles=("cases/cases.css",)
    )  # fmt: skip


def _find(acting: Acting, number: str) -> Whistle:
    seen = Whistle.objects.visible_to(acting.user, acting.at).select_related(*JOINS)
    found: Whistle | None = seen.filter(number=number).first()
    if found is None:
        raise not_found()
    return found


def page_of(
    request: HttpRequest, number: str, *, refused: Refused | None = None, joining: tuple[str, str] = ("", ""),
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Answer the page of a whistle. ``joining`` is the ticket's number that was typed and refused, and why."""
    acting = acting_of(request)
    whistle = _find(acting, number)
    # Naming departments comes before judging, but once.
    forward = FORWARD[1:] if whistle.calls.exists() else FORWARD
    possible, closed_off = laid_out(whistle, acting, refused, forward)
    context = {
        "whistle": whistle, "turn": WHISTLE.turn_of(whistle), "offers": possible, "closed_off": closed_off,
        "refused": refused, "changes": told(refused.changes, "whistle") if refused else [],
        "rows": rows_of(whistle, acting),
        "calls": whistle.calls.select_related("department", "platform_area").order_by("pk"),
        "sources": sources_of(whistle, acting), "pieces": Evidence.objects.of_holder(whistle),
        "timeline": told(timeline_of(whistle).order_by("-at", "-pk")[:LONGEST_TIMELINE], "whistle"),
        "join_number": joining[0], "join_fault": joining[1], "may_join": whistle.state in INSIDE and may_draft(acting),
    }  # fmt: skip
    return render(request, "cases/whistles/whistle.html", context, status=status)
