"""The one way to write filing conditions: add, change into a new version, retire. None is ever deleted or edited.

A case keeps the row that it was filed under; only what is filed afterwards follows the new version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.catalogue.conditions import TEXTS, ConditionLimit, FilingCondition
from cases.catalogue.limit_text import WrittenLimit, write_limits
from cases.catalogue.models import Category
from cases.deadlines.calendars import touch_limits
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid
from gridmap.posts.rights import require

NEEDED = ("text", "closing_text")
_LONGEST: dict[str, int] = {name: 300 for name in ("supervising_body", "responsible_body")}

Limits = Sequence[WrittenLimit]


@transaction.atomic
def add_condition(
    *, category: Category, texts: Mapping[str, str], limits: Limits, at: datetime, by: Any = None, code: str = ""
) -> FilingCondition:
    """Add a condition to a category. ``texts`` are columns of :data:`TEXTS`; without ``code`` the next one is taken.

    Raises ``NotAllowed``, ``Conflict`` for a retired category or a code that was used, and ``Invalid`` by field.
    """
    _may(by, at)
    if category.retired_at is not None and category.retired_at <= at:
        raise Conflict(_("%(category)s is retired; add the condition to a category in use.") % {"category": category})
    code = code or next_code(category)
    if FilingCondition.objects.filter(code=code).exists():
        raise Conflict(_("A condition with the code %(code)s exists, or existed, already.") % {"code": code})
    row = FilingCondition(code=code, version=1, category=category, valid_from=at, **_clean(texts, limits))
    _store(row, limits)
    facts.record("condition.added", row, at=at, by=by, code=code, **_told(row, limits))
    return row


@transaction.atomic
def change_condition(
    *, condition: FilingCondition, texts: Mapping[str, str], limits: Limits, at: datetime, by: Any = None
) -> FilingCondition:
    """End a condition's version and return the next one; the same texts and limits again return it as it is.

    Texts that are not named stay. Raises ``NotAllowed``, ``Invalid``, and ``Conflict`` when the version is not the one
    in force.
    """
    _may(by, at)
    before = _told(condition, limits_of(condition))
    columns = _clean({**{name: getattr(condition, name) for name in TEXTS}, **texts}, limits)
    row = FilingCondition(
        code=condition.code, version=condition.version + 1, category_id=condition.category_id, valid_from=at, **columns
    )
    after = _told(row, limits)
    if after == before:
        return condition
    _end(condition, at)
    _store(row, limits)
    differs = [name for name in after if after[name] != before[name]]
    facts.record(
        "condition.changed", row, at=at, by=by, code=row.code, version=row.version,
        before={name: before[name] for name in differs}, after={name: after[name] for name in differs},
    )  # fmt: skip
    return row


@transaction.atomic
def retire_condition(*, condition: FilingCondition, at: datetime, by: Any = None) -> None:
    """Offer a condition for new cases no more. Raises ``NotAllowed``, and ``Conflict`` when it is not in force."""
    _may(by, at)
    _end(condition, at)
    facts.record("condition.retired", condition, at=at, by=by, code=condition.code, version=condition.version)


def limits_of(condition: FilingCondition) -> list[WrittenLimit]:
    """Return the limits of a condition as they would be written."""
    return [
        WrittenLimit(row.value, row.as_unit(), row.area_class, row.stage, row.stage_name, row.note)
        for row in sorted(condition.limits.all(), key=lambda row: (row.area_class, row.stage))
    ]


def next_code(category: Category) -> str:
    """Return ``CJ214-E0102-03`` after two conditions of the category; a number is never given twice."""
    taken = FilingCondition.objects.filter(category=category).values_list("code", flat=True).distinct()
    pattern = re.compile(re.escape(category.code) + r"-(\d+)")
    numbers = [int(match[1]) for code in taken if (match := pattern.fullmatch(code))]
    return f"{category.code}-{max(numbers, default=0) + 1:02}"


def _may(by: Any, at: datetime) -> None:
    if by is not None:
        require(by, Perm.CATALOGUE_MANAGE, at=at)


def _clean(texts: Mapping[str, str], limits: Limits) -> dict[str, str]:
    columns = {name: texts.get(name, "").strip() for name in TEXTS}
    faults: dict[str, list[str]] = {name: [_("This is needed.")] for name in NEEDED if not columns[name]}
    for name, most in _LONGEST.items():
        if len(columns[name]) > most:
            faults[name] = [_("Use at most %(most)d characters.") % {"most": most}]
    if not limits:
        faults["limits"] = [_("A condition needs a time limit.")]
    if faults:
        raise Invalid(_("This filing condition is not complete; each fault is named."), fields=faults)
    return columns


def _end(condition: FilingCondition, at: datetime) -> None:
    if at <= condition.valid_from:
        raise Conflict(_("%(code)s begins only then; it cannot end before.") % {"code": condition.code})
    if not FilingCondition.objects.filter(pk=condition.pk, valid_to=None).update(valid_to=at):
        raise Conflict(
            _("This version of %(code)s is no longer in force; somebody changed or retired it. Look at it again.")
            % {"code": condition.code}
        )
    condition.valid_to = at
    touch_limits()


def _store(row: FilingCondition, limits: Limits) -> None:
    row.save(force_insert=True)
    ConditionLimit.objects.bulk_create(ConditionLimit(condition=row, **limit.as_row()) for limit in limits)
    touch_limits()


def _told(row: FilingCondition, limits: Limits) -> dict[str, str]:
    return {**{name: getattr(row, name) for name in TEXTS}, "limits": write_limits(limits)}
