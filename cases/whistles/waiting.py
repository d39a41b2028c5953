"""For whom does a whistle or a report-in wait? The question behind the worklists, as one filter each."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import F, Q

from cases.whistles.states import SETTLED, ReportState, WhistleState
from cases.workflow.people import Acting
from citygrid.accounts.roles import Role
from gridmap.areas.models import AreaLink

W, R = WhistleState, ReportState
_STREET = (Role.STREET_STAFF, Role.STREET_LEADER)
_OF_STREET = (W.DRAFT, W.JUDGED, W.SUBMITTED, W.RATED)
_OF_PLATFORM = (W.WHISTLED, W.UNDER_REVIEW, W.APPROVED)
_OF_DEPARTMENT = (R.CALLED, R.SIGNED, R.ARRIVED, R.HANDLING)


def _below(acting: Acting, roles: tuple[Role, ...]) -> Any:
    return AreaLink.objects.filter(ancestor__in=acting.places(*roles)).values("descendant")


def _departments(acting: Acting) -> frozenset[int]:
    """A clerk's are also those below where no clerk is nearer, as with cases; a handler's are the post's own."""
    return acting.answers_for(Role.DEPT_CLERK) | acting.standing(Role.HANDLER)


def whistles_for(acting: Acting) -> Q:
    """Return the filter of whistles whose next move belongs to one of the person's posts.

    The street drafts, judges, rates and feeds back; the platform reviews and issues, emergencies afterwards; a guest
    platform answers for its units; the lead department concludes when everybody is settled.
    """
    report_ins: Any = apps.get_model("cases", "ReportIn")
    calls: Any = apps.get_model("cases", "WhistleCall")
    open_ones = report_ins.objects.exclude(state__in=SETTLED).values("whistle")
    lead_away = report_ins.objects.filter(state__in=[R.ABSENT, R.EXCUSED], department=F("whistle__lead_department"))
    platform = _below(acting, (Role.PLATFORM_CLERK,))
    guests = calls.objects.filter(platform_area__in=platform, agreed=None).values("whistle")
    reviewed_late = Q(kind__at_once=True, reviewed_at=None, issued_at__isnull=False)
    concluding = Q(state__in=[W.HANDLING, W.ISSUED]) & ~Q(pk__in=open_ones)
    away = Q(pk__in=lead_away.values("whistle"))
    street = Q(state__in=_OF_STREET) | (concluding & away)
    return (
        Q(area__in=_below(acting, _STREET)) & street
        | Q(platform_area__in=platform) & (Q(state__in=_OF_PLATFORM) | reviewed_late & ~Q(state=W.RECALLED))
        | Q(state__in=[W.UNDER_REVIEW, W.APPROVED], pk__in=guests)
        | Q(state=W.HANDLING, lead_department__in=_departments(acting)) & concluding & ~away
    )


def reports_for(acting: Acting) -> Q:
    """Return the filter of report-ins whose next move belongs to one of the person's posts."""
    platform = _below(acting, (Role.PLATFORM_CLERK,))
    ours = Q(whistle__platform_area__in=platform, call__platform_area=None) | Q(call__platform_area__in=platform)
    contested = Q(rating__contested_at__isnull=False, rating__ruled_at=None)
    ordered = Q(supervised_at__isnull=False, replied_at=None)
    return (
        Q(department__in=_departments(acting)) & (Q(state__in=_OF_DEPARTMENT) | ordered)
        | Q(whistle__area__in=_below(acting, _STREET), state=R.SUBMITTED)
        | ours & (Q(state=R.OBJECTED) | contested)
    )
