"""Open cases around a place: is it one of these? (handbook §2.4: the same thing reported twice)"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.casework.models import Case
from cases.evidence.models import Evidence
from cases.web.words import span
from cases.workflow.people import Acting
from gridmap.measure import distance_m
from gridmap.spatial import around_place

METRES = 100
MOST = 6


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An open case nearby."""

    case: Case
    metres: int
    age: str
    photo: Evidence | None


def nearby(
    lon: float, lat: float, acting: Acting, *, category: str = "", but_not: int | None = None
) -> list[Neighbour]:
    """Return the open cases within 100 m of a place (degrees, WGS 84) that the person may see, the nearest first.

    ``category`` is a code and keeps the cases of that category.
    """
    around: Any = Case.objects.visible_to(acting.user, acting.at).open()
    around = around_place(around, lon, lat, METRES).exclude(pk=but_not)
    if category:
        around = around.filter(category__code=category)
    far = sorted((distance_m(lon, lat, case.geom.x, case.geom.y), case.pk, case)
                 for case in around.select_related("category", "area")[:200])  # fmt: skip
    near = [(metres, case) for metres, _key, case in far if metres <= METRES][:MOST]
    photos = _photos([case.pk for _metres, case in near])
    return [
        Neighbour(case, round(metres), span(acting.at - case.reported_at), photos.get(case.pk)) for metres, case in near
    ]


def _photos(keys: list[int]) -> dict[int, Evidence]:
    found: dict[int, Evidence] = {}
    for piece in Evidence.objects.filter(case__in=keys).exclude(thumb="").order_by("used_at", "pk") if keys else ():
        if piece.case_id is not None:
            found.setdefault(piece.case_id, piece)
    return found
