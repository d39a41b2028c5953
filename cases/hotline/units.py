"""Units that take tickets: street offices, departments, enterprises, and the district platform as the last resort."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from cases.casework.checks import proposal_for
from cases.workflow.people import Acting
from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from citygrid.common.prepared import Prepared
from gridmap.areas.models import Level
from gridmap.departments.models import Department, DepartmentKind
from gridmap.posts.models import Post

STREET_ROLES = (Role.STREET_STAFF, Role.STREET_LEADER)
STAFF_ROLES = (Role.STREET_STAFF, Role.DEPT_CLERK, Role.PLATFORM_CLERK)  # who works on a unit's tickets
LEADER_ROLES = (Role.STREET_LEADER, Role.DEPT_CLERK, Role.PLATFORM_CLERK)  # who signs its replies off


def stands_at(unit: Department, role: str, area_id: int | None, department_id: int | None) -> bool:
    """Whether a post stands at the unit: at the department itself, or in the area for which its office stands.

    Streets and the district platform hold posts by area; those of departments always name the department.
    """
    if department_id is not None:
        return department_id == unit.pk
    if area_id is None or area_id != unit.area_served_id:
        return False
    if role in STREET_ROLES:
        return bool(unit.kind == DepartmentKind.STREET_OFFICE)
    return bool(role == Role.PLATFORM_CLERK and unit.code == settings.PLATFORM_UNIT)


def roles_of(unit: Department) -> tuple[Role, Role]:
    """Return the roles of those who work on the unit's tickets, and of who signs its replies off."""
    if unit.kind == DepartmentKind.STREET_OFFICE:
        return Role.STREET_STAFF, Role.STREET_LEADER
    if unit.code == settings.PLATFORM_UNIT:
        return Role.PLATFORM_CLERK, Role.PLATFORM_CLERK
    return Role.DEPT_CLERK, Role.DEPT_CLERK


def own_units(acting: Acting) -> list[int]:
    """Return the keys of the units at which the person's posts stand, with the departments below them."""
    found = set(acting.departments(Perm.TICKET_VIEW_UNIT))
    return sorted(found | _of_areas(acting, (*STREET_ROLES, Role.PLATFORM_CLERK)))


def working_units(acting: Acting, roles: tuple[Role, ...]) -> list[int]:
    """Return the keys of the units at which posts of these roles stand."""
    return sorted(acting.standing(*roles) | _of_areas(acting, roles))


def _of_areas(acting: Acting, roles: tuple[Role, ...]) -> set[int]:
    """Return the units for which posts by area stand: the offices of streets, the platform of the district."""
    placed = [(role, area) for role, area, _d, _s in acting.posts if role in roles and area is not None]
    streets = sorted({area for role, area in placed if role in STREET_ROLES})
    platforms = sorted({area for role, area in placed if role == Role.PLATFORM_CLERK})
    if not streets and not platforms:
        return set()
    asked = (_OFFICES, *streets, None, *platforms)
    if asked not in acting.kept:
        found = _OFFICES(streets=streets, platforms=platforms, platform=settings.PLATFORM_UNIT)
        acting.kept[asked] = {key for (key,) in found}
    kept: set[int] = acting.kept[asked]
    return kept


def units(acting: Acting) -> Any:
    """Return the units that a ticket can be given to, as far as the person sees them; centres take none."""
    return _takers(Department.objects.visible_to(acting.user, acting.at), acting.at)


def unit_named(code: str, acting: Acting) -> Department | None:
    """Return the one of :func:`units` with that code, or ``None``."""
    if not getattr(acting.user, "is_active", False):
        return None
    found: list[Department] = _UNIT(at=acting.at, user=acting.user.pk, code=code)
    return found[0] if found else None


def _takers(departments: Any, at: Any) -> Any:
    return departments.in_force(at).filter(~Q(kind=DepartmentKind.CENTRE) | Q(code=settings.PLATFORM_UNIT))


_UNIT = Prepared(
    lambda at, user, code: _takers(Department.objects.around_posts(SimpleNamespace(pk=user), at), at).filter(code=code)
)


def staff_of(unit: Department | None, at: Any) -> Any:
    """Return the people of a unit among whom one handler can be named."""
    if unit is None:
        return User.objects.none()
    posts = Post.objects.in_force(at).filter(department=unit)
    by_area = []
    if unit.kind == DepartmentKind.STREET_OFFICE:
        by_area = list(STREET_ROLES)
    elif unit.code == settings.PLATFORM_UNIT:
        by_area = [Role.PLATFORM_CLERK]
    placed = Post.objects.in_force(at).filter(area=unit.area_served_id, role__in=by_area)
    return User.objects.filter(Q(pk__in=posts.values("user")) | Q(pk__in=placed.values("user")), is_active=True)


_OFFICES = Prepared(
    lambda streets, platforms, platform: Department.objects.filter(
        Q(kind=DepartmentKind.STREET_OFFICE, area_served__in=streets) | Q(code=platform, area_served__in=platforms)
    ).values_list("pk", flat=True)
)

_OFFICE = Prepared(
    lambda at, streets: (
        Department.objects.in_force(at)
        .filter(kind=DepartmentKind.STREET_OFFICE, area_served__in=streets)
        .order_by("code")[:1]
    )
)
_PLATFORM = Prepared(lambda at, code: Department.objects.in_force(at).filter(code=code))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A unit, and in a sentence why."""

    unit: Department
    reason: str


def propose(ticket: Any, acting: Acting) -> Proposal | None:
    """Return the first of :func:`proposals`, or ``None``."""
    return next(proposals(ticket, acting), None)


def proposals(ticket: Any, acting: Acting) -> Iterator[Proposal]:
    """Yield who could take the ticket, each unit once, the best first.

    The unit of its group; the one body competent for its category; the street of the place (直派); the department that
    the responsibility matrix names for such a case; the platform as the last resort (兜底).
    """
    seen: set[int] = set()
    for one in _candidates(ticket, acting):
        if one.unit.pk not in seen:
            seen.add(one.unit.pk)
            yield one
    for last in _PLATFORM(at=acting.at, code=settings.PLATFORM_UNIT):
        if last.pk not in seen:
            nobody = _("No street or department is clearly competent; the platform takes it.")
            yield Proposal(last, _("The last resort: it takes what nobody else can.") if seen else nobody)


def _candidates(ticket: Any, acting: Acting) -> Iterator[Proposal]:
    main, category = ticket.main_ticket, ticket.category
    if main is not None and main.unit is not None:
        yield Proposal(main.unit, _("The ticket %(number)s about the same matter is there.") % {"number": main.number})
    if category is not None and category.unit is not None:
        yield Proposal(category.unit, _("It alone is competent for “%(category)s”.") % {"category": category.label})
    if streets := [area.pk for area in acting.path(ticket.area_id) if area.level == Level.STREET]:
        for office in _OFFICE(at=acting.at, streets=streets):
            yield Proposal(office, _("The place lies in its street (direct dispatch)."))
    if category is not None and category.case_category is not None:
        # The matrix speaks of cases: this is the case that the ticket would lead to.
        case = _WouldBe(category.case_category, ticket.area_id)
        if (found := proposal_for(case, acting.at)) and found.department.kind != DepartmentKind.CENTRE:
            yield Proposal(found.department, found.reason)


@dataclass(frozen=True, slots=True)
class _WouldBe:
    """As much of a case as the rules of responsibility look at."""

    category: Any
    area_id: int
    condition_id: None = None
