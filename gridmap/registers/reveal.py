"""Show one masked value in full: to who may, where they may, for a purpose that is recorded (handbook §9.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.accounts.permissions import Perm
from citygrid.common import facts, masking
from citygrid.common.errors import Invalid, NotFound
from gridmap.objects.models import KeyPlace
from gridmap.posts.rights import require
from gridmap.registers import checks
from gridmap.registers.models import Person, Unit
from gridmap.registers.services import subject_of

SHORTEST_PURPOSE, LONGEST_PURPOSE = 4, 200
# What can be revealed, by kind of row; the mask is what everybody with the register right sees.
FIELDS: dict[type[Any], dict[str, Any]] = {
    Person: {"name": masking.name, "identity_number": masking.identity_number, "phone": masking.phone},
    Unit: {"contact_name": masking.name, "contact_phone": masking.phone},
    KeyPlace: {"contact_name": masking.name, "contact_phone": masking.phone},
}


def find(*, model: type[Any], pk: int, field: str, by: Any, at: datetime) -> Any:
    """Return the row whose ``field`` is to be revealed to ``by``.

    Raises ``NotFound`` for a stranger, a row or a field that is not there; ``NotAllowed`` without the right there.
    """
    row = model.objects.visible_to(by, at).filter(pk=pk).first() if field in FIELDS.get(model, {}) else None
    if row is None:
        raise NotFound(_("There is nothing here, or it is not yours to see."))
    require(by, Perm.REGISTER_REVEAL, row, at)
    return row


# Durable: the value leaves only after its record can no longer be rolled back.
@transaction.atomic(durable=True)
def reveal(*, row: Any, field: str, by: Any, purpose: str, at: datetime) -> str:
    """Return ``field`` of a person, unit or key place in full, and record who looked and why, but not what was seen.

    Phone and identity numbers in the purpose are hidden. Raises as :func:`find` does, and ``Invalid`` for a purpose
    of fewer than four characters or an empty field.
    """
    fresh = find(model=type(row), pk=row.pk, field=field, by=by, at=at)
    why = checks.hide_numbers(" ".join(purpose.split()))
    if not SHORTEST_PURPOSE <= len(why) <= LONGEST_PURPOSE:
        sentence = _("Say in %(least)s to %(most)s characters what you need it for; it is kept in the journal.")
        sentence %= {"least": SHORTEST_PURPOSE, "most": LONGEST_PURPOSE}
        raise Invalid(sentence, fields={"purpose": [sentence]})
    value = str(getattr(fresh, field))
    if not value:
        raise Invalid(_("There is nothing to reveal: this field is empty."))
    facts.record("register.revealed", subject_of(fresh), at=at, by=by, field=field, purpose=why)
    return value
