"""Find people by a whole phone or identity number, on record: who can ask for numbers can test stolen ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from citygrid.accounts.permissions import Perm
from citygrid.common import facts
from gridmap.posts.rights import require
from gridmap.registers import checks
from gridmap.registers.models import Person


# Durable, as with revealing: the answer leaves only after its record can no longer be rolled back.
@transaction.atomic(durable=True)
def look_up(*, number: str, by: Any, at: datetime) -> list[Person]:
    """Return the people living in the areas of ``by`` with exactly this number, and record how many, not which.

    Raises ``NotAllowed`` without ``Perm.REGISTER_VIEW``.
    """
    require(by, Perm.REGISTER_VIEW, at=at)
    own = Person.objects.visible_to(by, at).living_here().select_related("household__area", "household__building")
    tidied = checks.tidy(number)
    people = [*own.with_phone(tidied), *own.with_identity_number(tidied)]
    facts.record("register.looked_up", by, at=at, by=by, count=len(people))
    return people
