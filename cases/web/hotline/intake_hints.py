"""What is proposed while a call is typed: category, level and unit with reasons, the place, what looks alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.gis.geos import Point

from cases.hotline.limits import SUBJECT_TYPE, limit_of
from cases.hotline.similar import Matter, similar, whole
from cases.hotline.suggesting import Suggested, suggest
from cases.web.hotline.intake_form import INPUTS, IntakeForm
from cases.web.hotline.known import Former
from cases.web.rows import lights_of
from cases.workflow.inputs import clean
from cases.workflow.people import Acting
from citygrid.common.errors import Invalid, Refusal
from gridmap.areas.models import Area
from gridmap.spatial import locate

MOST = 5
_READ = ("content", "title", "category", "position", "area", "target")


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier ticket that may be about the same matter, with the reasons in words."""

    former: Former
    why: str


@dataclass(frozen=True, slots=True)
class Hints:
    """All of it. ``fault`` says what is wrong with the place."""

    found: Suggested | None = None
    path: tuple[Area, ...] = ()
    tie: tuple[str, ...] = ()
    alike: tuple[Alike, ...] = ()
    fault: str = ""

    @property
    def as_data(self) -> dict[str, Any]:
        """Return what the script offers in the form."""
        if self.found is None:
            return {"categories": [], "level": "", "unit": ""}
        units = self.found.units
        return {
            "categories": [{"value": one.category.code, "why": one.reason} for one in self.found.categories],
            "level": str(self.found.level.level),
            "unit": units[0].unit.code if units else "",
        }

    @property
    def level_limit(self) -> str:
        """Within what time the level proposed is to be replied to."""
        return limit_of("reply", self.found.level.level).words if self.found else ""


def hints(form: IntakeForm, acting: Acting) -> Hints:
    """Return what is proposed for the call as far as it is typed. Decides and keeps nothing.

    What cannot be understood yet is left out: it is still being typed, and saving says what is wrong.
    """
    given = {name: _understood(name, form.data.get(name, ""), acting) for name in _READ}
    point: Point | None = given["position"]
    hint, around = Hints(), given["area"]
    try:
        if point is not None:
            place = locate(point.x, point.y, at=acting.at)
            acting.know_path(place.path)
            around = place.area
            hint = replace(hint, path=tuple(place.path), tie=place.tie)
        elif around is not None:
            hint = replace(hint, path=tuple(acting.path(around.pk)))
    except Refusal as refusal:
        hint, point = replace(hint, fault=str(refusal)), None
    text = given["content"] or ""
    if not (text or point or any(given[name] for name in ("area", "category", "target"))):
        return hint
    found = suggest(
        content=text, title=given["title"] or "", category=given["category"], area=given["area"], main=given["target"],
        lon=point.x if point else None, lat=point.y if point else None, by=acting.user, at=acting.at,
    )  # fmt: skip
    caller = form.data.get("caller", "")[:12]
    matter = Matter(
        whole(given["title"] or "", text), acting.at, point.x if point else None, point.y if point else None,
        area_id=around.pk if around is not None else None, caller=int(caller) if caller.isdecimal() else None,
        category=given["category"].code if given["category"] is not None else "",
    )  # fmt: skip
    return replace(hint, found=found, alike=tuple(_alike(matter, given["target"], acting)))


def _understood(name: str, typed: str, acting: Acting) -> Any:
    item = next(one for one in INPUTS if one.name == name)
    try:
        return clean((replace(item, required=False),), {name: typed}, by=acting.user, at=acting.at)[name]
    except Invalid:
        return None


def _alike(matter: Matter, target: Any, acting: Acting) -> list[Alike]:
    """Return the likeliest tickets about the same matter; one that is linked already is not proposed again."""
    found = [one for one in similar(matter, acting) if target is None or one.link_to != target.number][:MOST]
    lights = lights_of([one.ticket.pk for one in found], acting.at, SUBJECT_TYPE)
    return [Alike(Former(one.ticket, lights.get(one.ticket.pk)), " ".join(one.reasons)) for one in found]
