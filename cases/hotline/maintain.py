"""The one way to write reference data of the hotline: add, change, retire, restore. Nothing is ever deleted."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.hotline.reference import DemandType, ExclusionReason, SupervisedUnit, TicketCategory
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid
from gridmap.departments.models import Department
from gridmap.posts.rights import require

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")
COLUMNS: dict[Any, set[str]] = {
    DemandType: {"name", "name_en", "answerable", "withholds_identity"},
    TicketCategory: {"name", "name_en", "parent", "case_category", "level", "unit", "keywords"},
    ExclusionReason: {"name", "name_en"},
}
DEEPEST = 4


@transaction.atomic
def add_entry(*, model: Any, code: str, at: datetime, by: Any = None, **columns: Any) -> Any:
    """Add an entry. Raises ``NotAllowed``, ``Invalid``, ``Conflict`` for a used code."""
    _may(by, at)
    if not _CODE.fullmatch(code):
        fault = _("A code has up to 20 letters, digits and hyphens.")
        raise Invalid(fault, fields={"code": [fault]})
    row = model(code=code)
    _set(row, columns)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the code is there already, perhaps since this very moment
        raise Conflict(_("The code %(code)s is, or was, in use already.") % {"code": code}, code="code_used") from None
    kind = (
        "demand_type.added"
        if isinstance(row, DemandType)
        else "ticket_category.added"
        if isinstance(row, TicketCategory)
        else "exclusion_reason.added"
    )
    facts.record(kind, row, at=at, by=by, code=code, name=row.name)
    return row


@transaction.atomic
def change_entry(*, entry: Any, at: datetime, by: Any = None, **columns: Any) -> Any:
    """Change an entry; tickets keep the entry, so what it means must stay. Raises ``NotAllowed``, ``Invalid``."""
    _may(by, at)
    fresh = type(entry).objects.get(pk=entry.pk)
    changed = sorted(name for name, value in columns.items() if getattr(fresh, name) != value)
    _set(fresh, columns)
    if changed:
        fresh.save()
        kind = (
            "demand_type.changed"
            if isinstance(fresh, DemandType)
            else "ticket_category.changed"
            if isinstance(fresh, TicketCategory)
            else "exclusion_reason.changed"
        )
        facts.record(kind, fresh, at=at, by=by, code=fresh.code, columns=changed)
    return fresh


@transaction.atomic
def retire_entry(*, entry: Any, at: datetime, by: Any = None) -> Any:
    """Take an entry out of use for new tickets. Raises ``Conflict`` for one that has entries below it in use."""
    _may(by, at)
    fresh = type(entry).objects.get(pk=entry.pk)
    if isinstance(fresh, TicketCategory) and TicketCategory.objects.in_force(at).filter(parent=fresh).exists():
        raise Conflict(_("Retire what lies below %(entry)s first.") % {"entry": fresh.label}, code="not_now")
    if fresh.retired_at is None:
        fresh.retired_at = at
        fresh.save(update_fields=["retired_at"])
        kind = (
            "demand_type.retired"
            if isinstance(fresh, DemandType)
            else "ticket_category.retired"
            if isinstance(fresh, TicketCategory)
            else "exclusion_reason.retired"
        )
        facts.record(kind, fresh, at=at, by=by, code=fresh.code)
    return fresh


@transaction.atomic
def restore_entry(*, entry: Any, at: datetime, by: Any = None) -> Any:
    """Take a retired entry back into use. Raises ``NotAllowed``."""
    _may(by, at)
    fresh = type(entry).objects.get(pk=entry.pk)
    if fresh.retired_at is not None:
        fresh.retired_at = None
        fresh.save(update_fields=["retired_at"])
        kind = (
            "demand_type.restored"
            if isinstance(fresh, DemandType)
            else "ticket_category.restored"
            if isinstance(fresh, TicketCategory)
            else "exclusion_reason.restored"
        )
        facts.record(kind, fresh, at=at, by=by, code=fresh.code)
    return fresh


@transaction.atomic
def supervise(*, unit: Department, reason: str, at: datetime, by: Any = None) -> SupervisedUnit:
    """Have the unit's leader sign its replies off from now on (handbook §4.6). Raises ``NotAllowed``, ``Conflict``."""
    if by is not None:
        require(by, Perm.UNIT_SUPERVISE, unit.area_served, at)
    if not reason.strip():
        raise Invalid(_("Say in a sentence why."), fields={"reason": [_("This is needed.")]})
    try:
        with transaction.atomic():
            row = SupervisedUnit.objects.create(unit=unit, since=at, reason=reason.strip()[:300])
    except IntegrityError:  # it is there already, perhaps since this very moment
        raise Conflict(_("%(unit)s is on the list already.") % {"unit": unit}, code="not_now") from None
    facts.record("supervised_unit.added", row, at=at, by=by, unit=unit.code, reason=row.reason)
    return row


@transaction.atomic
def end_supervision(*, unit: Department, at: datetime, by: Any = None) -> None:
    """Take the unit off the list. Raises ``NotAllowed``, ``Conflict`` for one that is not on it."""
    if by is not None:
        require(by, Perm.UNIT_SUPERVISE, unit.area_served, at)
    row = SupervisedUnit.objects.filter(unit=unit, until=None).first()
    if row is None:
        raise Conflict(_("%(unit)s is not on the list.") % {"unit": unit}, code="not_now")
    row.until = at
    row.save(update_fields=["until"])
    facts.record("supervised_unit.ended", row, at=at, by=by, unit=unit.code)


def _set(row: Any, columns: dict[str, Any]) -> None:
    if unknown := set(columns) - COLUMNS[type(row)]:
        raise TypeError(f"{type(row).__name__} has no columns {sorted(unknown)} to write.")
    for name, value in columns.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    if not row.name:
        raise Invalid(_("Give it a name."), fields={"name": [_("This is needed.")]})
    if isinstance(row, TicketCategory):
        _tree(row)


def _tree(row: TicketCategory) -> None:
    node, depth = row.parent, 1
    while node is not None:
        depth += 1
        if node.pk == row.pk or depth > DEEPEST:
            fault = _("A category lies at most %(depth)s deep, and never below itself.") % {"depth": DEEPEST}
            raise Invalid(fault, fields={"parent": [fault]})
        node = node.parent


def _may(by: Any, at: datetime) -> None:
    if by is not None:
        require(by, Perm.CATALOGUE_MANAGE, at=at)
