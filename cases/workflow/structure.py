"""Faults that a table can have as a whole. The tests run this over every lifecycle."""

from __future__ import annotations

from cases.workflow.table import Lifecycle


def faults(life: Lifecycle) -> list[str]:
    """Return every fault in words; none for a sound table.

    Checked: states named in rows exist; each state can be reached; each state that is not terminal has an owner, a way
    out and a row that people (not only the system) can make; the owner of a state can make a move there, unless the
    system moves it on; terminal states have no owner; clocks that start have a limit.
    """
    found: list[str] = []
    states = set(life.states)
    for row in life.rows:
        found += [f"{row.name}: unknown state {s}" for s in (*row.sources, *row.targets) if s not in states]
        found += [
            f"{row.name}: no limit for the clock {rule.kind}"
            for rule in row.clocks
            if rule.verb in ("start", "restart", "revive") and rule.kind not in life.limits
        ]
    found += [f"{state}: cannot be reached" for state in sorted(states - _reached(life))]
    for state in sorted(states):
        if state in life.terminal:
            found += [f"{state}: an end, and yet somebody's turn"] if state in life.turn else []
            continue
        leaving = [row for row in life.from_state(state) if set(row.targets) - {state}]
        if not leaving:
            found.append(f"{state}: no way out")
        if not any(row.actors for row in leaving):
            found.append(f"{state}: only the system can move it on")
        owners = life.turn.get(state, ())
        if not owners:
            found.append(f"{state}: nobody's turn")
        acting = {role for row in life.from_state(state) for role in row.roles}
        by_system = any(row.system for row in leaving)
        found += [
            f"{state}: {role} owns it but can do nothing" for role in owners if role not in acting and not by_system
        ]
    return found


def _reached(life: Lifecycle) -> set[str]:
    reached = {state for row in life.rows if not row.sources for state in row.targets}
    while True:
        further = {t for row in life.rows if reached & set(row.sources) for t in row.targets} - reached
        if not further:
            return reached
        reached |= further
