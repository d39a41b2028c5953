"""Which department the rules propose for a case, and why: the matrix first, then the filing condition's own words."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.casework.checks import Proposal
from cases.routing.models import Responsibility
from gridmap.areas.models import AreaLink
from gridmap.departments.models import Department
from gridmap.departments.tree import can_sign

_SEPARATORS = re.compile(r"[、，,;；/\n]")  # “和” stands inside names such as 住房和城乡建设局


def propose(case: Any, at: datetime) -> Proposal | None:
    """Return the proposal for a case, or ``None`` where neither the matrix nor its filing condition says anything."""
    return by_matrix(case, at) or by_condition(case, at)


def by_matrix(case: Any, at: datetime) -> Proposal | None:
    """Return what the matrix says: a row for the category goes before one for its class, then the nearest area.

    A row is passed over whose department was closed meanwhile or has nobody who could sign.
    """
    category = case.category
    whole = Q(standard=category.standard_id, kind=category.kind, major_code=category.major_code)
    depths = dict(AreaLink.objects.filter(descendant=case.area_id).values_list("ancestor", "depth"))
    rows = (
        Responsibility.objects.in_force(at).filter(Q(category=category) | whole, area__in=depths)
        .select_related("department", "area")
    )  # fmt: skip
    fitting = [row for row in rows if _able(row.department, at)]
    best = min(fitting, key=lambda row: (row.category_id is None, depths[row.area_id]), default=None)
    if best is None:
        return None
    helpers = [one for one in best.co_departments.order_by("code") if _able(one, at)]
    return Proposal(
        best.department,
        _("%(reason)s (responsibility matrix, %(area)s)") % {"reason": best.reason, "area": best.area.label},
        tuple(helpers),
    )


def by_condition(case: Any, at: datetime) -> Proposal | None:
    """Return the first department that the filing condition names as the responsible body and that serves the place."""
    body = case.condition.responsible_body if case.condition_id else ""
    names = [part.strip() for part in _SEPARATORS.split(body) if part.strip()]
    if not names:
        return None
    above = AreaLink.objects.filter(descendant=case.area_id).values("ancestor")
    named = Q(name__in=names) | Q(short_name__in=names)
    found = list(Department.objects.in_force(at).filter(named, area_served__in=above).order_by("code"))
    for name in names:
        for department in found:
            if name in (department.name, department.short_name) and can_sign(department, at):
                return Proposal(
                    department,
                    _("The filing condition %(code)s names %(body)s as the responsible body.")
                    % {"code": case.condition.code, "body": name},
                )
    return None


def _able(department: Department, at: datetime) -> bool:
    """Whether it exists then and somebody could sign there."""
    return (department.closed_at is None or department.closed_at > at) and can_sign(department, at)
