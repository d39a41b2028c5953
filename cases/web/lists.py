"""The lists that inputs of moves are chosen from, as a form offers them: pairs of the key that is sent and a label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.casework import staff
from cases.casework.limits import work_day_mode
from cases.catalogue.conditions import FilingCondition
from cases.catalogue.models import Category
from cases.hotline.units import staff_of, units
from cases.web.filters import categories_by_class
from cases.whistles.kinds import WhistleKind
from cases.whistles.models import Whistle
from cases.whistles.table import INSIDE
from cases.whistles.wiring import callable_departments
from cases.workflow.people import Acting
from gridmap.areas.models import Grid, Level

Options = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Condition:
    """What is shown of a filing condition."""

    text: str
    closing: str
    limits: list[str]


def _workers(subject: Any, acting: Acting) -> Options:
    wide = [area for area in acting.path(subject.area_id) if area.level != Level.GRID]
    around = wide[-1].code if wide else subject.area.code
    return _people(staff.grid_workers(acting, around))


def _handlers(subject: Any, acting: Acting) -> Options:
    return _people(staff.handlers(acting, subject.lead_department.code if subject.lead_department else ""))


def _people(found: Any) -> Options:
    return [(one.username, str(one)) for one in found.order_by("display_name", "username")]


def _departments(subject: Any, acting: Acting) -> Options:
    return [(one.code, one.label) for one in staff.staffed_departments(acting).order_by("code")]


def conditions(case: Any, acting: Acting) -> Options:
    """Return the filing conditions of a case's category, each with what it means."""
    found = FilingCondition.objects.in_force(acting.at).filter(category=case.category_id).prefetch_related("limits")
    area_class = Grid.objects.filter(area=case.area_id).values_list("area_class", flat=True).first() or ""
    mode = work_day_mode()
    return [
        (
            one.code,
            Condition(one.label, one.closing_label, [row.as_limit(mode).words for row in one.stages_for(area_class)]),
        )
        for one in found.order_by("code")
    ]


def _whistle_departments(subject: Any, acting: Acting) -> Options:
    """Return first the departments around, then those of other districts with the district's name."""
    near = staff.departments(acting).order_by("code")
    far = callable_departments(acting.user, acting.at).exclude(pk__in=near.values("pk")).select_related("area_served")
    return [(one.code, one.label) for one in near] + [
        (one.code, f"{one.label} · {one.area_served.label}") for one in far.order_by("code")
    ]


def _called(subject: Any, acting: Acting) -> Options:
    calls = subject.calls.select_related("department").order_by("pk")
    return [(call.department.code, call.department.label) for call in calls]


def _whistle_kinds(subject: Any, acting: Acting) -> Options:
    kinds = WhistleKind.objects.in_force(acting.at).order_by("position")
    return [(kind.code, kind.label) for kind in kinds if any(acting.holds_role(role) for role in kind.blown_by)]


def _whistles(case: Any, acting: Acting) -> Options:
    """Return the whistles of the person's streets that a case can still join."""
    drafts = Whistle.objects.visible_to(acting.user, acting.at).filter(state__in=INSIDE).order_by("-drafted_at")
    return [(one.number, f"{one.number} {one.description[:40]}") for one in drafts[:50]]


def _units(ticket: Any, acting: Acting) -> Options:
    return [(one.code, one.label) for one in units(acting).order_by("kind", "code")]


def _unit_staff(ticket: Any, acting: Acting) -> Options:
    return _people(staff_of(ticket.unit, acting.at))


def _categories(ticket: Any, acting: Acting) -> Options:
    return categories_by_class(Category.objects.in_force(acting.at).order_by("code"))


# What no choice means, where the choice is free.
EMPTY = {
    "grid-workers": _("the nearest one on duty"),
    "whistles": _("a whistle of its own"),
    "units": _("the same unit"),
}
LISTS: dict[str, Callable[[Any, Acting], Options]] = {
    "whistle-departments": _whistle_departments,
    "called-departments": _called,
    "whistle-kinds": _whistle_kinds,
    "whistles": _whistles,
    "departments": _departments,
    "grid-workers": _workers,
    "handlers": _handlers,
    "units": _units,
    "unit-staff": _unit_staff,
    "categories": _categories,
}
