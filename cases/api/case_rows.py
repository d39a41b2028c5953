"""A case as a row of a list. From plain values, not from objects: nothing is asked more often than a page of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import FloatField, Func

from cases.api.named import in_readers_language, label, when
from cases.api.reader import Reader
from cases.casework.models import Case
from cases.casework.states import Source, State
from cases.casework.urgency import running
from cases.deadlines.lamps import lamp_of
from citygrid.common.prepared import Prepared, filled

# What a row shows, by the path to it.
_OWN = (
    "number", "state", "source", "description", "address", "reported_at", "closed_at", "round_number", "outcome",
    "urge_count", "version",
)  # fmt: skip
_OTHERS = (
    "category__code", "category__name", "category__name_en", "category__kind", "area__code", "area__name",
    "area__name_en", "area__level", "lead_department__code", "lead_department__name", "lead_department__name_en",
    "handler__username", "handler__display_name",
)  # fmt: skip
_NAMES = ("pk", "lon", "lat", *_OWN, *_OTHERS)
_ROWS = Prepared(
    lambda cases: (
        Case.objects.filter(pk__in=cases)
        .annotate(lon=_coordinate("ST_X"), lat=_coordinate("ST_Y"))
        .values_list(*_NAMES)
    )
)
_RUNNING = Prepared(
    lambda cases: (
        running()
        .filter(subject_id__in=cases)
        .order_by("-due_at", "-pk")
        .only("subject_id", "kind", "due_at", "warn_at", "stopped_at", "paused_since")
    )
)


def rows(page: Sequence[Any], reader: Reader) -> list[dict[str, Any]]:
    """Return a page of cases, named by their ``pk``, in its order. Two queries."""
    if not page:
        return []
    keys = filled([one.pk for one in page])
    urgent = {clock.subject_id: clock for clock in _RUNNING(cases=keys)}  # the first to run out comes last
    found = {values[0]: dict(zip(_NAMES, values, strict=True)) for values in _ROWS(cases=keys)}
    # One that went away since the page was chosen is left out.
    chosen = [found[one.pk] for one in page if one.pk in found]
    return [row_of(values) | urgency_of(urgent.get(values["pk"]), reader) for values in chosen]


def values_of(case: Case) -> dict[str, Any]:
    """Return the values of a case that is loaded already."""
    found: dict[str, Any] = {name: getattr(case, name) for name in _OWN}
    found |= {"pk": case.pk, "lon": case.geom.x, "lat": case.geom.y}
    for name in _OTHERS:
        thing, _, attribute = name.partition("__")
        other = getattr(case, thing)
        found[name] = getattr(other, attribute) if other is not None else None
    return found


def row_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row."""
    return {
        "number": values["number"],
        "state": values["state"],
        "state_label": label(State, values["state"]),
        "source": values["source"],
        "source_label": label(Source, values["source"]),
        "category": {**_named(values, "category"), "kind": values["category__kind"]},
        "description": values["description"],
        "lon": values["lon"],
        "lat": values["lat"],
        "address": values["address"],
        "area": {**_named(values, "area"), "level": values["area__level"]},
        "reported_at": when(values["reported_at"]),
        "closed_at": when(values["closed_at"]),
        "department": _named(values, "lead_department") if values["lead_department__code"] else None,
        "handler": _person(values),
        "round": values["round_number"],
        "outcome": values["outcome"],
        "urge_count": values["urge_count"],
        "version": values["version"],
    }


def urgency_of(clock: Any, reader: Reader) -> dict[str, Any]:
    """Return what a row shows of the most urgent running clock, if any runs."""
    if clock is None:
        return {"due_at": None, "lamp": None, "clock": None}
    return {"due_at": when(clock.due_at), "lamp": lamp_of(clock, reader.at), "clock": clock.kind}


def _named(values: Mapping[str, Any], thing: str) -> dict[str, Any]:
    name = in_readers_language(values[f"{thing}__name"], values[f"{thing}__name_en"])
    return {"code": values[f"{thing}__code"], "name": name}


def _person(values: Mapping[str, Any]) -> dict[str, Any] | None:
    username = values["handler__username"]
    return {"username": username, "name": values["handler__display_name"] or username} if username else None


def _coordinate(function: str) -> Func:
    return Func("geom", function=function, output_field=FloatField())
