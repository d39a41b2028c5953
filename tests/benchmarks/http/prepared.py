"""What the measures need besides the cases: tokens, uploaded photos, cases that wait for a move."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from cases.casework.models import Case
from cases.casework.states import Source, State
from cases.evidence.models import Evidence
from citygrid.accounts import tokens
from tests.benchmarks.scale import City

WORKERS = ("gw", "gw3", "gw4", "gw5", "gw2", "gw", "gw3", "gw4")
PHOTOS, SHARES = 3000, 8
READERS = ("acceptor", "leader", "dispatcher", "manager")
_CORNERS = {"gw": (0, 0), "gw2": (0, 0), "gw3": (1, 0), "gw4": (0, 1), "gw5": (1, 1)}


@dataclass(frozen=True, slots=True)
class Movable:
    """A reported case, with what its moves need."""

    number: str
    condition: str
    photo: str


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything by name."""

    tokens: dict[str, str]
    photos: list[list[str]]
    corners: dict[str, tuple[float, float]]
    reported: list[list[Movable]]
    numbers: list[str]
    categories: list[str]
    lately: str


def prepare(city: City, now: datetime) -> Ground:
    """Create tokens and photos; choose the cases."""
    names = {*WORKERS, *READERS, "clerk", "handler", "clerk03", "clerk07"}
    bearer = {name: tokens.create(user=_user(city, name), at=now)[1] for name in sorted(names)}
    photos = [_photos(city.people[name], PHOTOS, now) for name in WORKERS]
    conditions = {one.category_id: one.code for one in city.conditions}
    reported = Case.objects.filter(state=State.REPORTED, version=1, source=Source.GRID_WORKER)
    waiting = list(reported.order_by("-pk").values_list("number", "category_id"))
    proofs = _photos(city.people["handler"], len(waiting), now)
    movable = [Movable(n, conditions[c], photo) for (n, c), photo in zip(waiting, proofs, strict=True)]
    return Ground(
        tokens=bearer, photos=photos,
        corners={name: (round(120.20 + x * 0.01, 2), round(27.33 + y * 0.01, 2)) for name, (x, y) in _CORNERS.items()},
        reported=[movable[share::SHARES] for share in range(SHARES)],
        numbers=list(Case.objects.values_list("number", flat=True)),
        categories=[one.category.code for one in city.conditions],
        lately=quote((now - timedelta(days=7)).isoformat()),
    )  # fmt: skip


def _user(city: City, name: str) -> Any:
    office = next((one for one in city.offices if name == one.clerk.username), None)
    return office.clerk if office else city.people[name]


def _photos(user: Any, count: int, now: datetime) -> list[str]:
    rows = [
        Evidence(
            pk=uuid.uuid4(), uploaded_by=user, uploaded_at=now, original="x.jpg", media_type="image/jpeg", size=1,
            sha256=secrets.token_hex(32),
        )
        for _number in range(count)
    ]  # fmt: skip
    return [str(row.pk) for row in Evidence.objects.bulk_create(rows, batch_size=2000)]
