"""Events of the journal as lines of a timeline: who did what, when, and what was said with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.catalogue.conditions import FilingCondition
from cases.journal.models import Event
from cases.workflow.engine import COMMON_INPUTS, LIFECYCLES
from cases.workflow.table import Input, InputType
from gridmap.departments.models import Department

_POINT = re.compile(r"(?:SRID=\d+;)?POINT ?\((-?[\d.]+) (-?[\d.]+)\)")  # longitude, latitude

# What is written besides the inputs of a move and tells something to people.
NOTED: dict[str, Any] = {
    "distance_m": gettext_lazy("distance in metres"),
    "from": gettext_lazy("handed over by"),
    "worker": gettext_lazy("grid worker"),
    "purpose": gettext_lazy("purpose"),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line."""

    event: Event
    life: Any  # the label of the lifecycle, where it is not that of the page
    state: Any  # the state it led to, in words; empty where it changed none
    opinion: str
    facts: list[tuple[Any, str]]

    @property
    def words(self) -> bool:
        """Whether somebody said something."""
        return bool(self.opinion or self.facts)


def told(events: Iterable[Event], home: str = "case") -> list[Happened]:
    """Return the events as lines; ``home`` is the lifecycle that needs no name on this page."""
    events = list(events)
    names = _departments(events) | _conditions(events)
    lives = {model._meta.label_lower: life for model, life in LIFECYCLES.items()}
    return [_told(event, lives.get(event.subject_type), names, home) for event in events]


def _told(event: Event, life: Any, names: dict[str, str], home: str) -> Happened:
    moved = event.to_state != event.from_state
    return Happened(
        event,
        life=life.label if life and life.name != home else "",
        state=life.states.get(event.to_state, "") if life and moved else "",
        opinion=str(event.facts.get("opinion", "")),
        facts=[fact for fact in _facts(event, life, names) if fact[1]],
    )


def _facts(event: Event, life: Any, names: dict[str, str]) -> list[tuple[Any, str]]:
    row = next((row for row in life.rows if event.kind == f"{life.name}.{row.name}"), None) if life else None
    inputs = {item.name: item for item in (*COMMON_INPUTS, *(row.inputs if row else ()))}
    found = []
    for name, value in event.facts.items():
        if name in inputs:
            found.append((inputs[name].label, _value(inputs[name], value, names)))
        elif name in NOTED:
            found.append((NOTED[name], str(value)))
    return found


def _value(item: Input, value: Any, names: dict[str, str]) -> str:
    if item.type == InputType.EVIDENCE:
        return str(len(value)) if isinstance(value, list) and value else ""
    if isinstance(value, list):
        return _(", ").join(_value(item, one, names) for one in value)
    if item.type in (InputType.CHOICE, InputType.MULTICHOICE):
        return str(dict(item.choices).get(value, value))
    if item.type == InputType.BOOL:
        return _("yes") if value else _("no")
    if item.ref:
        return names.get(str(value), str(value))
    if item.type == InputType.POINT and (typed := _POINT.match(str(value))):
        return f"{float(typed[1]):.5f}, {float(typed[2]):.5f}"
    if item.type == InputType.DATETIME and (moment := parse_datetime(str(value))):
        return date_format(localtime(moment), "DATETIME_FORMAT")
    return str(value)


def _conditions(events: list[Event]) -> dict[str, str]:
    """Return the words of the filing conditions that the events name, by code."""
    codes = {code for event in events if isinstance(code := event.facts.get("condition"), str)}
    return {one.code: one.label for one in FilingCondition.objects.filter(code__in=codes)} if codes else {}


def _departments(events: list[Event]) -> dict[str, str]:
    """Return the names of the departments that the events speak of, by code; they name no more than the case does."""
    codes: set[str] = set()
    for event in events:
        given = (event.facts.get(name) for name in ("department", "unit", "lead"))
        codes.update(code for code in given if isinstance(code, str))
        codes.update(code for code in event.facts.get("co_departments") or () if isinstance(code, str))
    return {one.code: one.label for one in Department.objects.filter(code__in=codes)} if codes else {}
