"""With which limit each clock of a ticket starts: the city's settings by level, else the stock ones (handbook §4.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.casework.limits import work_day_mode
from cases.deadlines.clocks import Start
from cases.deadlines.limits import Limit, LimitUnit
from cases.deadlines.recompute import relimit
from cases.hotline.reference import TicketLimit
from cases.hotline.states import Level
from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from citygrid.common.errors import Invalid
from citygrid.common.prepared import Prepared
from gridmap.posts.rights import require

CLOCKS: dict[str, Any] = {
    "dispatch_ticket": gettext_lazy("to dispatch"), "sign": gettext_lazy("to sign"),
    "contact": gettext_lazy("to contact the caller"), "reply": gettext_lazy("to reply"),
    "callback": gettext_lazy("to call back"),
}  # fmt: skip
KINDS = tuple(CLOCKS)
BY_LEVEL = ("sign", "contact", "reply")
SUBJECT_TYPE = "cases.ticket"
_HOUR, _DAY = LimitUnit.URGENT_HOUR, LimitUnit.NATURAL_DAY
# Replies: 2 h, 24 h, 7 d, 15 d as handbook §4.4 has them; units sign day and night. The other limits are not named
# there, but that a caller is contacted first, and that nobody is called on fewer than three days; they are this
# product's choice.
DEFAULTS: dict[tuple[str, str], tuple[Decimal, LimitUnit]] = {
    ("", "dispatch_ticket"): (Decimal("0.5"), _HOUR),
    ("", "callback"): (Decimal(5), _DAY),
    (Level.H2, "sign"): (Decimal("0.25"), _HOUR),
    (Level.H2, "contact"): (Decimal("0.5"), _HOUR),
    (Level.H2, "reply"): (Decimal(2), _HOUR),
    (Level.H24, "sign"): (Decimal(1), _HOUR),
    (Level.H24, "contact"): (Decimal(2), _HOUR),
    (Level.H24, "reply"): (Decimal(24), _HOUR),
    (Level.D7, "sign"): (Decimal(4), _HOUR),
    (Level.D7, "contact"): (Decimal(24), _HOUR),
    (Level.D7, "reply"): (Decimal(7), _DAY),
    (Level.D15, "sign"): (Decimal(4), _HOUR),
    (Level.D15, "contact"): (Decimal(24), _HOUR),
    (Level.D15, "reply"): (Decimal(15), _DAY),
}

_SET = Prepared(lambda level, kind: TicketLimit.objects.filter(level=level, kind=kind).values_list("value", "unit"))


def limit_of(kind: str, level: str) -> Limit:
    """Return the limit of a clock of a ticket of that level."""
    key = (level if kind in BY_LEVEL else "", kind)
    row = _SET(level=str(key[0]), kind=kind)
    value, unit = row[0] if row else DEFAULTS[key]
    return Limit(value, LimitUnit(unit), work_day_mode())


def start(kind: str, ticket: Any) -> Start:
    """Return the limit and, where the unit's time runs, the unit as its holder."""
    return Start(limit_of(kind, ticket.level), ticket.unit_id if kind in BY_LEVEL else None)


LIMITS: dict[str, Callable[[Any], Start]] = {kind: partial(start, kind) for kind in KINDS}


@transaction.atomic
def set_limit(*, kind: str, value: Decimal, unit: str, at: datetime, by: Any = None, level: str = "") -> TicketLimit:
    """Set a limit of tickets; clocks that still run get it too, each with a record.

    Raises ``NotAllowed``, and ``Invalid`` for a clock, level or unit that does not exist or a limit of nothing.
    """
    if by is not None:
        require(by, Perm.CATALOGUE_MANAGE, at=at)
    if (level, kind) not in DEFAULTS:
        words = ", ".join(f"{one} {clock}".strip() for one, clock in DEFAULTS)
        fault = _("Choose one of the clocks: %(clocks)s.") % {"clocks": words}
        raise Invalid(fault, fields={"kind": [fault]})
    if unit not in LimitUnit.values or not 0 < value < 10_000:
        fault = _("Give a limit greater than zero and less than 10,000, and one of the units of time.")
        raise Invalid(fault, fields={"value": [fault]})
    row = TicketLimit.objects.filter(level=level, kind=kind).first() or TicketLimit(level=level, kind=kind)
    before = f"{row.value.normalize():f} {row.unit}" if row.pk else None
    row.value, row.unit = value, unit
    row.save()
    facts.record("ticket_limit.set", row, at=at, by=by, before=before, after=f"{value.normalize():f} {unit}")
    tickets = TicketLimit._meta.apps.get_model("cases", "Ticket").objects.all()
    among = tickets.filter(level=level) if level else tickets
    limit = Limit(value, LimitUnit(unit), work_day_mode())
    relimit(kind=kind, limit=limit, at=at, by=by, subject_type=SUBJECT_TYPE, among=among.values("pk"))
    return row
