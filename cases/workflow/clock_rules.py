"""Short names for what a row of a table does to the clocks."""

from __future__ import annotations

from cases.workflow.table import ClockRule, ClockVerb


def start(kind: str, to: str = "") -> ClockRule:
    """Start a clock; with ``to``, only where the move leads to that state."""
    return ClockRule(ClockVerb.START, kind, to)


def stop(kind: str, to: str = "") -> ClockRule:
    """Stop a clock."""
    return ClockRule(ClockVerb.STOP, kind, to)


def pause(kind: str) -> ClockRule:
    """Let a clock stand still."""
    return ClockRule(ClockVerb.PAUSE, kind)


def resume(kind: str) -> ClockRule:
    """Let a clock go on."""
    return ClockRule(ClockVerb.RESUME, kind)


def restart(kind: str) -> ClockRule:
    """Start a clock afresh."""
    return ClockRule(ClockVerb.RESTART, kind)


def revive(kind: str, to: str) -> ClockRule:
    """Let a stopped clock go on with what it had left, where the case goes back to its stage."""
    return ClockRule(ClockVerb.REVIVE, kind, to)
