"""Clocks as pages show them: named, with lamp, what remains, and the way to the arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from cases.deadlines.explain import warnings
from cases.deadlines.lamps import lamp_of
from cases.deadlines.models import Clock
from cases.web.rows import Light
from cases.web.words import left
from cases.workflow.people import Acting


@dataclass(frozen=True, slots=True)
class ShownClock:
    """A clock with its name, its lamp and what remains."""

    clock: Clock
    name: Any
    lamp: str
    left: str
    warnings: list[str]
    why: str  # where its arithmetic is explained

    @property
    def running(self) -> bool:
        """Whether time is being used up."""
        return _running(self.clock)


def clocks_of(subject: Any, acting: Acting, names: Mapping[str, Any], way: str) -> list[ShownClock]:
    """Return the clocks, running ones first, each with what remains. ``way`` names the address that explains one."""
    own = Clock.objects.of(subject).select_related("department")
    found = sorted(own, key=lambda clock: (clock.stopped_at is not None, -clock.pk))
    return [
        ShownClock(
            clock, names.get(clock.kind, clock.kind), lamp_of(clock, acting.at),
            left(clock.due_at, acting.at) if _running(clock) and clock.due_at else "",
            warnings(clock) if _running(clock) else [], reverse(way, args=[subject.number, clock.pk]),
        )
        for clock in found
    ]  # fmt: skip


def going_and_stopped(clocks: list[ShownClock]) -> tuple[list[ShownClock], list[ShownClock]]:
    """Return those that go on, and those that were stopped."""
    return ([one for one in clocks if one.clock.stopped_at is None],
            [one for one in clocks if one.clock.stopped_at is not None])  # fmt: skip


def light_of(clocks: list[ShownClock]) -> Light | None:
    """Return the most urgent running one as a light, or ``None``."""
    running = [(one.clock.due_at, one) for one in clocks if one.clock.due_at and one.running]
    if not running:
        return None
    due, first = min(running, key=lambda pair: pair[0])
    return Light(first.lamp, due, first.left)


def _running(clock: Clock) -> bool:
    return clock.stopped_at is None and clock.paused_since is None and clock.due_at is not None
