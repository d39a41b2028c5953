"""Keep the registers: households, persons, units. What is written is checked, and never repeated in the journal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Invalid
from citygrid.common.facts import Subject
from gridmap.posts.rights import require
from gridmap.registers import checks
from gridmap.registers.models import Household, Person, Unit

_COLUMNS = {
    Household: {"area", "building", "door", "tenure"},
    Person: {"household", "name", "identity_number", "phone", "relation", "moved_out_on"},
    Unit: {
        "area", "building", "name", "credit_code", "kind", "contact_name", "contact_phone", "employees",
    },
}  # fmt: skip


@transaction.atomic
def save_household(*, at: datetime, by: Any = None, household: Household | None = None, **columns: Any) -> Household:
    """Add a household, or change those ``columns`` of ``household`` that are given.

    ``by`` needs the right to edit registers in the old and in the new area; ``None`` is the system itself. Raises
    ``NotAllowed``, ``Invalid`` with each field's faults.
    """
    return _save(Household, household, at, by, columns, "household.changed" if household else "household.added")


@transaction.atomic
def save_person(*, at: datetime, by: Any = None, person: Person | None = None, **columns: Any) -> Person:
    """Add a person, or change those ``columns`` of ``person`` that are given.

    ``identity_number`` (GB 11643) and ``phone`` (mobile) may be empty. Rights and refusals as for a household.
    """
    today = timezone.localdate(at)
    columns |= _checked(columns, identity_number=partial(checks.identity_number, today=today), phone=checks.mobile)
    return _save(Person, person, at, by, columns, "person.changed" if person else "person.added")


@transaction.atomic
def save_unit(*, at: datetime, by: Any = None, unit: Unit | None = None, **columns: Any) -> Unit:
    """Add a unit, or change those ``columns`` of ``unit`` that are given.

    ``credit_code`` (GB 32100-2015) and ``contact_phone`` (mobile or landline) may be empty. Rights and refusals as
    for a household.
    """
    columns |= _checked(columns, credit_code=checks.credit_code, contact_phone=checks.phone)
    return _save(Unit, unit, at, by, columns, "unit.changed" if unit else "unit.added")


def _checked(columns: dict[str, Any], **tests: Callable[[str], str]) -> dict[str, str]:
    given = {name: str(columns[name]).strip() for name in tests if name in columns}
    due = {name: partial(tests[name], value) for name, value in given.items() if value}
    return {name: "" for name in given} | checks.by_field(due)


def _save(model: Any, row: Any, at: datetime, by: Any, columns: dict[str, Any], kind: str) -> Any:
    if unknown := set(columns) - _COLUMNS[model]:
        raise TypeError(f"{model.__name__} has no columns {sorted(unknown)} to save.")
    fresh = model.objects.get(pk=row.pk) if row is not None else model()
    if row is not None:
        _require(by, fresh, at)
    changed = sorted(name for name, value in columns.items() if row is None or getattr(fresh, name) != value)
    for name, value in columns.items():
        setattr(fresh, name, value.strip() if isinstance(value, str) else value)
    _require(by, fresh, at)
    if not changed:
        return fresh
    _clean(fresh)
    fresh.save()
    facts.record(kind, subject_of(fresh), at=at, by=by, columns=changed)
    return fresh


def _clean(row: Any) -> None:
    try:
        row.full_clean()
    except ValidationError as fault:
        raise Invalid(_("Some fields cannot be used; each is explained."), fields=fault.message_dict) from fault
    building = getattr(row, "building", None)
    if building is not None and building.area_id != row.area_id:
        raise Invalid(
            _("The building %(building)s stands in another grid. Choose a building of this grid.")
            % {"building": building},
            fields={"building": [_("This building stands in another grid.")]},
        )


def _require(by: Any, row: Any, at: datetime) -> None:
    if by is not None:
        require(by, Perm.REGISTER_EDIT, row, at)


def subject_of(row: Any) -> Subject:
    """Name a row without personal data: a person by the surname, a household by its building, without the door."""
    text = str(row.building or row.area) if isinstance(row, Household) else str(row)
    return Subject(row._meta.label_lower, str(row.pk), text)
