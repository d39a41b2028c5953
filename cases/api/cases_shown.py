"""How a whole case looks to programs, with its children. Plain dicts, since it is hot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cases.api import named
from cases.api.case_rows import row_of, urgency_of, values_of
from cases.api.children import children_of
from cases.api.clocks import clock_shown
from cases.api.moves import actions_of, whose_turn
from cases.api.named import when
from cases.api.proposed import at_once, with_proposal
from cases.api.reader import Reader
from cases.casework.models import Case
from cases.casework.origins import origin_of
from cases.casework.states import DeclineReason, Outcome
from gridmap.areas.models import Area, Level


def detail(case: Case, reader: Reader) -> dict[str, Any]:
    """Return one case, loaded by :func:`cases.api.loading.load`, with what the reader can do."""
    path, clocks = reader.acting.path(case.area_id), case.clocks
    lists = places(case, path)
    actions = [*at_once(case, reader.acting, lists), *actions_of(case, reader.acting, lists)]
    running = [clock for clock in clocks if clock.stopped_at is None and clock.paused_since is None]
    return {
        **row_of(values_of(case)),
        **urgency_of(min(running, key=lambda clock: (clock.due_at, clock.pk), default=None), reader),
        "whose_turn": whose_turn(case),
        "actions": with_proposal(actions, case, reader.at),
        "clocks": [clock_shown(clock, reader.at) for clock in clocks],
        "area_path": [named.area(area) for area in path],
        "accuracy": case.accuracy_m,
        "reporter": named.person(case.reporter),
        "verified": case.verified,
        "condition": _condition(case.condition),
        "outcome_label": named.label(Outcome, case.outcome),
        "result": case.result,
        "decline_reason": case.decline_reason,
        "decline_reason_label": named.label(DeclineReason, case.decline_reason),
        "competent_unit": case.competent_unit,
        "merged_into": case.merged_into.number if case.merged_into else None,
        "whistle": case.whistle_number or None,
        "self_handled": case.self_handled,
        "forced": case.forced,
        "first_dispatch_wrong": case.first_dispatch_wrong,
        "suspended_until": when(case.suspended_until),
        "closed_by": named.person(case.closed_by),
        "origin": _origin(case),
        "counts": {
            "returns": case.returned_count,
            "reworks": case.rework_count,
            "urges": case.urge_count,
            "reopenings": case.reopened_count,
        },
        **children_of(case),
    }


def _origin(case: Case) -> dict[str, Any] | None:
    """Return what an older system called the case."""
    found = origin_of(case)
    if found is None:
        return None
    names = ("system", "number", "status", "category", "department", "channel")
    return {name: getattr(found, name) for name in names} | {"taken_over_at": when(found.taken_over_at)}


def places(case: Case, path: Sequence[Area]) -> dict[str, str]:
    """Return what the lists named by inputs depend on. Grid workers are sought in the community around a grid."""
    wide = [area for area in path if area.level != Level.GRID]
    return {
        "category": case.category.code,
        "area": (wide[-1] if wide else case.area).code,
        "department": case.lead_department.code if case.lead_department else "",
    }


def _condition(condition: Any) -> dict[str, Any] | None:
    if condition is None:
        return None
    return {
        "code": condition.code,
        "version": condition.version,
        "text": named.in_readers_language(condition.text, condition.text_en),
        "closing_text": named.in_readers_language(condition.closing_text, condition.closing_text_en),
    }
