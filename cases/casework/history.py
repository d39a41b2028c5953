"""Taking over cases of an older system: many at once, through the one door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cases.casework.models import Case
from cases.casework.numbers import take_numbers
from cases.casework.origins import Origin
from cases.casework.states import Source, State
from cases.casework.taking_over import fingerprint
from cases.catalogue.models import Category
from cases.workflow.engine import create_many
from citygrid.common.errors import Conflict

_KEYS = 500


@dataclass(frozen=True, slots=True)
class OldCase:
    """A case as an older system had it. Times with zone; the position in WGS 84 degrees; empty texts where unknown."""

    number: str
    state: State
    category: Category
    description: str
    lon: float
    lat: float
    area_id: int
    area_version_id: int | None
    opened_at: datetime
    due_at: datetime | None = None
    ended_at: datetime | None = None
    address: str = ""
    result: str = ""
    old_status: str = ""
    old_category: str = ""
    old_department: str = ""
    old_channel: str = ""

    @property
    def fingerprint(self) -> str:
        """64 hex digits over everything that the older system said; where it lies in our tree is not part of it."""
        return fingerprint(
            self.state.value, self.category.code, self.description, self.result, self.address, self.lon, self.lat,
            self.opened_at, self.due_at, self.ended_at,
            self.number, self.old_status, self.old_category, self.old_department, self.old_channel,
        )  # fmt: skip


def known(system: str, numbers: Iterable[str]) -> dict[str, str]:
    """Return the fingerprints of those cases of the older system that were taken over already, by their numbers."""
    wanted = sorted(set(numbers))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _KEYS):
        rows = Origin.objects.filter(system=system, number__in=wanted[start : start + _KEYS])
        found.update(rows.values_list("number", "fingerprint"))
    return found


def take_over(cases: Sequence[OldCase], *, system: str, at: datetime) -> list[Case]:
    """Take over cases, all or none, and return them with numbers of the days on which they were opened.

    Raises ``Conflict`` when one of them was taken over already, also by another import at this very moment, and
    ``Invalid`` for times that contradict each other.
    """
    try:
        with transaction.atomic():
            return create_many(
                list(zip(_cases(cases), (_inputs(one, system) for one in cases), strict=True)),
                "import_history", by=None, at=at,
            )  # fmt: skip
    except IntegrityError as error:
        if not known(system, [one.number for one in cases]):
            raise
        raise Conflict(
            _("Cases of “%(system)s” are being taken over by somebody else at this moment. Run the import again later.")
            % {"system": system}
        ) from error


def _cases(cases: Sequence[OldCase]) -> list[Case]:
    days = [localtime(one.opened_at).date() for one in cases]
    numbers = {day: iter(take_numbers(day, count)) for day, count in sorted(Counter(days).items())}
    return [
        Case(
            number=next(numbers[day]), source=Source.IMPORT, category=one.category, description=one.description,
            geom=Point(one.lon, one.lat, srid=4326), address=one.address, area_id=one.area_id,
            area_version_id=one.area_version_id, reported_at=one.opened_at, result=one.result,
        )
        for one, day in zip(cases, days, strict=True)
    ]  # fmt: skip


def _inputs(one: OldCase, system: str) -> dict[str, Any]:
    return {
        "state": one.state.value, "system": system, "old_number": one.number, "old_status": one.old_status,
        "old_category": one.old_category, "old_department": one.old_department, "old_channel": one.old_channel,
        "opened_at": one.opened_at, "due_at": one.due_at, "ended_at": one.ended_at,
    }  # fmt: skip
