"""The one way to write the matrix: add a row, change it into the next, retire it. None is ever deleted or edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.catalogue.models import Category, CategoryStandard
from cases.routing.models import Responsibility
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid
from gridmap.posts.rights import require


@dataclass(frozen=True, slots=True)
class About:
    """What a row is about: a category, or a major class of a standard."""

    category: Category | None = None
    standard: CategoryStandard | None = None
    kind: str = ""
    major_code: str = ""

    def as_columns(self) -> dict[str, Any]:
        """Return it as columns. Raises ``Invalid`` for neither, for both, and for a class without any category."""
        whole = (self.standard, self.kind, self.major_code)
        if self.category is not None and not any(whole):
            return {"category": self.category}
        if self.category is not None or not all(whole):
            fault = _("Name either a category, or the standard, the kind and the major code of a whole class.")
            raise Invalid(fault, fields={"category": [fault]})
        known = Category.objects.filter(standard=self.standard, kind=self.kind, major_code=self.major_code)
        if not known.exists():
            fault = _("The standard has no such major class. Look it up among the categories.")
            raise Invalid(fault, fields={"major_code": [fault]})
        return {"standard": self.standard, "kind": self.kind, "major_code": self.major_code}


@transaction.atomic
def add_responsibility(
    *, about: About, area: Any, department: Any, reason: str, at: datetime, by: Any = None,
    co_departments: Sequence[Any] = (),
) -> Responsibility:  # fmt: skip
    """Add a row that is in force from ``at`` on.

    Raises ``NotAllowed``; ``Conflict`` when there is a row for that already; ``Invalid`` by field for a missing reason,
    a department that is closed, or a lead department that is a co-department too.
    """
    _may(by, at)
    columns = about.as_columns()
    _check(department, co_departments, reason, at)
    twin = {"category": None, **columns}
    taken = Conflict(_("The matrix has a row for this in %(area)s already. Change that one.") % {"area": area})
    if Responsibility.objects.filter(valid_to=None, area=area, **twin).exists():
        raise taken
    row = Responsibility(**columns, area=area, department=department, reason=reason.strip(), valid_from=at)
    try:
        with transaction.atomic():
            _store(row, co_departments)
    except IntegrityError:  # somebody added the same at the same moment
        raise taken from None
    facts.record("responsibility.added", row, at=at, by=by, **_told(row))
    return row


@transaction.atomic
def change_responsibility(
    *, row: Responsibility, department: Any, reason: str, at: datetime, by: Any = None,
    co_departments: Sequence[Any] = (),
) -> Responsibility:  # fmt: skip
    """End a row and return the one that follows it; the same again returns the row as it is.

    Raises ``NotAllowed``, ``Invalid`` as :func:`add_responsibility`, and ``Conflict`` when the row is not in force.
    """
    _may(by, at)
    _check(department, co_departments, reason, at)
    before = _told(row)
    after = {
        **before,
        "department": department.code,
        "reason": reason.strip(),
        "co_departments": _codes(co_departments),
    }
    if after == before:
        return row
    _end(row, at)
    fresh = Responsibility(
        category=row.category, standard=row.standard, kind=row.kind, major_code=row.major_code, area=row.area,
        department=department, reason=reason.strip(), valid_from=at,
    )  # fmt: skip
    _store(fresh, co_departments)
    differs = [name for name in after if after[name] != before[name]]
    facts.record(
        "responsibility.changed", fresh, at=at, by=by, about=fresh.about, area=fresh.area.code,
        before={name: before[name] for name in differs}, after={name: after[name] for name in differs},
    )  # fmt: skip
    return fresh


@transaction.atomic
def retire_responsibility(*, row: Responsibility, at: datetime, by: Any = None) -> None:
    """Propose by this row no more. Raises ``NotAllowed``, and ``Conflict`` when it is not in force."""
    _may(by, at)
    _end(row, at)
    facts.record("responsibility.retired", row, at=at, by=by, **_told(row))


def _may(by: Any, at: datetime) -> None:
    if by is not None:
        require(by, Perm.CATALOGUE_MANAGE, at=at)


def _check(department: Any, co_departments: Sequence[Any], reason: str, at: datetime) -> None:
    faults: dict[str, list[str]] = {}
    if not reason.strip():
        faults["reason"] = [_("Say why: the dispatcher reads it beside the proposal.")]
    elif len(reason.strip()) > 300:
        faults["reason"] = [_("Use at most %(most)d characters.") % {"most": 300}]
    closed = [one for one in (department, *co_departments) if one.closed_at is not None and one.closed_at <= at]
    for one in closed:
        name = "department" if one == department else "co_departments"
        faults.setdefault(name, []).append(_("%(name)s is closed. Choose another department.") % {"name": one})
    if department in co_departments:
        faults.setdefault("co_departments", []).append(_("Leave the lead department out."))
    if faults:
        raise Invalid(_("This row cannot be used; each fault is named."), fields=faults)


def _end(row: Responsibility, at: datetime) -> None:
    if at <= row.valid_from:
        raise Conflict(_("The row begins only then; it cannot end before."))
    if not Responsibility.objects.filter(pk=row.pk, valid_to=None).update(valid_to=at):
        raise Conflict(_("This row is no longer in force; somebody changed or retired it. Look at it again."))
    row.valid_to = at


def _store(row: Responsibility, co_departments: Sequence[Any]) -> None:
    row.save(force_insert=True)
    row.co_departments.set(co_departments)


def _codes(departments: Any) -> list[str]:
    return sorted(one.code for one in departments)


def _told(row: Responsibility) -> dict[str, Any]:
    return {
        "about": row.about, "area": row.area.code, "department": row.department.code,
        "co_departments": _codes(row.co_departments.all()), "reason": row.reason,
    }  # fmt: skip
