"""The one way to write kinds of whistles: their rights, their limits. Kinds are retired, never deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.deadlines.limits import Limit
from cases.whistles.kinds import COMING, ClockKind, KindLimit, WhistleKind
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import Role
from citygrid.common import facts
from citygrid.common.errors import Conflict, Invalid
from gridmap.posts.rights import require

BLOWERS = (Role.STREET_STAFF, Role.STREET_LEADER)  # the table of whistles lets nobody else blow
COLUMNS = (
    "name", "name_en", "meant_for", "meant_for_en", "at_once", "blown_by", "takes_appointment", "objection_pauses",
    "absent_by", "grace_minutes", "arrive_metres", "review_value", "review_unit", "position",
)  # fmt: skip
_CODE = re.compile(r"[a-z][a-z0-9_]{0,19}")
Limits = Mapping[str, Limit]


@transaction.atomic
def add_kind(*, code: str, limits: Limits, at: datetime, by: Any = None, **columns: Any) -> WhistleKind:
    """Add a kind with the limits of its clocks. Raises ``NotAllowed``, ``Invalid``, ``Conflict`` for a used code."""
    _may(by, at)
    if not _CODE.fullmatch(code):
        fault = _("A code begins with a small letter and has up to 20 small letters, digits and underscores.")
        raise Invalid(fault, fields={"code": [fault]})
    if WhistleKind.objects.filter(code=code).exists():
        raise Conflict(_("The code %(code)s is, or was, in use already.") % {"code": code}, code="code_used")
    kind = WhistleKind(code=code, **_known(columns))
    _judge(kind, limits)
    kind.save()
    _limit(kind, limits)
    facts.record("whistle_kind.added", kind, at=at, by=by, code=code, name=kind.name, limits=_words(limits))
    return kind


@transaction.atomic
def change_kind(
    *, kind: WhistleKind, at: datetime, by: Any = None, limits: Limits | None = None, **columns: Any
) -> WhistleKind:
    """Change a kind. Limits count for the whistles that are issued from then on; clocks that run keep theirs.

    Raises ``NotAllowed``, ``Invalid``.
    """
    _may(by, at)
    fresh = WhistleKind.objects.select_for_update().get(pk=kind.pk)
    changed = {name: value for name, value in _known(columns).items() if getattr(fresh, name) != value}
    for name, value in changed.items():
        setattr(fresh, name, value)
    before = {row.clock: Limit(row.value, row.unit) for row in fresh.limits.all()}  # type: ignore[arg-type]
    after = before if limits is None else limits
    _judge(fresh, after)
    if changed:
        fresh.save()
        facts.record("whistle_kind.changed", fresh, at=at, by=by, code=fresh.code, columns=sorted(changed))
    if _words(before) != _words(after):
        _limit(fresh, after)
        facts.record(
            "whistle_kind.limited", fresh, at=at, by=by, code=fresh.code, before=_words(before), after=_words(after)
        )
    return fresh


@transaction.atomic
def retire_kind(*, kind: WhistleKind, at: datetime, by: Any = None) -> WhistleKind:
    """Have no more whistles of this kind blown; those under way go on. Raises ``NotAllowed``, ``Conflict``."""
    _may(by, at)
    if not WhistleKind.objects.filter(pk=kind.pk, retired_at=None).update(retired_at=at):
        raise Conflict(_("%(kind)s is retired already.") % {"kind": kind}, code="not_now")
    facts.record("whistle_kind.retired", kind, at=at, by=by, code=kind.code)
    return WhistleKind.objects.get(pk=kind.pk)


@transaction.atomic
def restore_kind(*, kind: WhistleKind, at: datetime, by: Any = None) -> WhistleKind:
    """Take a retired kind back into use. Raises ``NotAllowed``, ``Conflict`` for one in use."""
    _may(by, at)
    if not WhistleKind.objects.filter(pk=kind.pk).exclude(retired_at=None).update(retired_at=None):
        raise Conflict(_("%(kind)s is in use.") % {"kind": kind}, code="not_now")
    facts.record("whistle_kind.restored", kind, at=at, by=by, code=kind.code)
    return WhistleKind.objects.get(pk=kind.pk)


def _judge(kind: WhistleKind, limits: Limits) -> None:
    faults: dict[str, list[str]] = {}
    if not kind.name.strip():
        faults["name"] = [_("This is needed.")]
    if not kind.blown_by or set(kind.blown_by) - set(BLOWERS):
        roles = _(", ").join(str(role.label) for role in BLOWERS)
        faults["blown_by"] = [_("Choose at least one of: %(roles)s.") % {"roles": roles}]
    if kind.absent_by not in COMING or kind.absent_by not in limits:
        faults["absent_by"] = [_("Absence is decided by a clock for coming that has a limit in this kind.")]
    if kind.review_value is None or not 0 < kind.review_value < 10_000:
        faults["review_value"] = [_("Give a limit greater than zero and less than 10,000.")]
    if kind.arrive_metres < 10:
        faults["arrive_metres"] = [_("Give at least 10 metres: positions of phones are not more exact.")]
    for clock, limit in limits.items():
        if clock not in ClockKind.values or not 0 < limit.value < 10_000:
            faults[f"limit_{clock}"] = [_("Give a limit greater than zero and less than 10,000.")]
    if faults:
        raise Invalid(_("Some fields cannot be used; each is explained."), fields=faults)


def _limit(kind: WhistleKind, limits: Limits) -> None:
    kind.limits.exclude(clock__in=list(limits)).delete()
    for clock, limit in limits.items():
        KindLimit.objects.update_or_create(
            kind=kind, clock=clock, defaults={"value": limit.value, "unit": str(limit.unit)}
        )


def _words(limits: Limits) -> dict[str, str]:
    return {clock: f"{limits[clock].value.normalize():f} {limits[clock].unit}" for clock in sorted(limits)}


def _known(columns: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(columns) - set(COLUMNS):
        raise TypeError(f"A kind of whistle has no columns {sorted(unknown)} to write.")
    return columns


def _may(by: Any, at: datetime) -> None:
    if by is not None:
        require(by, Perm.CATALOGUE_MANAGE, at=at)
