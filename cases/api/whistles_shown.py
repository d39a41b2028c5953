"""How whistles and report-ins look to programs: rows, details, and the board of a whistle. Plain dicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cases.api import named
from cases.api.children import evidence
from cases.api.clocks import clock_shown
from cases.api.moves import actions_of, whose_turn
from cases.api.named import when
from cases.api.reader import Reader
from cases.casework.states import Outcome
from cases.deadlines.models import Clock
from cases.evidence.models import Evidence
from cases.whistles.models import Whistle
from cases.whistles.ratings import POINTS
from cases.whistles.report_ins import ReportIn
from cases.whistles.states import ReportState, ReviewVerdict, SourceKind, WhistleState

ROW_JOINS = ("kind", "area", "lead_department")
DETAIL_JOINS = (*ROW_JOINS, "platform_area", "drafted_by", "blown_by", "again_of")
REPORT_JOINS = ("department", "whistle__kind", "whistle__area", "whistle__lead_department", "call", "rating",
                "arrived_by", "submitted_by")  # fmt: skip


def whistle_rows(whistles: Sequence[Whistle], reader: Reader) -> list[dict[str, Any]]:
    """Return a page of whistles."""
    return [whistle_row(one) for one in whistles]


def whistle_row(one: Whistle) -> dict[str, Any]:
    """Return a whistle as a list shows it."""
    return {
        "number": one.number,
        "state": one.state,
        "state_label": named.label(WhistleState, one.state),
        "kind": kind_ref(one.kind),
        "street": named.area(one.area),
        "description": one.description,
        "position": named.point(one.geom),
        "address": one.address,
        "lead": named.department(one.lead_department),
        "appear_at": when(one.appear_at),
        "cross_district": one.cross_district,
        "escalated": one.escalated,
        "drafted_at": when(one.drafted_at),
        "blown_at": when(one.blown_at),
        "issued_at": when(one.issued_at),
        "ended_at": when(one.ended_at),
        "version": one.version,
    }


def kind_ref(kind: Any) -> dict[str, Any] | None:
    """Return a kind, named."""
    return {"code": kind.code, "name": kind.label, "at_once": kind.at_once} if kind is not None else None


def load_whistle(reader: Reader, **key: Any) -> Whistle | None:
    """Return one with what its detail shows, if the reader may see it."""
    found: Whistle | None = (
        Whistle.objects.visible_to(reader.user, reader.at).select_related(*DETAIL_JOINS)
        .prefetch_related("calls__department", "calls__platform_area", "sources").filter(**key).first()
    )  # fmt: skip
    return found


def whistle_detail(one: Whistle, reader: Reader) -> dict[str, Any]:
    """Return one whistle with everything that hangs on it, and what the reader can do."""
    reports = list(one.report_ins.select_related(*REPORT_JOINS).order_by("pk"))
    clocks = _clocks("cases.reportin", [report.pk for report in reports])
    again = Whistle.objects.filter(again_of=one).values_list("number", flat=True).first()
    return {
        **whistle_row(one),
        "whose_turn": whose_turn(one),
        "actions": actions_of(one, reader.acting, {"whistle": one.number}),
        "clocks": [clock_shown(clock, reader.at) for clock in _clocks("cases.whistle", [one.pk]).get(one.pk, [])],
        "platform": named.area(one.platform_area),
        "why_not_alone": one.why_not_alone,
        "drafted_by": named.person(one.drafted_by),
        "blown_by": named.person(one.blown_by),
        "reviewed_at": when(one.reviewed_at),
        "review_verdict": one.review_verdict,
        "review_verdict_label": named.label(ReviewVerdict, one.review_verdict),
        "returned_count": one.returned_count,
        "outcome": one.outcome,
        "outcome_label": named.label(Outcome, one.outcome),
        "conclusion": one.conclusion,
        "concluded_at": when(one.concluded_at),
        "rated_at": when(one.rated_at),
        "feedback": one.feedback,
        "again_of": one.again_of.number if one.again_of else None,
        "blown_again_as": again,
        "calls": [_call(call) for call in one.calls.all()],
        "sources": [_source(source) for source in one.sources.all()],
        "report_ins": [_report(report, clocks.get(report.pk, []), reader) for report in reports],
        "evidence": [evidence(piece) for piece in Evidence.objects.of_holder(one).select_related("uploaded_by")],
    }


def _call(call: Any) -> dict[str, Any]:
    return {
        "department": named.department(call.department),
        "asked": call.asked,
        "other_district": named.area(call.platform_area) if call.platform_area else None,
        "agreed": call.agreed,
    }


def _source(source: Any) -> dict[str, Any]:
    return {
        "kind": source.kind,
        "kind_label": named.label(SourceKind, source.kind),
        "reference": source.reference,
        "note": source.note,
    }


def report_rows(reports: Sequence[ReportIn], reader: Reader) -> list[dict[str, Any]]:
    """Return a page of report-ins. One query for all their clocks."""
    clocks = _clocks("cases.reportin", [report.pk for report in reports])
    return [report_row(report, clocks.get(report.pk, []), reader) for report in reports]


def report_row(one: ReportIn, clocks: list[Clock], reader: Reader) -> dict[str, Any]:
    """Return a report-in as a list shows it, with the clock that runs out first."""
    running = [clock for clock in clocks if clock.stopped_at is None and clock.due_at is not None]
    first = min(running, key=lambda clock: (clock.due_at, clock.pk), default=None)
    shown = clock_shown(first, reader.at) if first else None
    return {
        "id": one.pk,
        "whistle": one.whistle.number,
        "kind": kind_ref(one.whistle.kind),
        "street": named.area(one.whistle.area),
        "department": named.department(one.department),
        "is_lead": one.department_id == one.whistle.lead_department_id,
        "state": one.state,
        "state_label": named.label(ReportState, one.state),
        "asked": one.call.asked,
        "position": named.point(one.geom),
        "address": one.address,
        "appear_at": when(one.whistle.appear_at),
        "called_at": when(one.called_at),
        "signed_at": when(one.signed_at),
        "arrived_at": when(one.arrived_at),
        "people": one.people,
        "distance_m": one.check_in_distance_m,
        "late": any(clock.overdue(reader.at) for clock in clocks),
        "clock": shown["kind"] if shown else None,
        "due_at": shown["due_at"] if shown else None,
        "lamp": shown["lamp"] if shown else None,
        "supervised": one.supervised_at is not None and one.replied_at is None,
        "total": one.rating.total if one.is_rated else None,
        "version": one.version,
    }


def _report(one: ReportIn, clocks: list[Clock], reader: Reader) -> dict[str, Any]:
    return {
        **report_row(one, clocks, reader),
        "clocks": [clock_shown(clock, reader.at) for clock in clocks],
        "arrived_by": named.person(one.arrived_by),
        "check_in": named.point(one.check_in),
        "far_reason": one.far_reason,
        "contacted_at": when(one.contacted_at),
        "plan": one.plan,
        "planned_at": when(one.planned_at),
        "outcome": one.outcome,
        "outcome_label": named.label(Outcome, one.outcome),
        "result": one.result,
        "submitted_by": named.person(one.submitted_by),
        "submitted_at": when(one.submitted_at),
        "rework_count": one.rework_count,
        "objection": one.objection,
        "objected_at": when(one.objected_at),
        "ruling": one.ruling,
        "ruled_at": when(one.ruled_at),
        "order": one.order,
        "supervised_at": when(one.supervised_at),
        "reply": one.reply,
        "replied_at": when(one.replied_at),
        "ended_at": when(one.ended_at),
        "rating": _rating(one) if one.is_rated else None,
    }


def _rating(one: ReportIn) -> dict[str, Any]:
    rating: Any = one.rating
    return {
        **{name: getattr(rating, name) for name in POINTS},
        "total": rating.total,
        "reason": rating.reason,
        "by_clock": rating.rated_by_id is None,
        "rated_at": when(rating.rated_at),
        "contested_at": when(rating.contested_at),
        "contest": rating.contest,
        "ruled_at": when(rating.ruled_at),
        "ruling": rating.ruling,
        "set_aside": rating.set_aside,
    }


def load_report(reader: Reader, **key: Any) -> ReportIn | None:
    """Return one with what its detail shows, if the reader may see it."""
    reports = ReportIn.objects.visible_to(reader.user, reader.at).filter(**key)
    found: ReportIn | None = reports.select_related(*REPORT_JOINS).first()
    return found


def report_detail(one: ReportIn, reader: Reader) -> dict[str, Any]:
    """Return one report-in with its clocks and photos, and what the reader can do."""
    return {
        **_report(one, _clocks("cases.reportin", [one.pk]).get(one.pk, []), reader),
        "whose_turn": whose_turn(one),
        "actions": actions_of(one, reader.acting, {"whistle": one.whistle.number}),
        "evidence": [evidence(piece) for piece in Evidence.objects.of_holder(one).select_related("uploaded_by")],
    }


def board(one: Whistle, reader: Reader) -> dict[str, Any]:
    """Return who is called, has signed, has arrived, is late: what a street watches. Three queries."""
    reports = list(one.report_ins.select_related(*REPORT_JOINS).order_by("pk"))
    rows = report_rows(reports, reader)
    return {
        "number": one.number,
        "state": one.state,
        "state_label": named.label(WhistleState, one.state),
        "version": one.version,
        "appear_at": when(one.appear_at),
        "counts": {
            "called": len(rows),
            "signed": sum(row["signed_at"] is not None for row in rows),
            "arrived": sum(row["arrived_at"] is not None for row in rows),
            "late": sum(row["late"] for row in rows),
            "absent": sum(row["state"] == ReportState.ABSENT for row in rows),
            "settled": sum(report.ended_at is not None for report in reports),
        },
        "report_ins": rows,
    }


def _clocks(subject_type: str, keys: list[int]) -> dict[int, list[Clock]]:
    found: dict[int, list[Clock]] = {}
    clocks = Clock.objects.filter(subject_type=subject_type, subject_id__in=keys).select_related("department")
    for clock in clocks.order_by("pk"):
        found.setdefault(clock.subject_id, []).append(clock)
    return found
