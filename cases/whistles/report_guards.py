"""Reasons why a move of a report-in is not possible now, as sentences."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cases.casework.limits import work_day_mode
from cases.deadlines.calendars import calendar_for
from cases.deadlines.limits import Limit, LimitUnit, due_at
from cases.deadlines.models import Clock
from cases.whistles.kinds import ClockKind
from cases.workflow.engine import Move

CONTEST_DAYS = Decimal(3)  # working days (handbook §3.5)


def coming_clock(report_in: Any) -> Clock | None:
    """Return the running clock that decides whether the department is absent."""
    found: Clock | None = (
        Clock.objects.of(report_in).running().filter(kind=report_in.whistle.kind.absent_by).order_by("-pk").first()
    )
    return found


def time_ran_out(move: Move) -> Any:
    """Hold the system to the clock: absent is who did not come in time, grace included."""
    clock = coming_clock(move.subject)
    grace = timedelta(minutes=move.subject.whistle.kind.grace_minutes)
    if clock is not None and clock.due_at is not None and clock.due_at + grace < move.at:
        return None
    return _("The time to come has not run out.")


def not_objected_before(move: Move) -> Any:
    """One objection to a call."""
    if move.subject.objected_at is not None:
        return _("You objected to this call once, and the platform has ruled on it.")
    return None


def has_contact_clock(move: Move) -> Any:
    """Contact is asked for once, and by some kinds only."""
    if move.subject.contacted_at is not None:
        return _("That the street was contacted is noted already.")
    return _clock_of_kind(move, ClockKind.CONTACT)


def has_plan_clock(move: Move) -> Any:
    """A plan is asked for by some kinds only."""
    return _clock_of_kind(move, ClockKind.PLAN)


def _clock_of_kind(move: Move, clock: str) -> Any:
    kind = move.subject.whistle.kind
    if kind.limit_of(clock, work_day_mode()) is None:
        return _("Whistles of the kind “%(kind)s” do not ask for this.") % {"kind": kind.label}
    return None


def contest_until(report_in: Any) -> datetime | None:
    """Return until when a department may contest its rating: three working days."""
    limit = Limit(CONTEST_DAYS, LimitUnit.WORK_DAY, work_day_mode())
    return due_at(limit, calendar_for(report_in.department_id), report_in.rating.rated_at)


def may_contest(move: Move) -> Any:
    """A rating may be contested once, within three working days."""
    report_in = move.subject
    if not report_in.is_rated:
        return _("There is no rating yet.")
    if report_in.rating.contested_at is not None:
        return _("This rating was contested once already, which is the most.")
    until = contest_until(report_in)
    if until is not None and move.at > until:
        return _("A rating can be contested within three working days; they are over.")
    return None


def is_contested(move: Move) -> Any:
    """There is a contested rating to rule on."""
    rated = move.subject.is_rated
    if rated and move.subject.rating.contested_at is not None and move.subject.rating.ruled_at is None:
        return None
    return _("No contested rating waits for a ruling.")


def no_open_order(move: Move) -> Any:
    """One order at a time."""
    if move.subject.supervised_at is not None and move.subject.replied_at is None:
        return _("An order is already open and waits for its answer.")
    return None


def has_open_order(move: Move) -> Any:
    """There is an order to answer."""
    if move.subject.supervised_at is None or move.subject.replied_at is not None:
        return _("No order waits for an answer.")
    return None
