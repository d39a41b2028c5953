"""Everything that the page of a case shows, in a fixed number of queries."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext_lazy

from cases.approvals.models import Approval
from cases.casework.models import Case, CoDepartment, Round, Supervision
from cases.casework.origins import origin_of
from cases.casework.table import CASE
from cases.casework.timeline import timeline_of
from cases.evidence.models import Evidence
from cases.evidence.rounds import pair_of, rounds_of
from cases.fieldwork.models import FieldTask
from cases.web.asking import askings, with_refused
from cases.web.banners import banners_of
from cases.web.clocks import clocks_of, going_and_stopped, light_of
from cases.web.events import told
from cases.web.maps import ground
from cases.web.moves import Offer, Refused, offers, parted
from cases.web.nearby import nearby
from cases.web.rows import forward, know_places, place_of
from cases.web.sources import tickets_about, whistles_from
from cases.workflow.people import Acting

JOINS = (
    "category", "area", "area_version", "lead_department", "handler", "condition", "reporter", "closed_by",
    "merged_into",
)  # fmt: skip
LONGEST_TIMELINE = 300
CLOCKS: dict[str, Any] = {
    "accept": gettext_lazy("to accept"), "verify": gettext_lazy("to verify"), "file": gettext_lazy("to file"),
    "dispatch": gettext_lazy("to dispatch"), "sign": gettext_lazy("to sign"), "handle": gettext_lazy("to handle"),
    "check": gettext_lazy("to check"), "close": gettext_lazy("to close"),
}  # fmt: skip


def whole(cases: Any) -> Any:
    """Load what the page shows, each kind of child in one query."""
    return cases.select_related(*JOINS).prefetch_related(
        Prefetch("rounds", Round.objects.select_related("department", "handler", "submitted_by").order_by("number")),
        Prefetch("co_departments", CoDepartment.objects.select_related("department").order_by("pk")),
        Prefetch("evidence", Evidence.objects.select_related("uploaded_by").order_by("used_at", "uploaded_at", "pk")),
        Prefetch(
            "approvals", Approval.objects.select_related("requested_by", "decided_by", "department").order_by("-pk")
        ),
        Prefetch("field_tasks", FieldTask.objects.select_related("assignee").order_by("-pk")),
        Prefetch("supervisions", Supervision.objects.select_related("ordered_by", "replied_by").order_by("-pk")),
        Prefetch("merged_cases", Case.objects.only("number", "merged_into").order_by("pk")),
    )


def context_of(
    case: Case,
    acting: Acting,
    *,
    chosen: str = "",
    show: str = "",
    target: str = "",
    refused: Refused | None = None,
    asked: Any = None,
) -> dict[str, Any]:
    """Return what the templates of the page need. ``target`` is the case proposed to be merged into."""
    know_places([case], acting)
    made = offers(case, acting)
    possible = {offer.row.name for offer in made if not offer.reason}
    first = forward(case, possible, acting)
    for offer in made:
        offer.first = offer.row.name == first
        offer.open = offer.row.name == chosen or (not chosen and refused is None and offer.first)
        if target and offer.row.name == "merge" and offer.form:
            offer.form.fields["target"].initial = target
    made.sort(key=lambda offer: not offer.first)
    clocks = clocks_of(case, acting, CLOCKS, "case_clock")
    going, stopped = going_and_stopped(clocks)
    happened = told(timeline_of(case).order_by("-at", "-pk")[:LONGEST_TIMELINE])
    pictures = rounds_of(case)
    before, after = pair_of(pictures)
    possible_now, closed_off = parted(made)
    asking = with_refused(askings(case, acting), asked)
    around = nearby(case.geom.x, case.geom.y, acting, category=case.category.code, but_not=case.pk)
    return {
        "case": case,
        "turn": CASE.turn_of(case),
        "origin": origin_of(case),
        "banners": banners_of(case),
        "place": place_of(case, acting),
        "offers": _with_refused(possible_now, refused),
        "closed_off": closed_off + [(one.kind.label, one.reason) for one in asking if one.reason],
        "refused": refused,
        "changes": told(refused.changes) if refused else [],
        "askings": [one for one in asking if not one.reason],
        "requests": [(one, offers(one, acting)) for one in _of(case, case.approvals.all())],
        "tasks": case.field_tasks.all(),
        "clocks": going,
        "stopped_clocks": stopped,
        "light": light_of(clocks),
        "pictures": pictures,
        "compare": (before, after) if before and after else None,
        "timeline": [one for one in happened if one.words] if show == "words" else happened,
        "show": show,
        "here": reverse("case", args=[case.number]),
        "nearby": around,
        "whistles": whistles_from(case, acting),
        "tickets": tickets_about(case, acting),
        "may_merge": "merge" in possible,
        "map": map_config(case, around),
    }


def map_config(case: Case, around: Any = ()) -> dict[str, Any]:
    """Return what the map module needs: the place, the grid's outline as it then was, cases nearby (lon/lat)."""
    outline = case.area_version.geom.json if case.area_version else None
    return {
        "at": [case.geom.y, case.geom.x],
        "outline": json.loads(outline) if outline else None,
        "nearby": [
            {
                "at": [one.case.geom.y, one.case.geom.x],
                "name": one.case.number,
                "url": reverse("case", args=[one.case.number]),
            }
            for one in around
        ],
    } | ground()


def _of(case: Case, children: Any) -> list[Any]:
    """Hand the loaded case to its children, so that they do not load it again."""
    found = list(children)
    for child in found:
        child.case = case
    return found


def _with_refused(made: list[Offer], refused: Refused | None) -> list[Offer]:
    """Put the refused form first, with what was typed; it stays even where the move is no longer possible."""
    if refused is None:
        return made
    return [refused.offer, *(offer for offer in made if offer.row.name != refused.offer.row.name)]
