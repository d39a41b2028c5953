"""Add, change and close departments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid
from gridmap.areas.models import Area
from gridmap.departments.models import Department
from gridmap.posts.models import Post
from gridmap.posts.rights import require

_CHANGEABLE = ("name", "name_en", "short_name", "kind", "parent", "area_served", "phone", "trusted")


@transaction.atomic
def add_department(
    *,
    code: str,
    name: str,
    kind: str,
    area_served: Area,
    at: datetime,
    by: Any = None,
    parent: Department | None = None,
    name_en: str = "",
    short_name: str = "",
    phone: str = "",
    trusted: bool = False,
) -> Department:
    """Add a department that serves ``area_served`` and all below. ``by`` is ``None`` for the system itself.

    Raises ``NotAllowed``; ``Conflict`` for a code in use or a closed parent; ``Invalid`` with each field's faults.
    """
    if by is not None:
        require(by, Perm.DEPARTMENT_MANAGE, area_served, at)
    if Department.objects.filter(code=code).exists():
        raise Conflict(
            _("The department code %(code)s is in use. Choose another or change that department.") % {"code": code}
        )
    department = Department(
        code=code, name=name, name_en=name_en, short_name=short_name, kind=kind, parent=parent,
        area_served=area_served, phone=phone, trusted=trusted,
    )  # fmt: skip
    _check(department, at)
    department.save()
    facts.record(
        "department.added", department, at=at, by=by, code=code, name=name, department_kind=kind,
        parent=parent.code if parent else "", area=area_served.code,
    )  # fmt: skip
    return department


@transaction.atomic
def change_department(*, department: Department, at: datetime, by: Any = None, **fields: Any) -> bool:
    """Change anything but the code. Return whether something was different.

    The right is needed where the department serves now and where it will serve. Raises ``NotAllowed``; ``Conflict``
    for a closed department; ``Invalid`` with each field's faults, also for a tree that would run in a circle.
    """
    if unknown := set(fields) - set(_CHANGEABLE):
        raise TypeError(f"A department has no changeable field {sorted(unknown)}.")
    fresh = Department.objects.get(pk=department.pk)
    _require_open(fresh)
    if by is not None:
        require(by, Perm.DEPARTMENT_MANAGE, fresh.area_served, at)
        require(by, Perm.DEPARTMENT_MANAGE, fields.get("area_served", fresh.area_served), at)
    changed = {name: value for name, value in fields.items() if getattr(fresh, name) != value}
    if not changed:
        return False
    before = {name: _plain(getattr(fresh, name)) for name in changed}
    for name, value in changed.items():
        setattr(fresh, name, value)
        setattr(department, name, value)
    _check(fresh, at)
    fresh.save(update_fields=list(changed))
    after = {name: _plain(value) for name, value in changed.items()}
    facts.record("department.changed", fresh, at=at, by=by, before=before, after=after)
    return True


@transaction.atomic
def close_department(*, department: Department, at: datetime, by: Any = None) -> Department:
    """Close a department from ``at`` on; its history stays.

    Raises ``NotAllowed``; ``Conflict`` when it is closed already, or while posts are held at it or departments
    belong to it.
    """
    fresh = Department.objects.get(pk=department.pk)
    if by is not None:
        require(by, Perm.DEPARTMENT_MANAGE, fresh.area_served, at)
    _require_open(fresh)
    if below := Department.objects.in_force(at).filter(parent=fresh).count():
        raise Conflict(
            _("%(count)d departments belong to %(name)s. Close them or move them elsewhere first.")
            % {"count": below, "name": fresh.name}
        )
    if held := Post.objects.in_force(at).filter(department=fresh).count():
        raise Conflict(
            _("%(count)d posts are held at %(name)s. End them or hand them over first.")
            % {"count": held, "name": fresh.name}
        )
    fresh.closed_at = department.closed_at = at
    fresh.save(update_fields=["closed_at"])
    facts.record("department.closed", fresh, at=at, by=by, code=fresh.code)
    return fresh


def _require_open(department: Department) -> None:
    if department.closed_at is not None:
        raise Conflict(
            _("%(name)s was closed on %(date)s and cannot be changed any more.")
            % {"name": department.name, "date": department.closed_at.date().isoformat()}
        )


def _check(department: Department, at: datetime) -> None:
    parent: Any = department.parent
    if parent and parent.closed_at is not None and parent.closed_at <= at:
        raise Conflict(
            _("%(name)s is closed, so nothing can belong to it. Choose another department.") % {"name": parent.name}
        )
    above = parent
    while above is not None:
        if above.pk is not None and above.pk == department.pk:
            raise Invalid(
                _("A department cannot belong to itself or to one below itself. Choose another department."),
                fields={"parent": [_("This department stands below the one you change.")]},
            )
        above = above.parent
    try:
        department.full_clean(validate_unique=False)
    except ValidationError as error:
        raise Invalid(_("Some fields cannot be used; each is explained."), fields=error.message_dict) from None


def _plain(value: Any) -> Any:
    return getattr(value, "code", value)
